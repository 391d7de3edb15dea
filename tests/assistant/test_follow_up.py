"""Messages are made to stand alone."""

from pathlib import Path

import pytest

from assistant.data_files import DATA
from assistant.dialogue import DialogueRules
from assistant.follow_up import FollowUps, joined, questions_in
from assistant.message_model import MessageModel
from knowledge.encoder import OnnxEncoder

RULES = DialogueRules.load(Path("assistant/data/dialogue.yml"))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("How much is the club? Who runs it now?", ("How much is the club?", "Who runs it now?")),
        ("He is 5. Can he get transport? And who pays for it?", ("He is 5. Can he get transport?", "And who pays for it?")),
        ("Can he get transport? Thanks", ("Can he get transport? Thanks",)),
        ("really? how much is it", ("really? how much is it",)),
        (
            "Who is it? What is it? Is it on? Is it far? Is it free?",
            ("Who is it?", "What is it?", "Is it on?", "Is it far?", "Is it free?"),
        ),
        ("no question at all", ("no question at all",)),
    ],
)
def test_several_questions_are_taken_one_by_one(text: str, parts: tuple[str, ...]) -> None:
    assert questions_in(text) == parts


@pytest.fixture(scope="module")
def follow_ups() -> FollowUps:
    return FollowUps(
        RULES.follow_up, RULES.story, MessageModel.load(DATA / "follow_up_model.json"), OnnxEncoder(DATA / "encoder")
    )


@pytest.mark.parametrize(
    "text",
    [
        "and at college?", "what about transport", "do they come to the house", "but why",  # by a word
        "how much", "and when hes 20?", "is it free", "is for free or i must pay", "text number?", "how do i sign up",
    ],
)  # fmt: skip
def test_a_follow_up_leans_on_what_went_before(text: str, follow_ups: FollowUps) -> None:
    assert follow_ups.leans(text)
    assert follow_ups.standalone(text, "who is portage for?") == f"who is portage for - {text}"
    assert follow_ups.standalone(text, "") == text


@pytest.mark.parametrize(
    "text",
    [
        "how do i get a blue badge for my son", "who is the senco", "how long is the autism list", "nappies free from nhs?",
        "can we get a stairlift paid for", "is there a lego club", "where can he learn to swim", "can she get a scribe",
        "senco", "the SENCO",
    ],
)  # fmt: skip
def test_a_question_of_its_own_does_not(text: str, follow_ups: FollowUps) -> None:
    assert follow_ups.standalone(text, "who is portage for?") == text


def test_of_a_long_chain_the_beginning_and_the_end_are_kept() -> None:
    assert joined("can he have transport", "and at college") == "can he have transport - and at college"
    assert joined("can he have transport - and at college - how much", "when") == "can he have transport - how much - when"


@pytest.mark.parametrize(
    ("later", "asked"),
    [
        ("and can we get short breaks?", "can we get short breaks?"), ("And can i get a blue badge?", "can i get a blue badge?"),
        ("Ok, and also who is the SENCO?", "who is the SENCO?"), ("And is it free?", "And is it free?"),
        ("and when do I apply?", "and when do I apply?"), ("and at college?", "and at college?"), ("Is it free?", "Is it free?"),
    ],
)  # fmt: skip
def test_a_later_question_of_one_message_is_joined_only_if_it_leans(later: str, asked: str, follow_ups: FollowUps) -> None:
    assert follow_ups.apart(later) == asked
