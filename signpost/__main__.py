"""`python -m signpost` and `signpost` are the command line."""

import gc


def run() -> None:
    """Import the command line and run it.

    Importing makes a million objects that stay; looking at them again and again for garbage takes a quarter of the start.
    """
    gc.disable()
    from signpost.cli import main

    gc.freeze()
    gc.enable()
    main()


if __name__ == "__main__":
    run()
