"""Takes personal details out of a message before it is kept or sent, and leaves the words that retrieval needs.

Phones are checked by the phonenumbers library (Google's libphonenumber). The rest is found by bounded
patterns, check digits, a list of first names and the words around them (`data/redaction.yml`); ADR 0005
says why. What it finds and misses is measured: docs/reference/redaction.md.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.redaction_names import Names
from assistant.redaction_places import Addresses, Births, ages
from assistant.redaction_recognisers import Found, cued_references, recognisers
from assistant.redaction_text import Word, organisations, words_of
from assistant.redaction_words import RedactionRules, load_redaction_rules
from assistant.visible import visible

LONGEST = 4_000
"""Characters that are read. What comes after is dropped: nothing that was not looked at is kept."""

_WHOLE = ""  # marks where a public name may end


@dataclass(frozen=True)
class Redaction:
    """The text without personal details, and how many of each kind were taken out."""

    text: str
    counts: Mapping[str, int]


class Redactor:
    """Redacts with one set of rules; `keep` are names that are public, of settings, services and the council."""

    def __init__(self, rules: RedactionRules, keep: Sequence[str] = ()) -> None:
        self._rules = rules
        self._recognisers = recognisers(rules)
        self._references = cued_references(rules)
        self._addresses = Addresses(rules)
        self._births = Births(rules)
        self._names = Names(rules)
        bands = [rules.placeholders["age"].format(band=band) for _, band in rules.age_bands]
        self._done = re.compile("|".join(re.escape(mark) for mark in (*rules.placeholders.values(), *bands)))
        self._keep: dict[str, Any] = {}
        for name in keep:
            keys = [word.key for word in words_of(name)]
            if keys and len(name) > 1:
                _plant(self._keep, keys)

    def redact(self, text: str) -> Redaction:
        """`text`, as it is seen, with each personal detail replaced by its kind in square brackets."""
        text = _shortened(visible(text))
        counts: Counter[str] = Counter()
        parts, last = [], 0
        for found, instead in self._found(text):
            parts += [text[last : found.start], instead]
            counts[found.kind] += 1
            last = found.end
        return Redaction("".join([*parts, text[last:]]), dict(counts))

    def find(self, text: str) -> list[Found]:
        """Where the personal details are, in order; for measuring."""
        return [found for found, _ in self._found(_shortened(text))]

    def _found(self, text: str) -> list[tuple[Found, str]]:
        words = words_of(text)
        kept, named_setting = self._kept(words, len(text))
        claims = _Claims(len(text))
        for match in self._done.finditer(text):
            claims.block(match.start(), match.end())
        for recogniser in self._recognisers:
            claims.add(recogniser(text))
        claims.add(self._addresses.find(text, kept))
        claims.add(self._births.find(text))
        claims.add(self._references(text))
        blocked = organisations(words, self._rules)
        for at, word in enumerate(words):
            blocked[at] = blocked[at] or bool(kept[word.start]) or claims.taken(word.start)
        claims.add(self._names.find(words, blocked))
        instead = {}
        if named_setting or claims.found or self._tells(words, blocked):
            for found, age in ages(text):
                if claims.add([found]):
                    instead[found] = self._rules.placeholders["age"].format(band=self._band(age))
        placeholders = self._rules.placeholders
        return [(found, instead.get(found) or placeholders[found.kind]) for found in sorted(claims.found, key=lambda f: f.start)]

    def _kept(self, words: list[Word], length: int) -> tuple[bytearray, bool]:
        """The characters that belong to a public name, and whether there is one."""
        kept, until = bytearray(length), -1
        for at, word in enumerate(words):
            end = self._public(words, at)
            if end > until and end > at:
                kept[word.start : words[end - 1].end] = b"\1" * (words[end - 1].end - word.start)
                until = end
        return kept, until >= 0

    def _public(self, words: list[Word], at: int) -> int:
        """Where the longest public name that begins at a word ends; `at` if none does."""
        branch, longest = self._keep, at
        for end in range(at, len(words)):
            key = words[end].key if words[end].key in branch else words[end].stem
            if key not in branch:
                break
            branch = branch[key]
            if _WHOLE in branch:
                longest = end + 1
        return longest

    def _tells(self, words: list[Word], blocked: list[bool]) -> bool:
        """Whether a diagnosis or a school by name makes an exact age one that could point to a child."""
        conditions = self._rules.lists["conditions"]
        named = any(
            inside and word.capital and at and blocked[at - 1] and words[at - 1].capital
            for at, (word, inside) in enumerate(zip(words, blocked, strict=True))
        )
        return named or any(word.key in conditions for word in words)

    def _band(self, age: int) -> str:
        return next((band for last, band in self._rules.age_bands if age <= last), self._rules.age_bands[-1][1])


def _plant(tree: dict[str, Any], keys: Sequence[str]) -> None:
    for key in keys:
        tree = tree.setdefault(key, {})
    tree[_WHOLE] = True


class _Claims:
    """Details found so far; the first to claim some characters keeps them."""

    def __init__(self, length: int) -> None:
        self.found: list[Found] = []
        self._taken = bytearray(length)

    def add(self, found: Iterable[Found]) -> bool:
        """Adds those that overlap none; says whether it added any."""
        added = False
        for one in found:
            if not any(self._taken[one.start : one.end]):
                self.block(one.start, one.end)
                self.found.append(one)
                added = True
        return added

    def block(self, start: int, end: int) -> None:
        """Lets nothing claim these characters."""
        self._taken[start:end] = b"\1" * (end - start)

    def taken(self, at: int) -> bool:
        """Whether the character is part of a detail."""
        return bool(self._taken[at])


def _shortened(text: str) -> str:
    """At most LONGEST characters, without a word or a number cut in two."""
    if len(text) <= LONGEST:
        return text
    text = text[:LONGEST]
    cut = max(text.rfind(" ", LONGEST - 200), text.rfind("\n", LONGEST - 200))
    return text[:cut] if cut > 0 else ""


__all__ = ["Redaction", "RedactionRules", "Redactor", "load_redaction_rules"]
