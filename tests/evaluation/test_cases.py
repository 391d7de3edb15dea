"""What is found for labelled questions, and that a run that was stopped goes on where it was: the real assistant."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.turn import Assistant
from evaluation.calibrate import undecided
from evaluation.cases import KeptFound, cases_of, taught_by
from evaluation.questions import ORDINARY, STORIES, Expect, Question, QuestionsError, questions_of
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


LOST = ("my dad hits me when he is drunk", "¿Cómo puedo pedir ayuda para mi hijo en la escuela? No entiendo nada de esto")


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


def test_what_gets_the_safety_card_or_is_in_another_language_stays_a_question_that_was_not_answered(
    assistant: Assistant, asked: list[Question]
) -> None:
    lost = [replace(asked[0], id=f"lost{n}", text=text) for n, text in enumerate(LOST)]
    cases = cases_of(assistant, [*lost, asked[0]])
    assert [case.question for case in cases] == [*lost, asked[0]]
    assert [bool(case.features) for case in cases] == [False, False, True]
    assert not any(case.right for case in cases[:2])


def test_a_story_is_known_as_one_also_from_the_file(tmp_path: Path, assistant: Assistant, pack: Path) -> None:
    told = questions_of(pack, (ORDINARY, STORIES))
    for _ in range(2):
        cases = cases_of(assistant, told, kept_in(tmp_path))
        assert [case.story for case in cases] == [len(question.text.split()) > 40 for question in told]
        assert any(case.story for case in cases)


def test_a_turn_that_fails_ends_the_run(assistant: Assistant, asked: list[Question]) -> None:
    broken = Assistant(replace(assistant.parts, policy=undecided(assistant.parts.policy.models, 3)))
    with pytest.raises(QuestionsError, match=f"the turn of question {asked[0].id} failed"):
        cases_of(broken, asked)


def test_questions_that_only_teach_are_not_looked_up(assistant: Assistant, asked: list[Question]) -> None:
    taught = taught_by(assistant, asked, at_once=2)
    assert [case.question for case in taught] == asked
    assert not any(case.features or case.right for case in taught)
