"""How hard a text is to read: the Flesch-Kincaid grade as a reading age.

Kincaid and others, "Derivation of New Readability Formulas", 1975 (US Navy Research Branch Report 8-75):
grade = 0.39 words/sentences + 11.8 syllables/words - 15.59. Grade 1 is the school year of six-year-olds, so
the reading age is the grade and five. Below about 30 words it is a rough guide only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge.sentences import sentences

_WORD = re.compile(r"[a-z]+(?:['’][a-z]+)*", re.IGNORECASE)
_VOWELS = re.compile(r"[aeiouy]+")
_HIATUS = re.compile(
    r"(?<![ct])i(?:a|ou)|io(?!u|n)|iu|eo(?=$|[lnr])|[aeiou]ing\b"
)  # two vowels that are two syllables: di-al, be-ing
_SILENT = re.compile(
    r"(?:[^aeiouyl]|[aeiouy]l)e$"  # make, while; not table
    r"|(?:[^aeiouysxzcgl]|[aeiouy]l)(?<!ch)(?<!sh)es$"  # makes, whiles; not places, wishes, tables
    r"|[^aeiouytd]ed$"  # helped; not needed
)
_YOUNGEST = 5


def reading_age(text: str) -> int | None:
    """Years of age at which the text can be read, never below 5; None if it has no words."""
    parts = [part for part in sentences(text) if _WORD.search(part)]
    words = [word for part in parts for word in _WORD.findall(part)]
    if not words:
        return None
    return max(_YOUNGEST, round(grade(len(parts), words) + 5))


def grade(sentence_count: int, words: Sequence[str]) -> float:
    """The Flesch-Kincaid grade of so many sentences made of these words."""
    return 0.39 * len(words) / sentence_count + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def syllables(word: str) -> int:
    """How many syllables an English word seems to have, by its letters."""
    word = re.sub(r"['’].*", "", word.lower())
    count = len(_VOWELS.findall(word)) + len(_HIATUS.findall(word))
    if len(word) > 3 and _SILENT.search(word):
        count -= 1
    return max(1, count)
