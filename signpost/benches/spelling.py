"""What becomes of badly spelt questions: `python -m signpost.benches.spelling` prints docs/reference/spelling.md's table."""

from evaluation.spelling_figures import ask, pairs, table
from signpost.settings import Settings
from signpost.wiring import Workshop
from store.records import NoRecorder

AREA = "larkmere"


def main() -> None:
    """Print the table, and the pairs that come out differently."""
    assistant = Workshop(Settings()).assistant(NoRecorder())
    asked = [ask(assistant, pair, AREA) for pair in pairs()]
    print("\n".join(table(asked)))
    for each in asked:
        if not each.alike:
            print(f"{each.said.kind.value} instead of {each.meant.kind.value}: {each.pair.said} ({each.pair.meant})")


if __name__ == "__main__":
    main()
