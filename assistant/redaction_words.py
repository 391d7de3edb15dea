"""The word lists of redaction, and how a word is made comparable with them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from assistant.data_files import read_yaml
from assistant.errors import DataError

_LETTERS = str.maketrans({"ł": "l", "ø": "o", "ı": "i", "đ": "d", "ß": "ss", "æ": "ae", "’": "'", "‘": "'", "`": "'"})
_LISTS = (
    "kin", "roles", "titles", "family_titles", "sign_offs", "person_follows", "owned", "asks", "organisations", "kept_names",
    "conditions", "streets", "houses", "named_houses", "not_in_address", "events", "names_that_are_words",
    "names_that_are_places", "not_surnames", "seldom_names", "person_only", "seasons", "pronouns", "plain_organisations",
    "adverbs", "done_to", "takes", "gets_done", "before_places", "mostly_people",
)  # fmt: skip


def plain(word: str) -> str:
    """The word in small letters without accents and with straight apostrophes."""
    word = word.lower().translate(_LETTERS)
    if word.isascii():
        return word
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))


@dataclass(frozen=True)
class RedactionRules:
    """What `redaction.yml` and the lists beside it hold."""

    placeholders: Mapping[str, str]
    age_bands: tuple[tuple[int, str], ...]
    cues: Mapping[str, frozenset[str]]
    lists: Mapping[str, frozenset[str]]
    first_names: frozenset[str]
    ordinary: frozenset[str]


def load_redaction_rules(path: Path) -> RedactionRules:
    """Read `redaction.yml` and the lists it names. Raises DataError that says which part is missing."""
    try:
        rows = read_yaml(path)
        return RedactionRules(
            placeholders=dict(rows["placeholders"]),
            age_bands=tuple(sorted((int(age), str(band)) for age, band in rows["age_bands"].items())),
            cues={kind: frozenset(str(words).split()) for kind, words in rows["cues"].items()},
            lists={name: frozenset(str(rows[name]).split()) for name in _LISTS},
            first_names=_words(path.parent / rows["first_names"]),
            ordinary=_words(path.parent / rows["ordinary_words"]),
        )
    except KeyError as error:
        raise DataError(f"{path} has no entry {error}; every list must be there, if need be empty") from error
    except (OSError, yaml.YAMLError, ValueError, TypeError, AttributeError) as error:
        raise DataError(f"{path} can't be read as redaction rules: {error}") from error


def _words(path: Path) -> frozenset[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
