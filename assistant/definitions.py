"""Answers "what is an EHCP?" from the glossary, unless a page that surely answers is headed with the word.

Only a message that asks what a word means, and nothing else, is met (`data/definitions.yml`): nothing is guessed.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from assistant.data_files import read_yaml
from assistant.errors import DataError
from assistant.types import Citation, Decision, Kind, Outcome, Reading, Reason, Reply, Understanding

DOCUMENT = "glossary"
_WORD = "{word}"
_ARTICLES = ("a ", "an ", "the ")
_FOR_PEOPLE = (Reason.ASKED_FOR_PERSON, Reason.COMPLAINT)
_SHORT = 3  # letters; so short a form that stands for other things too is left alone
_PLAIN = 5  # letters; "the plan" and "the base" are left with their article
_CAPITAL = re.compile(r"[A-Z]")
_PIECE = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class Definition:
    """What a word means, with where that is from."""

    text: str
    source: Citation
    names: tuple[str, ...]
    """Its short and its long form, and the word that was asked for, plain."""

    def is_told_by(self, reading: Reading) -> bool:
        """True if a heading over the passage names the word: then the page explains it, in the area's own way."""
        headings = f" {' '.join(_plain(each) for each in (reading.hit.document.title, *reading.hit.passage.headings))} "
        return reading.hit.document.curated or any(f" {name} " in headings for name in self.names)


class Definitions:
    """The words of a glossary, and the ways to ask for them."""

    def __init__(self, rules: Mapping[str, Any], rows: Sequence[Mapping[str, str]]) -> None:
        """Raise DataError if an entry of `rules` or a column of `rows` is missing."""
        try:
            self._source = Citation(DOCUMENT, str(rules["title"]), "", str(rules["owner"]), _day(rules["updated"]))
            self._before = tuple(f"{_plain(each)} " for each in rules["before"])
            self._after = tuple(f" {_plain(each)}" for each in rules["after"])
            self._ways = [tuple(_plain(part) for part in str(way).split(_WORD, 1)) for way in rules["asked"]]
            self._ordinary = frozenset(_plain(each) for each in rules["ordinary"])
            self._meanings = _meanings(rows)
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(f"definitions.yml or the glossary lacks something, or has it in a wrong form: {error}") from error

    @classmethod
    def load(cls, rules: Path, glossary: Path) -> Definitions:
        """Read both files. Raises DataError."""
        try:
            with glossary.open(encoding="utf-8", newline="") as handle:
                return cls(read_yaml(rules), list(csv.DictReader(handle)))
        except (OSError, yaml.YAMLError) as error:
            raise DataError(f"can't read {rules} or {glossary}: {error}") from error

    def find(self, text: str) -> Definition | None:
        """The meaning of the word that `text` asks for; None if it asks something else, or the word is not known."""
        asked = self._bare(_plain(text))
        for before, after in self._ways:
            if asked.startswith(f"{before} ".lstrip()) and asked.endswith(f" {after}".rstrip()):
                word = asked.removeprefix(before).removesuffix(after).strip()
                meaning = self._meanings.get(word) or self._meanings.get(_without_article(word))
                if meaning:
                    text, names = meaning
                    return Definition(text, self._source, (*names, word))
        return None

    def of_words_in(self, text: str, most: int) -> list[Definition]:
        """What the first `most` words of the glossary that `text` uses mean, in the order of the text; the longer form counts."""
        plain, found = f" {_plain(text)} ", dict[str, tuple[int, str]]()
        shouted = {_plain(word) for word in text.split() if len(_CAPITAL.findall(word)) > 1}
        for form in sorted(self._meanings, key=lambda form: -len(form)):
            told, names = self._meanings[form]
            at = plain.find(f" {form} ")
            if at < 0 or not (shouted.intersection((form, *form.split())) or self._unmistakable(form, names)):
                continue
            found.setdefault(told, (at, form))
            plain = plain.replace(f" {form} ", f" {'_' * len(form)} ")
        first = sorted(found.items(), key=lambda item: item[1])[:most]
        return [Definition(told, self._source, (*self._meanings[form][1], form)) for told, (_, form) in first]

    def _unmistakable(self, form: str, names: Sequence[str]) -> bool:
        """True for a term itself, or its full form, if that is not ordinary English: "his" and "the plan" are."""
        singular = form.removesuffix("s")
        return (form in names or singular in names) and len(singular) > _PLAIN and singular not in self._ordinary

    def reply(self, understanding: Understanding, decision: Decision) -> Reply | None:
        """The answer to a message that asks what a word means; None for any other, if a page surely says it, or for a person."""
        found = self.find(understanding.text) or self.find(understanding.query)
        if found is None or decision.reason in _FOR_PEOPLE:
            return None
        if decision.outcome is Outcome.ANSWER and decision.reading and found.is_told_by(decision.reading):
            return None
        return Reply(
            Kind.ANSWER, found.text, citations=(found.source,), reason=Reason.WORD_EXPLAINED, probability=1.0,
            reference=understanding.query,
        )  # fmt: skip

    def _bare(self, asked: str) -> str:
        """Without greetings before and politeness after."""
        while found := next((each for each in self._before if asked.startswith(each)), None):
            asked = asked.removeprefix(found)
        while found := next((each for each in self._after if asked.endswith(each)), None):
            asked = asked.removesuffix(found)
        return asked


def _meanings(rows: Sequence[Mapping[str, str]]) -> dict[str, tuple[str, tuple[str, ...]]]:
    """What each form means, and the word's short and long form; a form of two words means neither."""
    forms = [(form, row) for row in rows for form in set(_forms(row))]
    times = Counter(form for form, _ in forms)
    return {form: (_told(row), (_plain(row["term"]), _plain(row["expansion"]))) for form, row in forms if times[form] == 1}


def _forms(row: Mapping[str, str]) -> Iterator[str]:
    clashes = bool(row["clashes_with"].strip())
    for form in (row["term"], row["expansion"], *(row["aliases"] or "").split(";")):
        plain = _plain(form)
        if plain and "(" not in form and "/" not in form and not (clashes and len(plain) <= _SHORT):
            yield plain
            yield f"{plain}s"
            if len(bare := _without_article(plain)) > _PLAIN and bare != plain:
                yield bare


def _told(row: Mapping[str, str]) -> str:
    term, full = row["term"].strip(), row["expansion"].strip()
    return f"{term}: {row['plain_english']}" if term.lower() == full.lower() else f"{full} ({term}): {row['plain_english']}"


def _plain(text: str) -> str:
    return " ".join(_PIECE.findall(re.sub(r"['’`]", "", text.lower())))


def _without_article(word: str) -> str:
    return next((word.removeprefix(article) for article in _ARTICLES if word.startswith(article)), word)


def _day(value: object) -> date:
    if not isinstance(value, date):
        raise ValueError(f"'{value}' is not a date")
    return value
