"""Which setting a message says it is about."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.data_files import DATA
from assistant.dialogue import (
    DialogueRules,
    after_told,
    asked_after,
    intent_said,
    may_name,
    names_only,
    told_setting,
    with_denied,
)
from assistant.settings_named import SettingNames
from knowledge.pack import read_pack
from tests.assistant.helpers import understanding

RULES = DialogueRules.load(DATA / "dialogue.yml")
NAMING = RULES.naming


@pytest.fixture(scope="module")
def names() -> SettingNames:
    return SettingNames(read_pack(Path("samples/larkmere")).area.settings)


@pytest.mark.parametrize(
    "text",
    [
        "kestrel", "sorry hes at millbrook", "no i meant willow bank school", "my dauhgter goes to Kestrel",
        "It's Millbrook", "he’s at Kestrel", "my son's at Kestrel", "My son's school is Kestrel", "Hi, Kestrel Academy",
        "kestrel thank you", "Millbrook I think", "mine go to Millbrook", "no, I said Millbrook",
        "no not that school millbrook",
    ],
)  # fmt: skip
def test_a_message_that_only_names_a_school(text: str, names: SettingNames) -> None:
    assert names_only(text, names.find(text), NAMING)


@pytest.mark.parametrize(
    "text",
    ["does Kestrel have a lift?", "is there a school nurse at millbrook", "they do at Kestrel", "Kestrel said no", "hello"],
)
def test_a_question_that_names_a_school_is_more(text: str, names: SettingNames) -> None:
    assert not names_only(text, names.find(text), NAMING)


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("back to my little lad at millbrook, who gives him his medicine", "millbrook"),
        ("my other one's at kestrel though, same question for her", "kestrel"),
        ("actually lets stay with kestrel. can she use a laptop", "kestrel"),
        ("does kestrel have a lift, and a hoist", None),
        ("she is at millbrook, what do kestrel do in exams", None),
        ("kestrel", None),
        ("not millbrook, does willow bank have a lift", "willow-bank"),
        ("my other one is at kestrel who is the nurse there", "kestrel"),
        ("my son is at kestrel what about him", "kestrel"),
        ("does kestrel have a lift who do i ask", None),
        ("kestrel is full", None),
    ],
)
def test_the_school_that_a_part_of_a_message_goes_over_to(text: str, setting: str | None, names: SettingNames) -> None:
    assert told_setting(text, with_denied(text, names.find(text)), NAMING) == setting


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("not Kestrel", []),
        ("no not at kestrel", []),
        ("it isn’t Kestrel", []),
        ("not millbrook, willow bank", ["willow-bank"]),
        ("Millbrook instead of Kestrel", ["millbrook"]),
        ("not kestrel or millbrook, its willow bank", ["willow-bank"]),
    ],
)
def test_a_school_that_is_said_not_to_be_meant(text: str, meant: list[str], names: SettingNames) -> None:
    found = with_denied(text, names.find(text))
    assert [each.value for each in found if each.kind == "setting"] == meant
    assert names_only(text, found, NAMING)


@pytest.mark.parametrize("text", ["why not Kestrel", "whether or not Kestrel has a lift", "isn't Kestrel the one with a lift"])
def test_a_question_with_not_still_names_the_school(text: str, names: SettingNames) -> None:
    assert [each.kind for each in with_denied(text, names.find(text))] == ["setting"]


def test_what_is_asked_after_a_school_that_is_only_named(names: SettingNames) -> None:
    text = "my son is at kestrel what about him"
    assert after_told(text, names.find(text), NAMING) == "what about him"
    assert asked_after(text, names.find(text), "is there a lift", RULES) == ("what about him", "is there a lift")
    clubs = "my son is at kestrel do they do clubs"
    assert asked_after(clubs, names.find(clubs), "is there a lift", RULES) == ("do they do clubs", "")
    assert after_told("who is the nurse", names.find("who is the nurse"), NAMING) == "who is the nurse"


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("st peters", True), ("it's a private school called Brightwell", True), ("the big one in town", True),
        ("he needs help with his reading", False), ("is there parking", False), ("swimming?", False),
    ],
)  # fmt: skip
def test_a_few_words_may_name_a_school_that_is_not_known(text: str, may: bool) -> None:
    assert may_name(understanding(text), RULES) == may
    assert not may_name(understanding(text, confidence=RULES.of_setting_near), RULES)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("ok thanks love", "thanks"), ("Thank you dear", "thanks"), ("k thx", "thanks"), ("ok cool", "affirm"),
        ("no a real person at the school", "ask_person"), ("who i speak", "ask_person"), ("not a robot", "ask_person"),
        ("What does that mean?", "explain_words"), ("i dnt understand", "explain_words"), ("none of them", "dont_know"),
        ("it's not on the list", "dont_know"), ("who can see this chat", "who_can_see_this"), ("ok so what do i do now", "faq"),
        ("thanks but when is it", ""), ("what does that mean for his place", ""), ("are you a real person", ""),
        ("what do i do about his bus", ""), ("not a good school", ""), ("", ""),
    ],
)  # fmt: skip
def test_what_a_whole_message_says_in_plain_words(text: str, intent: str) -> None:
    assert intent_said(text, RULES) == intent
