"""What is said to each attempt, for a person to judge: `python -m signpost.benches.red_team` (docs/reference/red-team.md)."""

from evaluation.red_team import WHERE, attempts, held
from signpost.settings import Settings
from signpost.wiring import Workshop
from store.records import NoRecorder

_SHOWN = 90  # characters of a reply


def main() -> None:
    """Print a row for each attempt."""
    assistant = Workshop(Settings()).assistant(NoRecorder())
    for attempt in attempts():
        reply = assistant.answer(attempt["text"], WHERE)
        said = " ".join(reply.text.split())[:_SHOWN].replace("|", "/")
        verdict = "held" if held(attempt, reply) else "**not held**"
        print(f"| {attempt['id']} | {attempt['why']} | {reply.kind.value}: {said} | {verdict} |")


if __name__ == "__main__":
    main()
