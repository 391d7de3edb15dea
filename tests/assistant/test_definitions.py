"""Messages that ask what a word means get its meaning; any other is left to the pages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.data_files import DATA
from assistant.definitions import Definitions
from assistant.errors import DataError
from assistant.types import Decision, Outcome, Reason, Understanding
from evaluation.questions import Expect, read_questions

DEFINITIONS = Definitions.load(DATA / "definitions.yml", DATA / "glossary.csv")


@pytest.mark.parametrize(
    ("asked", "meaning"),
    [
        ("what is an ehcp", "Education, health and care plan (EHC plan): A legal document"),
        ("Hi, what\u2019s a SENCO please?", "Special educational needs co-ordinator (SENCO): The teacher"),
        ("wots EBSA", "Emotionally based school avoidance"),
        ("what does SEND mean", "Special educational needs and disabilities"),
        ("what are short breaks", "Short break: Time off"),
        ("what is respite", "Short break: Time off"),
        ("what is a tribunal?", "First-tier Tribunal"),
        ("annual review meaning", "Annual review (AR): A meeting"),
    ],
)
def test_a_word_is_explained(asked: str, meaning: str) -> None:
    found = DEFINITIONS.find(asked)
    assert found
    assert found.text.startswith(meaning)
    assert found.source.owner
    assert found.source.date


@pytest.mark.parametrize(
    "asked",
    [
        "who is the senco", "what is the senco's name", "what is SLT", "what is PA", "what is it", "what is", "what does mean", "",
        "what is an ehcp and how do i get one", "what is portage like for a child who is blind", "ehcp",
    ],
)  # fmt: skip
def test_what_asks_something_else_or_has_two_meanings_is_not(asked: str) -> None:
    assert DEFINITIONS.find(asked) is None


def test_nothing_that_a_page_should_not_answer_is_taken_for_a_word() -> None:
    files = [*Path("evaluation/packs").glob("*/questions.jsonl"), Path("samples/larkmere/questions.jsonl")]
    asked = [question for path in files for question in read_questions(path) if DEFINITIONS.find(question.text)]
    assert len(asked) > 30
    assert [question.text for question in asked if question.expect is not Expect.ANSWER] == []


def test_words_of_a_text_are_explained_but_not_ordinary_ones() -> None:
    text = "Ask the college for his EHCP. Contact the SENCO about the EHC needs assessment, and send us a form for a short break."
    told = [each.text.split(":")[0] for each in DEFINITIONS.of_words_in(text, 9)]
    assert told == [
        "Education, health and care plan (EHC plan)", "Special educational needs co-ordinator (SENCO)",
        "Education, health and care needs assessment (EHCNA)", "Short break",
    ]  # fmt: skip
    assert len(DEFINITIONS.of_words_in(text, 2)) == 2
    assert DEFINITIONS.of_words_in("Bring a towel and goggles.", 9) == []


def test_who_asks_for_a_person_gets_one() -> None:
    understanding = Understanding("what is SENDIASS", "what is SENDIASS", "", 0.0)
    decision = Decision(Outcome.HAND_OFF, Reason.UNSURE, 0.2)
    reply = DEFINITIONS.reply(understanding, decision)
    assert reply
    assert reply.reason is Reason.WORD_EXPLAINED
    assert DEFINITIONS.reply(understanding, replace(decision, reason=Reason.ASKED_FOR_PERSON)) is None


@pytest.mark.parametrize("rules", ["title: x", "[]", "title: x\nowner: y\nupdated: soon\nbefore: []\nafter: []\nasked: []"])
def test_a_file_that_lacks_something_is_told(tmp_path: Path, rules: str) -> None:
    (tmp_path / "definitions.yml").write_text(rules, encoding="utf-8")
    with pytest.raises(DataError, match="definitions"):
        Definitions.load(tmp_path / "definitions.yml", DATA / "glossary.csv")
