"""`python -m signpost` and `signpost` are the command line."""

import gc
import sys


def run() -> None:
    """Import the command line and run it.

    Importing makes a million objects that stay; looking at them again and again for garbage takes a quarter of the start.
    """
    gc.disable()
    try:
        from signpost.cli import main
    except KeyboardInterrupt:  # the import takes seconds on a slow machine
        sys.stderr.write("signpost: stopped before it began\n")
        raise SystemExit(130) from None
    gc.freeze()
    gc.enable()
    main()


if __name__ == "__main__":
    run()
