"""Which setting a message says it is about."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.data_files import DATA
from assistant.dialogue import DialogueRules, names_only, told_setting, with_denied
from assistant.settings_named import SettingNames
from knowledge.pack import read_pack

NAMING = DialogueRules.load(DATA / "dialogue.yml").naming


@pytest.fixture(scope="module")
def names() -> SettingNames:
    return SettingNames(read_pack(Path("samples/larkmere")).area.settings)


@pytest.mark.parametrize(
    "text",
    [
        "kestrel", "sorry hes at millbrook", "no i meant willow bank school", "my dauhgter goes to Kestrel",
        "It's Millbrook", "he’s at Kestrel", "my son's at Kestrel", "My son's school is Kestrel", "Hi, Kestrel Academy",
        "kestrel thank you", "Millbrook I think", "mine go to Millbrook", "no, I said Millbrook",
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
