"""What is found for labelled questions, and that a run that was stopped goes on where it was: the real assistant."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.turn import Assistant
from evaluation.calibrate import undecided
from evaluation.cases import KeptFound, cases_of, taught_by
from evaluation.questions import Expect, Question, questions_of
from knowledge.pack import read_pack
from signpost.settings import Settings
from signpost.wiring import Workshop
from store.records import NoRecorder
from tests.conftest import link_models


@pytest.fixture
def assistant(tmp_path: Path, pack: Path) -> Assistant:
    """Over the tiny pack alone."""
    link_models(tmp_path / "data")
    workshop = Workshop(Settings(data=tmp_path / "data"))
    workshop.ingester().ingest_pack(read_pack(pack))
    return workshop.assistant(NoRecorder(), undecided(workshop.models_digest, workshop.encoder.dimensions), national=False)


@pytest.fixture
def asked(pack: Path) -> list[Question]:
    return questions_of(pack)


def kept_in(folder: Path, made_of: str = "m") -> KeptFound:
    return KeptFound(folder / "found", made_of)


def test_each_question_has_what_was_found_whether_asked_one_by_one_or_in_parallel(
    assistant: Assistant, asked: list[Question]
) -> None:
    alone, together = cases_of(assistant, asked), cases_of(assistant, asked, at_once=3)
    assert [(case.question, case.features, case.right) for case in alone] == [
        (case.question, case.features, case.right) for case in together
    ]
    assert [case.question for case in alone] == asked
    assert {case.question.text for case in alone if case.right} >= {"when is the swimming club", "how long does an EHC plan take"}
    assert not any(case.right for case in alone if case.question.expect is Expect.HANDOFF)


def test_a_run_that_was_stopped_goes_on_where_it_was(tmp_path: Path, assistant: Assistant, asked: list[Question]) -> None:
    first = cases_of(assistant, asked[:3], kept_in(tmp_path))
    written = tmp_path / "found" / "m.jsonl"
    changed = written.read_text(encoding="utf-8").replace('"cross_any": ', '"cross_any": 100')
    written.write_text(changed + '\n["cut off in the mid', encoding="utf-8")
    cases = cases_of(assistant, asked, kept_in(tmp_path))
    assert [case.question for case in cases] == asked
    assert all(case.features["cross_any"] > 50 for case in cases[:3]), "these were not taken from the file"
    assert all(case.features["cross_any"] < 50 for case in cases[3:]), "these were not asked"
    assert all(kept_in(tmp_path).get(question) for question in asked)
    assert [case.vector.tolist() for case in cases[:3]] == [case.vector.tolist() for case in first]


def test_what_was_found_with_other_models_or_pages_is_not_used(
    tmp_path: Path, assistant: Assistant, asked: list[Question]
) -> None:
    cases_of(assistant, asked[:2], kept_in(tmp_path, "old"))
    assert kept_in(tmp_path, "old").get(asked[0])
    assert kept_in(tmp_path, "new").get(asked[0]) is None
    assert kept_in(tmp_path, "old").get(asked[0]) is None, "what nobody can use any more stays on the disk"


def test_questions_that_only_teach_are_not_looked_up(assistant: Assistant, asked: list[Question]) -> None:
    taught = taught_by(assistant, asked, at_once=2)
    assert [case.question for case in taught] == asked
    assert not any(case.features or case.right for case in taught)
