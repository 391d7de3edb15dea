"""Passages cut to a few sentences for training keep what answers."""

from __future__ import annotations

import random

from evaluation.short_runs import short_run
from knowledge.sentences import sentences

LINES = [f"- Club number {number} meets in the hall on Mondays at {number} o'clock." for number in range(1, 10)]
TEXT = "\n".join(LINES)


def test_what_answers_is_kept_with_its_neighbours() -> None:
    for seed in range(50):
        run = short_run(TEXT, [LINES[4]], random.Random(seed), (15, 40))
        assert LINES[4] in run
        assert 15 <= len(run.split()) < 40 + len(LINES[0].split())
        assert run in TEXT


def test_any_sentence_is_kept_of_a_passage_that_does_not_answer() -> None:
    runs = {short_run(TEXT, [], random.Random(seed), (5, 5)) for seed in range(100)}
    assert runs == set(LINES)


def test_a_short_passage_stays_whole() -> None:
    assert short_run("One line.\nAnd another.", [], random.Random(1), (15, 40)) == "One line.\nAnd another."
    assert sentences(short_run(TEXT, LINES, random.Random(1), (15, 40))) == LINES
