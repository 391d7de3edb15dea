import json
from pathlib import Path

import pytest

from evaluation.intervals import share_text, wilson
from evaluation.questions import Expect, Question, QuestionsError, read_questions
from evaluation.scoring import Result, is_right


def question(expect: Expect, gold: tuple[str, ...] = (), span: str | None = None) -> Question:
    return Question("q", "text", "parent", "a", None, expect, gold, span)


def result(kind: str, documents: tuple[str, ...] = (), text: str = "") -> Result:
    return Result("q", kind, documents, text, 0.9, "", 1.0)


ASKED = question(Expect.ANSWER, ("page",), "families pay £300 yearly")


@pytest.mark.parametrize(
    ("asked", "got", "right"),
    [
        (ASKED, result("answer", ("page",), "You pay 300 a year. Families can ask."), True),
        (ASKED, result("answer", ("page",), "Nothing of that sort."), False),
        (ASKED, result("answer", ("other",), "families pay £300 yearly"), False),
        (ASKED, result("handoff"), False),
        (question(Expect.HANDOFF), result("handoff"), True),
        (question(Expect.HANDOFF), result("answer"), False),
        (question(Expect.CONTACT), result("contact"), True),
        (question(Expect.SAFEGUARDING), result("answer"), False),
    ],
)
def test_the_rule_of_the_labels(asked: Question, got: Result, right: bool) -> None:
    assert is_right(asked, got) is right


def test_intervals_are_wilson_s() -> None:
    low, high = wilson(9, 10)
    assert (round(low, 3), round(high, 3)) == (0.596, 0.982)
    assert share_text(0, 0) == "none asked"
    assert share_text(1, 2).startswith("50.0 % (1 of 2;")


def test_a_wrong_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text(json.dumps({"id": "x"}) + "\n", encoding="utf-8")
    with pytest.raises(QuestionsError, match="line 1"):
        read_questions(path)
