"""Tells whether a message is in a language other than English, which Signpost can't read (`data/languages.yml`).

Made for one purpose: nobody who writes in another language is told that their question is not about SEND. It takes some
10 microseconds, holds no model, and takes English for granted where there is a doubt.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from assistant.data_files import read_yaml
from assistant.errors import DataError

_LOOKED_AT = 600  # characters
_FEWEST_LETTERS = 3
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "ı": "i", "đ": "d", "ß": "ss", "æ": "ae"})
_ENGLISH_COUNTS = 1.5  # an English word shows more: no list of another language has all its words


@dataclass(frozen=True)
class Languages:
    """The small words of English, and of other languages by name."""

    english: frozenset[str]
    others: Mapping[str, frozenset[str]]

    @classmethod
    def load(cls, path: Path) -> Languages:
        """Read the lists. Raises DataError if the file is not of the right form."""
        try:
            rows = read_yaml(path)
            others = {str(name): frozenset(str(words).split()) for name, words in rows["words"].items()}
            return cls(frozenset(str(rows["english"]).split()), others)
        except (OSError, KeyError, AttributeError, yaml.YAMLError) as error:
            raise DataError(f"{path} can't be read: {error!r}") from error

    def other(self, text: str) -> bool:
        """True if `text` is in another language than English."""
        start = text[:_LOOKED_AT]
        letters = [char for char in start if char.isalpha()]
        if len(letters) < _FEWEST_LETTERS:
            return False
        if 2 * sum(not _is_latin(char) for char in letters) > len(letters):
            return True
        said = re.findall(r"[a-z']+", _plain(start))
        most = max(sum(word in words for word in said) for words in self.others.values())
        english = sum(word in self.english for word in said)
        return most >= min(2, len(said)) and most > _ENGLISH_COUNTS * english


def _is_latin(char: str) -> bool:
    return char.isascii() or "LATIN" in unicodedata.name(char, "LATIN")


def _plain(text: str) -> str:
    small = text.lower().translate(_LETTERS)
    return "".join(char for char in unicodedata.normalize("NFKD", small) if not unicodedata.combining(char))
