"""Mends words that are typed badly, for looking up and for the safety screen: "autisim" is read as "autism", "wot" as "what".

The commonest words, which are short, are listed as people write them by their sound (`spelling.yml`). Another word is mended
if neither it nor its stem is an English word or one that the encoder or the intents know, and a known word that begins with
the same letter is near: doubled letters count as one, so that "asesment" is no slip away from "assessment"; one slip (a letter
missing, added, wrong, or two that changed places) is enough for a long word, two if it sounds the same (Metaphone, Philips 1990),
and for a short one only letters that changed places, or the same sound.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from pathlib import Path

import yaml
from jellyfish import metaphone
from rapidfuzz import process
from rapidfuzz.distance import OSA

from assistant.data_files import read_yaml
from assistant.errors import DataError

_ANY = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]*)?")
_WORD = re.compile(r"\b[A-Za-z]{4,20}\b")
_DOUBLED = re.compile(r"(.)\1+")
_SHORTEST = 3  # letters of a word that may have been meant
_SOUNDS, _LONG, _LONGER = 5, 6, 8  # letters from which one slip is enough if it sounds the same, any slip, and two that do
_ENDINGS = ("s", "es", "ed", "ing", "er", "ly", "d")


@dataclass(frozen=True)
class Spellings:
    """What `spelling.yml` says: words that are left alone, and the word that is meant by each spelling."""

    kept: frozenset[str]
    written: Mapping[str, str]

    @classmethod
    def load(cls, path: Path) -> Spellings:
        """Raises DataError naming the file and what is wrong."""
        try:
            rows = read_yaml(path)
            pairs = [(each, str(meant)) for meant, spellings in rows["written"].items() for each in str(spellings).split()]
            kept, written = frozenset(str(rows["kept"]).split()), dict(pairs)
        except (OSError, KeyError, TypeError, AttributeError, yaml.YAMLError) as error:
            raise DataError(f"{path} can't be read: {error!r}") from error
        twice = [spelling for spelling, meant in pairs if written[spelling] != meant]
        if twice:
            raise DataError(f"{path}: '{twice[0]}' is there for two words: leave one out")
        return cls(kept, written)


class Spelling:
    """`known` are words that are left alone; `vocabulary`, the commonest first, what a slip may have been meant to be."""

    def __init__(self, known: Set[str], vocabulary: Iterable[str], spellings: Spellings) -> None:
        self._known = known | spellings.kept
        self._written = spellings.written
        meant = (word for word in dict.fromkeys(vocabulary) if len(word) >= _SHORTEST and word not in spellings.written)
        self._vocabulary = {word: _single(word) for word in meant}

    def mend(self, text: str) -> str:
        """`text` with its slips mended; names and words that are known stay as they are."""
        text = _ANY.sub(lambda found: self._meant(found.group()), text)
        return _WORD.sub(lambda found: self._mended(found.group()), text)

    def _meant(self, word: str) -> str:
        return self._written.get(word.lower().replace("’", "'"), word)

    def _mended(self, word: str) -> str:
        lower = word.lower()
        named = word[0].isupper() and word[1:].islower()
        return word if named or self._is_word(lower) else self._nearest(lower)

    def _is_word(self, word: str) -> bool:
        stems = [word.removesuffix(ending) for ending in _ENDINGS if word.endswith(ending)]
        return word in self._known or any(stem in self._known or f"{stem}e" in self._known for stem in stems)

    def _nearest(self, word: str) -> str:
        """The nearest word; of several the one that sounds the same, then the commonest. `word` itself if none is near."""
        near = process.extract(_single(word), self._vocabulary, scorer=OSA.distance, score_cutoff=2, limit=None)
        alike = [(slips - _sound_alike(word, meant) / 2, meant) for _, slips, meant in near if _may_mean(word, meant, int(slips))]
        return min(alike, key=lambda each: each[0], default=(0, word))[1]


def _may_mean(word: str, meant: str, slips: int) -> bool:
    if word[0] != meant[0]:
        return False
    if slips == 0 or (slips == 1 and (len(word) >= _LONG or sorted(word) == sorted(meant))):
        return True
    return len(word) >= (_SOUNDS if slips == 1 else _LONGER) and _sound_alike(word, meant)


def _sound_alike(word: str, meant: str) -> bool:
    return bool(metaphone(word) == metaphone(meant))


def _single(word: str) -> str:
    return _DOUBLED.sub(r"\1", word)
