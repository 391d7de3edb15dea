"""The rules that show a disclosure of harm, read from `data/safety.yml`, where their form is explained.

Each phrase is a row of parts with gaps of at most four words, tried only where its first word stands:
a message costs time in proportion to its length, whatever is in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import accumulate
from pathlib import Path
from typing import Any

import yaml

from assistant.data_files import read_yaml
from assistant.errors import DataError
from assistant.safety_text import Speller, one_letter_off

_GAP = "..."
_LONGEST_GAP = 4  # words
_LIST = re.compile(r"\{(\w+)\}")
_PARTS = re.compile(r"\[[^\]]*\]|\S+")
_CROSSED_OUT = "_"
_DEEPEST = 4


@dataclass(frozen=True)
class Findings:
    """What the rules saw in one message: `words` as they were read, and categories, once for each phrase met."""

    words: str
    always: bool
    strong: tuple[str, ...]
    likely: tuple[str, ...]
    idioms: int
    ambiguous: int
    policy: int


@dataclass(frozen=True)
class _Part:
    """One part of a phrase: any of some entries, a gap of a few words, or several parts that may be missing.

    `entries` holds, by their first word, the words of each entry, those with most letters first.
    """

    entries: Mapping[str, Sequence[tuple[str, ...]]] = field(default_factory=dict)
    maybe: tuple[_Part, ...] = ()
    gap: bool = False

    @property
    def optional(self) -> bool:
        """Whether a phrase can do without it."""
        return self.gap or bool(self.maybe)

    @property
    def firsts(self) -> frozenset[str]:
        """The words that it can begin with."""
        return self.maybe[0].firsts if self.maybe else frozenset(self.entries)

    def words(self) -> Iterator[str]:
        """All words in it."""
        for entries in self.entries.values():
            for entry in entries:
                yield from entry
        for part in self.maybe:
            yield from part.words()

    def ends(self, words: Sequence[str], start: int) -> Iterator[int]:
        """Where it can end if it begins at the word `start`, the likeliest first."""
        if self.gap:
            yield start
            for end in range(start, min(start + _LONGEST_GAP, len(words))):
                if "." in words[end]:
                    return
                yield end + 1
            return
        if self.maybe:
            yield from _ends(self.maybe, words, start)
            yield start
            return
        if start < len(words):
            for entry in self.entries.get(words[start], ()):
                if len(entry) == 1 or tuple(words[start : start + len(entry)]) == entry:
                    yield start + len(entry)


def _ends(parts: Sequence[_Part], words: Sequence[str], start: int) -> Iterator[int]:
    if not parts:
        yield start
        return
    for end in parts[0].ends(words, start):
        yield from _ends(parts[1:], words, end)


@dataclass(frozen=True)
class Phrase:
    """One phrase: what it stands for, as written, and its parts."""

    name: str
    written: str
    parts: tuple[_Part, ...]

    def end(self, words: Sequence[str], start: int) -> int | None:
        """Where it ends if it begins at the word `start`; None if it does not."""
        return next(_ends(self.parts, words, start), None)


class PhraseBook:
    """Phrases by their possible first words."""

    def __init__(self, lists: Mapping[str, Sequence[str]]) -> None:
        self._lists = lists
        self._parts: dict[str, _Part] = {}
        self._by_first: dict[str, list[Phrase]] = {}
        self.words: set[str] = set()

    def add(self, name: str, written: str) -> None:
        """Take a phrase. Raises DataError if it names an unknown list or has no word."""
        parts = [self._part(part, written) for part in _PARTS.findall(written)]
        while parts and parts[0].gap:
            parts.pop(0)
        firsts: set[str] = set()
        for part in parts:
            firsts |= part.firsts
            if not part.optional:
                break
        if not firsts:
            raise DataError(f"safety.yml: the phrase {written!r} has no word to look for")
        phrase = Phrase(name, written, tuple(parts))
        for first in firsts:
            self._by_first.setdefault(first, []).append(phrase)

    def find(self, words: str) -> Iterator[tuple[Phrase, int, int]]:
        """Each phrase with where it was found, in text as `Speller` reads it: words with one space after each."""
        each = words.split()
        places = [0, *accumulate(len(word) + 1 for word in each)]
        for at, word in enumerate(each):
            for phrase in self._by_first.get(word, ()):
                end = phrase.end(each, at)
                if end is not None:
                    yield phrase, places[at], places[end]

    def _part(self, part: str, written: str) -> _Part:
        """A part as it is written; each way of writing is read once."""
        if part not in self._parts:
            self._parts[part] = self._read_part(part, written)
            self.words.update(self._parts[part].words())
        return self._parts[part]

    def _read_part(self, part: str, written: str) -> _Part:
        if part == _GAP:
            return _Part(gap=True)
        if part.startswith("["):
            inner = tuple(self._part(one, written) for one in part[1:-1].split())
            if not inner:
                raise DataError(f"safety.yml: empty brackets in {written!r}")
            return _Part(maybe=inner)
        entries = sorted({e for one in part.split("/") for e in self._entries(one, written)}, key=lambda e: (-len(e), e))
        by_first: dict[str, list[tuple[str, ...]]] = {}
        for entry in entries:
            by_first.setdefault(entry.split()[0], []).append(tuple(entry.split()))
        return _Part(by_first)

    def _entries(self, entry: str, written: str, depth: int = 0) -> Iterator[str]:
        """An entry with each list in it written out; an entry of a list also with an s after it (`dads`)."""
        named = _LIST.search(entry)
        if named is None:
            yield entry
            if depth:
                yield f"{entry}s"
            return
        if depth >= _DEEPEST or named[1] not in self._lists:
            raise DataError(f"safety.yml: no list {named[1]!r}, or one that holds itself, in {written!r}")
        for one in self._lists[named[1]]:
            yield from self._entries(entry.replace(named[0], one, 1), written, depth + 1)


class SafetyRules:
    """The rules of one data file."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        """Raise DataError if an entry is missing or can't be read."""
        try:
            lists = {str(name): tuple(map(str, entries)) for name, entries in data["lists"].items()}
            self._idioms = _book(lists, {"idioms": data["idioms"]})
            self._others = _book(lists, {kind: data[kind] for kind in ("always", "ambiguous", "policy")})
            self._strong = _book(lists, {name: rules["strong"] for name, rules in data["categories"].items()})
            self._likely = _book(lists, {name: rules["likely"] for name, rules in data["categories"].items()})
            self.categories = tuple(map(str, data["categories"]))
            self._speller = self._read_speller(data)
        except (KeyError, TypeError, AttributeError) as error:
            raise DataError(f"safety.yml: {error} is missing or not of the right form; see its first lines") from error

    @classmethod
    def load(cls, path: Path | None = None) -> SafetyRules:
        """Read a rules file; the one that comes with Signpost if none is named."""
        where = path or Path(str(files("assistant") / "data" / "safety.yml"))
        try:
            data = read_yaml(where)
        except OSError as error:
            raise DataError(f"can't read the safety rules {where}: {error.strerror}") from error
        except yaml.YAMLError as error:
            raise DataError(f"the safety rules {where} are not YAML: {error}") from error
        return cls(data)

    def find(self, text: str) -> Findings:
        """What the rules see in a message."""
        words = self.words(text)
        crossed, idioms = self._cross_out(words)
        others = [phrase.name for phrase, _, _ in self._others.find(words)]
        return Findings(
            words=words.strip(),
            always="always" in others,
            strong=tuple(phrase.name for phrase, _, _ in self._strong.find(crossed)),
            likely=tuple(phrase.name for phrase, _, _ in self._likely.find(crossed)),
            idioms=idioms,
            ambiguous=others.count("ambiguous"),
            policy=others.count("policy"),
        )

    def explain(self, text: str) -> list[tuple[str, str]]:
        """The phrases, as written in the file, that a message meets: for whoever changes the file."""
        words = self.words(text)
        crossed, _ = self._cross_out(words)
        found = [(phrase.name, phrase.written) for phrase, _, _ in self._idioms.find(words)]
        found += [(phrase.name, phrase.written) for phrase, _, _ in self._others.find(words)]
        found += [(f"strong {phrase.name}", phrase.written) for phrase, _, _ in self._strong.find(crossed)]
        return found + [(f"likely {phrase.name}", phrase.written) for phrase, _, _ in self._likely.find(crossed)]

    def words(self, text: str) -> str:
        """The text as the rules read it: words put right, one space after each, `.` where a sentence ends."""
        return "".join(f"{word} " for word in self._speller.words(text))

    def _cross_out(self, words: str) -> tuple[str, int]:
        """The words with every idiom replaced by a mark, and how many idioms there were."""
        spans = [(start, end) for _, start, end in self._idioms.find(words)]
        for start, end in spans:
            words = words[:start] + re.sub(r"[^ .]", _CROSSED_OUT, words[start:end]) + words[end:]
        return words, len(spans)

    def _read_speller(self, data: Mapping[str, Any]) -> Speller:
        spelling = {str(typed): str(meant) for typed, meant in data["spelling"].items()}
        known = self._idioms.words | self._others.words | self._strong.words | self._likely.words
        real = frozenset(map(str, data["not_typos"])) | known | set(spelling)
        return Speller(frozenset(known), spelling, one_letter_off(map(str, data["typos"]), real))


def _book(lists: Mapping[str, Sequence[str]], phrases: Mapping[str, Iterable[str]]) -> PhraseBook:
    book = PhraseBook(lists)
    for name, written in phrases.items():
        for phrase in written:
            book.add(str(name), str(phrase))
    return book
