"""Which setting a message says it is about."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.data_files import DATA
from assistant.dialogue import DialogueRules, names_only, told_setting
from assistant.settings_named import SettingNames
from knowledge.pack import read_pack

NAMING = DialogueRules.load(DATA / "dialogue.yml").naming


@pytest.fixture(scope="module")
def names() -> SettingNames:
    return SettingNames(read_pack(Path("samples/larkmere")).area.settings)


@pytest.mark.parametrize(
    "text", ["kestrel", "sorry hes at millbrook", "no i meant willow bank school", "my dauhgter goes to Kestrel"]
)
def test_a_message_that_only_names_a_school(text: str, names: SettingNames) -> None:
    assert names_only(text, names.find(text), NAMING)


@pytest.mark.parametrize(
    "text", ["does Kestrel have a lift?", "is there a school nurse at millbrook", "they do at Kestrel", "hello"]
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
    ],
)
def test_the_school_that_a_part_of_a_message_goes_over_to(text: str, setting: str | None, names: SettingNames) -> None:
    assert told_setting(text, names.find(text), NAMING) == setting
