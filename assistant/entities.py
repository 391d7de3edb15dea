"""Finds stages, needs, ages and abbreviations in a message, by spaCy's EntityRuler on a blank English pipeline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from assistant.data_files import read_yaml
from assistant.errors import DataError
from assistant.light_spacy import ForgetfulEnglish
from assistant.types import Entity

_AGE = [
    [{"IS_DIGIT": True, "LENGTH": {"<=": 2}}, {"LOWER": {"IN": ["yr", "yrs", "year", "years", "yo"]}}, {"LOWER": "old"}],
    [{"IS_DIGIT": True, "LENGTH": {"<=": 2}}, {"LOWER": {"IN": ["yo", "yrs", "months"]}}],
    [{"LOWER": {"IN": ["aged", "age", "turned", "turns"]}}, {"IS_DIGIT": True, "LENGTH": {"<=": 2}}],
    [{"LOWER": {"IN": ["i", "he", "she"]}}, {"LOWER": {"IN": ["m", "s", "'m", "'s"]}}, {"IS_DIGIT": True, "LENGTH": {"<=": 2}}],
]  # fmt: skip


class EntityFinder:
    """The patterns of `entities.yml`, ages, and the glossary's abbreviations."""

    def __init__(self, path: Path, abbreviations: Mapping[str, str]) -> None:
        """Raise DataError if the file is not two levels of lists of words."""
        try:
            rows = read_yaml(path)
            patterns = [*_patterns(rows), *({"label": "age", "pattern": pattern} for pattern in _AGE)]
        except (OSError, AttributeError, TypeError, yaml.YAMLError) as error:
            raise DataError(f"{path} can't be read: {error!r}") from error
        patterns += [
            {"label": "abbreviation", "pattern": [{"LOWER": short}], "id": long} for short, long in abbreviations.items()
        ]
        self._english = ForgetfulEnglish()
        self._english.language.add_pipe("entity_ruler").add_patterns(patterns)

    def find(self, text: str) -> tuple[Entity, ...]:
        """Entities in the order of the text; spans do not overlap, the longest wins."""
        with self._english.reading(text.replace("’", "'")) as doc:
            return tuple(
                Entity(span.label_, span.ent_id_ or _digits(span.text), span.start_char, span.end_char) for span in doc.ents
            )


def _patterns(rows: Mapping[str, Mapping[str, list[str]]]) -> Iterator[dict[str, Any]]:
    for label, values in rows.items():
        for value, phrases in values.items():
            for phrase in phrases:
                yield {"label": label, "pattern": [{"LOWER": word} for word in str(phrase).split()], "id": value}


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit()) or text
