"""Whether hand-overs reach the right person: `python -m signpost.benches.routing` prints docs/reference/routing.md's table."""

from evaluation.routing_figures import cases, route, table
from signpost.settings import Settings
from signpost.wiring import Workshop
from store.records import NoRecorder


def main() -> None:
    """Print the table, and the cases that go astray."""
    assistant = Workshop(Settings()).assistant(NoRecorder())
    routed = [route(assistant, case) for case in cases()]
    print("\n".join(table(routed)))
    for each in routed:
        if not each.right:
            print(f"{each.case.id}: {', '.join(each.shown)} instead of {each.case.contact}: {each.case.text}")


if __name__ == "__main__":
    main()
