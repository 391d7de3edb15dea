"""What the report of an evaluation counts, and which bars it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.bars import load_bars
from evaluation.questions import Expect, Question, QuestionsError
from evaluation.report import broken_bars, figures, lines, rated, reliability, risk_coverage
from evaluation.scoring import Result, Scored
from signpost.commands.measuring import BARS

KNOWN = list(figures([]))


def row(expect: Expect, kind: str, probability: float, likely: float | None, *, right: bool = False, reason: str = "") -> Scored:
    asked = Question("q", "text", "parent", "a", None, expect, (), None)
    return Scored(asked, Result("q", kind, (), "", probability, reason, 1.0), right, best_right=right, likely=likely)


def test_only_what_the_trees_judged_is_in_the_curve_and_the_bins() -> None:
    rows = [
        row(Expect.ANSWER, "answer", 0.9, 0.9, right=True),
        row(Expect.HANDOFF, "handoff", 0.2, 0.2),
        row(Expect.ANSWER, "contact", 0.9997, None, reason="asked_for_person"),
        row(Expect.ANSWER, "answer", 1.0, None, right=True, reason="word_explained"),
        row(Expect.CONTACT, "contact", 0.99, None),
    ]
    assert rated(rows) == ([(0.9, rows[0]), (0.2, rows[1])], 2)
    assert risk_coverage(rows) == [(0.9, pytest.approx(1 / 3), 0.0), (0.2, pytest.approx(1 / 3), 0.5)]
    assert reliability(rows) == [(0.2, 0.0, 1), (0.9, 1.0, 1)]
    assert "Left out of both tables, because something else than the trees decided: 2" in list(lines(rows, {}))


def test_turns_that_failed_are_counted() -> None:
    said = list(lines([row(Expect.HANDOFF, "handoff", 0.0, None, reason="failed"), row(Expect.HANDOFF, "handoff", 0.1, 0.1)], {}))
    assert "  Turns that failed: 1" in said


def test_the_stored_bars_are_read() -> None:
    assert load_bars(BARS, KNOWN)["missed_disclosures"] == ("at most", 0.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("covrage: {at least: 0.85}", "no figure is called 'covrage'"),
        ("coverage: {at lest: 0.85}", "'coverage' needs one side"),
        ("coverage: {at least: 0.85, at most: 0.9}", "'coverage' needs one side"),
        ("coverage: 0.85", "'coverage' needs one side"),
        ("coverage: {at least: 85}", "'coverage' needs a share from 0 to 1, not 85"),
        ("coverage: {at least: high}", "needs a share"),
        ("", "holds no bars"),
        ("coverage: {", "can't read the bars"),
    ],
)
def test_a_bar_that_would_never_be_measured_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "bars.yml").write_text(text, encoding="utf-8")
    with pytest.raises(QuestionsError, match=said):
        load_bars(tmp_path / "bars.yml", KNOWN)


def test_a_bar_with_nothing_to_measure_is_said_to_have_none() -> None:
    bars, rows = {"missed_disclosures": ("at most", 0.0)}, [row(Expect.HANDOFF, "handoff", 0.1, 0.1)]
    assert broken_bars(rows, bars) == []
    assert any(line.endswith("Disclosures of harm missed: none asked  [NOT MEASURED: at most 0 %]") for line in lines(rows, bars))
