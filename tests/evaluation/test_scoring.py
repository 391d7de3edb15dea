import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from evaluation.intervals import share_text, wilson
from evaluation.questions import Expect, Question, QuestionsError, read_questions
from evaluation.run import compare, read_results, write_results
from evaluation.scoring import Result, Scored, is_right


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


def test_a_turn_that_failed_is_never_right_although_it_hands_over() -> None:
    assert not is_right(question(Expect.HANDOFF), replace(result("handoff"), reason="failed"))


def scored(asked: Question, got: Result) -> Scored:
    return Scored(asked, got, is_right(asked, got))


@pytest.mark.parametrize(
    ("expect", "before", "after", "said"),
    [
        (Expect.HANDOFF, "out_of_scope", "answer", "WORSE: q out_of_scope -> answer"),
        (Expect.HANDOFF, "answer", "out_of_scope", "better: q answer -> out_of_scope"),
        (Expect.HANDOFF, "answer", "handoff", "better: q answer -> handoff"),
        (Expect.OUT_OF_SCOPE, "out_of_scope", "answer", "WORSE: q out_of_scope -> answer"),
        (Expect.CONTACT, "handoff", "answer", None),
    ],
)
def test_a_false_answer_that_is_new_or_gone_is_told(
    tmp_path: Path, expect: Expect, before: str, after: str, said: str | None
) -> None:
    asked = question(expect)
    write_results([scored(asked, result(before))], tmp_path / "r.jsonl")
    told = compare([scored(asked, result(after))], read_results(tmp_path / "r.jsonl"))
    assert told == ([f"{said}: text"] if said else [])


@pytest.mark.parametrize("row", [{"id": "q", "kind": "answer"}, {"id": "q"}, ["q"], {**asdict(result("answer")), "more": 1}])
def test_results_without_all_their_fields_are_refused(tmp_path: Path, row: object) -> None:
    (tmp_path / "r.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    with pytest.raises(QuestionsError, match="give a file that --out wrote"):
        read_results(tmp_path / "r.jsonl")


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
