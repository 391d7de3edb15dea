"""What must stay true of the data that ships: intents, cards, sample area, labelled questions."""

import json
from pathlib import Path

import pytest
import yaml

from assistant.intents import load_intents
from evaluation.questions import Expect, questions_of, read_questions
from evaluation.scoring import content_words
from knowledge.cards import read_cards
from knowledge.pack import read_pack
from knowledge.sources import read_source
from knowledge.types import Document

INTENTS = {intent.name: intent for intent in load_intents(Path("intents"))}
ROUTES = yaml.safe_load(Path("assistant/data/routing.yml").read_text(encoding="utf-8"))
PACKS = [Path("samples/larkmere"), *sorted(path.parent for path in Path("evaluation/packs").glob("*/questions.jsonl"))]


def test_every_se7_question_has_an_intent() -> None:
    wanted = [f"faq/{voice}{number:02d}" for voice in "py" for number in range(1, 15)]
    assert [name for name in wanted if name not in INTENTS] == []
    for name in wanted:
        assert name[4:].upper() in INTENTS[name].topics


def test_every_intent_has_15_different_examples() -> None:
    assert [name for name, intent in INTENTS.items() if len(set(intent.examples)) < 15] == []


def test_every_subject_has_a_route() -> None:
    subjects = {row["subject"] for row in ROUTES}
    assert {intent.subject for intent in INTENTS.values()} - subjects == set()


def test_cards_have_a_source_and_are_not_unverified() -> None:
    path = Path("assistant/data/statutory_cards.yml")
    cards = list(read_cards(path))
    assert len(cards) >= 25
    assert all(card.url.startswith("https://") and card.owner and card.updated for card in cards)
    assert "[U]" not in path.read_text(encoding="utf-8")
    assert len({card.id for card in cards}) == len(cards)


@pytest.mark.parametrize("folder", PACKS, ids=lambda path: path.name)
def test_labels_agree_with_the_pages(folder: Path) -> None:
    pack = read_pack(folder)
    assert pack.problems == ()
    items = [item for source in pack.sources for item in read_source(source, pack.area)]
    documents = {item.id: item for item in items if isinstance(item, Document)}
    assert len(documents) == len(items)
    questions = questions_of(folder)
    assert len({question.id for question in questions}) == len(questions)
    for question in questions:
        if question.near:
            assert question.near in documents, question.id
        if question.expect is Expect.ANSWER:
            pages = [documents[name] for name in question.gold]
            span = content_words(question.answer_span or "")
            assert any(span <= content_words(page.body) for page in pages), question.id
            assert all(page.scope.setting in ("", question.setting) or not question.setting for page in pages), question.id


def test_the_sample_area_is_as_promised() -> None:
    pack = read_pack(Path("samples/larkmere"))
    items = [item for source in pack.sources for item in read_source(source, pack.area)]
    area_pages = [item for item in items if isinstance(item, Document) and not item.scope.setting]
    assert len(area_pages) >= 45
    assert {setting.phase for setting in pack.area.settings} == {"nursery", "primary", "secondary", "special", "college"}
    groups = {
        json.loads(line)["id"].split("-")[0]
        for line in Path("samples/larkmere/pages.jsonl").read_text(encoding="utf-8").splitlines()
    }
    assert groups == {"lo"}
    assert len(read_questions(Path("samples/larkmere/questions.jsonl"))) >= 500


def test_every_sample_phone_is_from_the_drama_ranges() -> None:
    import re

    for path in Path("samples").rglob("*"):
        if path.suffix in {".md", ".jsonl", ".yml", ".csv", ".html", ".txt"}:
            for number in re.findall(r"\b0\d{4} \d{6}\b", path.read_text(encoding="utf-8")):
                assert number.startswith(("01632 960", "07700 900")), (path, number)
