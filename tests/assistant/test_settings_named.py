from concurrent.futures import ThreadPoolExecutor

import pytest

from assistant.settings_named import SettingNames
from knowledge.types import Contact, Setting


def setting(slug: str, name: str, *aliases: str) -> Setting:
    return Setting(slug, name, aliases, "primary", "", "", Contact(""))


HIGH = setting("harbour-high", "Harbour High School", "the High")
NAMES = SettingNames(
    [
        setting("st-werburgh", "St Werburgh's Catholic Primary School", "St Werbs", "Werbies"),
        HIGH,
        setting("harbour-road", "Harbour Road Primary School", "Harbs"),
    ]
)


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        ("who is the senco at st werbs", {"st-werburgh"}),
        ("Is St Werburgh’s full?", {"st-werburgh"}),
        ("does harbour road do trips", {"harbour-road"}),
        ("my lad goes harbour rode primary school", {"harbour-road"}),
        ("Harbs or the High, which has a lift", {"harbour-road", "harbour-high"}),
        ("how much is transport", set()),
        ("is there a high need fund", set()),
    ],
)
def test_settings_are_found_by_name_alias_and_typo(text: str, slugs: set[str]) -> None:
    assert {entity.value for entity in NAMES.find(text)} == slugs


def test_no_word_of_a_message_is_kept_however_many_read_at_once() -> None:
    strings = NAMES._english.language.vocab.strings
    before = len(strings)

    def read(number: int) -> str:
        return " ".join(each.value for each in NAMES.find(f"does tyler{number} at harbour rode primary school"))

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(read, range(2000))) == {"harbour-road"}
    assert len(strings) == before
    assert "tyler7" not in strings


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("who is the senco at st werbs?", "who is the senco at Harbour High School?"),
        ("is harbour road near St Werburgh’s", "is Harbour High School near Harbour High School"),
        ("has the High more pupils than Harbs", "has the High more pupils than Harbs"),
        ("who is the senco", "who is the senco"),
    ],
)
def test_a_question_is_asked_of_another_setting(text: str, asked: str) -> None:
    assert NAMES.renamed(text, HIGH) == asked


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        ("my lad goes harbour rode primary school, is it full", "my lad goes harbour road primary school, is it full"),
        ("is st werburgs full or harbs", "is st werburgs full or harbs"),
        ("does Harbour Road do trips", "does Harbour Road do trips"),
        ("how much is transport", "how much is transport"),
    ],
)
def test_a_badly_typed_name_is_looked_up_as_it_is_written(text: str, spelt: str) -> None:
    assert NAMES.spelt(text) == spelt
