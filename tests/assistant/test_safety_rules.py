import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.errors import DataError
from assistant.safety_rules import SafetyRules
from assistant.safety_text import LONGEST

RULES = SafetyRules.load()
SMALL: dict[str, Any] = {
    "always": ["i am not safe"],
    "lists": {"relative": ["dad", "step mum"]},
    "categories": {"harm": {"strong": ["{relative} ... hits/hurts me [again]"], "likely": ["scared"]}},
    "idioms": ["killing me with"],
    "ambiguous": ["on our knees"],
    "policy": ["policy"],
    "spelling": {"im": "i am", "wiv": "with", "dady": "dad"},
    "typos": ["scared"],
    "not_typos": ["scarred"],
}


@pytest.mark.parametrize("text", ["my dad hits me", "my Step-Mum really often hurts me", "dady hurts me again"])
def test_a_phrase_is_found_with_lists_gaps_and_spelling(text: str) -> None:
    assert SafetyRules(SMALL).find(text).strong == ("harm",)


@pytest.mark.parametrize("text", ["my dad left. he hits me", "dad and I like a good loud song that hits me"])
def test_a_gap_ends_with_the_sentence_and_after_four_words(text: str) -> None:
    assert SafetyRules(SMALL).find(text).strong == ()


def test_one_wrong_letter_is_put_right_unless_it_makes_another_word() -> None:
    rules = SafetyRules(SMALL)
    assert rules.find("im scared").likely == ("harm",)
    assert rules.find("im scarred").likely == ()


def test_an_idiom_is_crossed_out_before_the_categories_are_looked_for() -> None:
    data = SMALL | {"categories": {"harm": {"strong": ["killing me"], "likely": []}}}
    found = SafetyRules(data).find("they are killing me wiv paperwork")
    assert (found.strong, found.idioms) == ((), 1)
    assert SafetyRules(data).find("they are killing me").strong == ("harm",)


def test_explain_names_the_phrase_as_written() -> None:
    assert ("always", "i am not safe") in SafetyRules(SMALL).explain("im not safe")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"always": ["{nobody} hits me"]}, "no list"),
        ({"always": ["..."]}, "no word to look for"),
        ({"always": ["i [] am"]}, "empty brackets"),
        ({"categories": None}, "not of the right form"),
    ],
)
def test_a_wrong_rule_is_refused_by_name(change: dict[str, Any], words: str) -> None:
    with pytest.raises(DataError, match=words.replace("[", r"\[")):
        SafetyRules(SMALL | change)


def test_a_missing_part_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="policy"):
        SafetyRules({name: part for name, part in SMALL.items() if name != "policy"})
    with pytest.raises(DataError, match=r"none\.yml"):
        SafetyRules.load(tmp_path / "none.yml")


def test_no_message_takes_long_whatever_is_in_it() -> None:
    for text in ("my " * LONGEST, "dad hits " * LONGEST, "a" * LONGEST * 3, "i want to " * LONGEST, "s u i " * LONGEST):
        start = time.process_time()
        RULES.find(text)
        assert time.process_time() - start < 2


def test_no_phrase_is_written_twice_in_one_place() -> None:
    data = yaml.safe_load(Path("assistant/data/safety.yml").read_text(encoding="utf-8"))
    places = [data[name] for name in ("always", "idioms", "ambiguous", "policy")]
    places += [rules[kind] for rules in data["categories"].values() for kind in ("strong", "likely")]
    assert [phrase for place in places for phrase in set(place) if place.count(phrase) > 1] == []
