"""What a decision policy reaches on labelled questions, for its file, for staff and for the documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from evaluation.intervals import wilson
from evaluation.questions import Expect, Question


@dataclass(frozen=True)
class Rated:
    """A question, whether the best passage answers it, and the (cross-fitted) probability that it does."""

    question: Question
    right: bool
    probability: float

    @property
    def answerable(self) -> bool:
        """True if a page answers the question."""
        return self.question.expect is Expect.ANSWER


@dataclass(frozen=True)
class Counts:
    """Counts of what is answered from one threshold on."""

    answered: int
    answerable: int
    right: int
    false: int
    unanswerable: int

    @classmethod
    def of(cls, rated: Sequence[Rated], at: float) -> Counts:
        """Count `rated`, answering from the probability `at` on."""
        answered = [each for each in rated if each.probability >= at]
        answerable = sum(each.answerable for each in rated)
        shown, right = sum(each.answerable for each in answered), sum(each.right for each in answered)
        return cls(shown, answerable, right, len(answered) - shown, len(rated) - answerable)

    def in_words(self) -> dict[str, str]:
        """`answered`, `right_among_answered` and `false_answers`, each "n of m"."""
        return {
            "answered": f"{self.answered} of {self.answerable}",
            "right_among_answered": f"{self.right} of {self.answered}",
            "false_answers": f"{self.false} of {self.unanswerable}",
        }

    def shares(self) -> tuple[float, float, float]:
        """Answered of the answerable, right of those, and answered of the others; 0 to 1."""
        pairs = ((self.answered, self.answerable), (self.right, self.answered), (self.false, self.unanswerable))
        covered, right, false = (round(part / max(1, whole), 4) for part, whole in pairs)
        return covered, right, false


def reached_row(rated: Sequence[Rated], answer: tuple[float, float], sure: tuple[float, float]) -> dict[str, Any]:
    """The figures that a policy carries. `answer` and `sure` are a threshold and the bound that it keeps."""
    areas = sorted({each.question.area for each in rated})
    (answer_at, bound), (sure_at, sure_bound) = answer, sure
    every, certain = Counts.of(rated, answer_at), Counts.of(rated, sure_at)
    by_area = {area: Counts.of([each for each in rated if each.question.area == area], answer_at) for area in areas}
    covered, right, false = every.shares()
    covered_surely, right_surely, false_surely = certain.shares()
    return {
        "fitted_on": datetime.now(UTC).date().isoformat(),
        "answer_at": round(answer_at, 4),
        "bound": bound,
        "questions": len(rated),
        "areas": areas,
        "by_area": {area: counts.in_words() for area, counts in by_area.items()},
        **ranges(list(by_area.values())),
        "coverage_of_answerable": covered,
        "right_among_answered": right,
        "right_among_answered_95": [round(each, 4) for each in wilson(every.right, every.answered)],
        "false_answers": false,
        "false_answers_95": [round(each, 4) for each in wilson(every.false, every.unanswerable)],
        "sure_at": round(sure_at, 4),
        "sure_bound": sure_bound,
        "surely_answered": covered_surely,
        "right_among_sure": right_surely,
        "surely_false": false_surely,
    }


def ranges(areas: Sequence[Counts]) -> dict[str, list[float]]:
    """The smallest and the largest share of an area, for each of the three: what an interval of all together does not say."""
    names = ("coverage_of_answerable", "right_among_answered", "false_answers")
    shares = zip(*(each.shares() for each in areas), strict=True)
    return {f"{name}_areas": [min(found), max(found)] for name, found in zip(names, shares, strict=True)}


def in_plain_words(reached: Mapping[str, Any]) -> str:
    """What the figures mean, for staff."""
    low, high = (_in_100(share) for share in reached["false_answers_areas"])
    return (
        f"On {reached['questions']} test questions that it was not trained on, from {len(reached['areas'])} areas, Signpost "
        f"answered {_in_100(reached['coverage_of_answerable'])} of every 100 that are answered on the pages. Of those answers, "
        f"{_in_100(reached['right_among_answered'])} in 100 were right. It answered {_in_100(reached['false_answers'])} in 100 "
        f"questions that no page answers; from area to area this was {low} to {high}. "
        f"Not counting those where it said that it was not certain, it answered "
        f"{_in_100(reached['surely_answered'])} of every 100, {_in_100(reached['right_among_sure'])} in 100 of those right, and "
        f"{_in_100(reached['surely_false'])} in 100 that no page answers. It did not answer the other questions: most went "
        "to a person. Some got the safety card, a question back, or were said not to be about SEND."
    )


def _in_100(share: float) -> int:
    return round(100 * share)
