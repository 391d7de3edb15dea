"""Whether an answer that staff wrote is given to those it is for: `python -m signpost.benches.staff_answers`.

Each answer of `evaluation/staff_answers.yml` is laid over the sample area, as the staff's preview does it, and asked for.
"""

from collections import Counter

from assistant.curated_preview import Trial, try_answer
from assistant.data_files import read_yaml
from assistant.types import Context
from signpost.settings import REPOSITORY, Settings
from signpost.wiring import Workshop
from store.curated import CuratedAnswer
from store.records import NoRecorder

AREA = "larkmere"
ANSWERS = REPOSITORY / "evaluation" / "staff_answers.yml"


def main() -> None:
    """Print how each kind of question is met, and which others get the answer as certain."""
    workshop = Workshop(Settings())
    assistant = workshop.assistant(NoRecorder())
    met: Counter[tuple[str, str]] = Counter()
    for row in read_yaml(ANSWERS):
        written = CuratedAnswer(AREA, (row["question"],), row["answer"])
        trial = try_answer(assistant, written.document(), workshop.topic_mapper, NoRecorder())
        for kind, questions in (("own wording", [row["question"]]), ("same", row["same"]), ("other", row["other"])):
            for question, how in zip(questions, _how(trial, questions), strict=True):
                met[kind, how] += 1
                if (kind, how) == ("other", "certain"):
                    print(f"certain: {question!r} gets the answer to {row['question']!r}")
    for (kind, how), number in sorted(met.items()):
        print(f"{kind}: {how} {number} of {sum(count for (each, _), count in met.items() if each == kind)}")


def _how(trial: Trial, questions: list[str]) -> list[str]:
    tried = trial.tried(questions, Context(AREA))
    return ["certain" if each.sure else "not certain" if each.answered else "not given" for each in tried]


if __name__ == "__main__":
    main()
