"""Cuts a message into words, and marks those that belong to the name of a school, a service or a street."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from assistant.redaction_words import RedactionRules, plain

_TOKEN = re.compile(r"[^\W\d_]+(?:['’‘`.-](?=[^\W\d_])[^\W\d_]+){0,4}|\d+")


@dataclass(slots=True)
class Word:
    """A word of the message. `stem` is its key without a possessive `'s`, `gap` what stands before it."""

    text: str
    key: str
    stem: str
    start: int
    end: int
    gap: str
    capital: bool


def words_of(text: str) -> list[Word]:
    """The words and numbers of a message; in one typed in capitals no word counts as capitalised."""
    letters = sum(c.isalpha() for c in text)
    shouted = letters > 11 and sum(c.isupper() for c in text) > 0.7 * letters
    words, last = [], 0
    for match in _TOKEN.finditer(text):
        capital = match[0][0].isupper() and not shouted
        key = plain(match[0])
        words.append(Word(match[0], key, key.removesuffix("'s"), match.start(), match.end(), text[last : match.start()], capital))
        last = match.end()
    return words


def organisations(words: list[Word], rules: RedactionRules) -> list[bool]:
    """Marks the words that are part of a school's, a service's or a street's name."""
    kinds, inside = rules.lists["organisations"], [False] * len(words)
    for at, word in enumerate(words):
        if word.key in kinds and (word.capital or word.key in rules.lists["plain_organisations"]):
            start = at
            while start > 0 and at - start < 5 and _joins(words, start, word.capital, rules):
                start -= 1
            if not word.capital and at - start > 1 and not words[start].capital:
                start = at - 1
            inside[start : at + 1] = [True] * (at + 1 - start)
    for at, (saint, name) in enumerate(pairwise(words)):
        if saint.key in {"st", "st.", "saint", "saints"} and name.gap in {" ", ". "}:
            inside[at : at + 2] = [True, True]
    return inside


def _joins(words: list[Word], start: int, capital: bool, rules: RedactionRules) -> bool:
    """Whether the word before `start` belongs to the same name."""
    word, gap = words[start - 1], words[start].gap
    if gap not in {" ", "-", " & "} or (word.key.endswith("'s") and word.stem in rules.first_names):
        return False
    if not capital:
        return (word.capital and words[start].key not in {"and", "of"}) or (
            word.stem not in rules.first_names and word.stem not in rules.ordinary
        )
    if word.capital:
        return True
    return word.key in {"of", "and", "the", "with"} and start > 1 and words[start - 2].capital
