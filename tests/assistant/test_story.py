"""Of a long message the part that asks is found, and what it takes to understand it."""

import json
from pathlib import Path

import pytest

from assistant.decide import less_sure
from assistant.dialogue import DialogueRules
from assistant.story import part_that_asks, with_context

RULES = DialogueRules.load(Path("assistant/data/dialogue.yml")).story
TOLD = (
    "My son is seven and we moved here in the spring from the coast. His old school did nothing for him at all and I am worn out. "
    "His dad works away and my mum helps when she can, but she is not well. The new house is lovely and has a garden with a swing."
)


def story(asks: str, behind: str = "Thanks.") -> str:
    return f"{TOLD} He loves the minibus that takes him. {asks} {behind}"


@pytest.mark.parametrize(
    ("asks", "behind"),
    [
        ("How long will the driver wait for us?", "What a week."),
        ("so how long will the driver wait for us.", "We live on a hill."),
        ("I only want to know how long the driver waits.", "When I ring they laugh."),
        ("Nobody's told us whether the driver waits.", "The dog has been ill too."),
        ("Is there a number for the driver.", "He can't hear a thing himself so he's one to talk."),
        ("Please tell me who it is that drives the thing.", "How can that be?"),
    ],
)
def test_the_part_that_asks_is_found(asks: str, behind: str) -> None:
    assert part_that_asks(story(asks, behind), RULES) == asks


def test_a_short_question_goes_with_what_stands_before_it() -> None:
    assert part_that_asks(story("What's it cost?"), RULES) == "He loves the minibus that takes him. What's it cost?"


def test_what_it_is_about_is_kept_in_front_of_it() -> None:
    kept = with_context(story("How long will the driver wait for us?"), RULES)
    assert kept.endswith("He loves the minibus that takes him. How long will the driver wait for us?")
    assert RULES.context / 2 < len(kept.split()) <= RULES.context
    assert not kept.startswith("My son")


def test_an_endless_sentence_is_taken_clause_by_clause() -> None:
    text = f"{TOLD.replace('.', '').lower()} and he likes the bus but can anyone say how long it waits because he is slow and so am i"
    assert part_that_asks(text, RULES) == "but can anyone say how long it waits"


def test_other_messages_are_left_as_they_are() -> None:
    for text in ("How long is it?", "", TOLD[:120], " ".join(["no"] * RULES.longest)):
        assert with_context(text, RULES) == text
        assert part_that_asks(text, RULES) == ""


@pytest.mark.parametrize("text", ["word " * 500, "a, " * 300, "no. " * 200, "what? " * 100, "🙂 " * 90])
def test_any_long_text_has_some_part(text: str) -> None:
    assert part_that_asks(text, RULES)
    assert part_that_asks(text, RULES) in with_context(text, RULES) or len(with_context(text, RULES).split()) <= RULES.context


def test_an_answer_to_a_story_is_less_sure() -> None:
    assert less_sure(0.5, 0.0) == pytest.approx(0.5)
    assert less_sure(0.71, 0.9) == pytest.approx(0.5, abs=0.01)
    assert 0 == less_sure(0.0, 1.0) < less_sure(0.9, 1.0) < less_sure(1.0, 1.0) == 1


@pytest.mark.parametrize("name", ["tuned", "held_out"])
def test_the_stories_are_long_and_asked_once(name: str) -> None:
    rows = [json.loads(line) for line in Path(f"evaluation/stories/{name}.jsonl").read_text("utf-8").splitlines()]
    assert len({row["id"] for row in rows}) == len(rows) > 110
    assert all(len(row["text"].split()) > RULES.longest for row in rows)
    for row in rows:
        known = Path(f"evaluation/packs/{row['area']}/questions.jsonl").read_text("utf-8")
        assert f'"{row["id"].removeprefix("story-")}"' in known
