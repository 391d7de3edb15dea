"""Mends words that are typed badly, for retrieval only: "autisim" is looked up as "autism".

A word is mended if neither it nor its stem is a word that the encoder or the intents know, and a known word that begins
with the same letter is one slip away (a letter missing, added, wrong, or two that changed places).
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

_WORD = re.compile(r"\b[A-Za-z]{6,20}\b")
_SHORTEST = 5
_ENDINGS = ("s", "es", "ed", "ing", "er", "ly", "d")


class Spelling:
    """`known` are words that are left alone; `vocabulary`, the commonest first, what a slip may have been meant to be."""

    def __init__(self, known: Container[str], vocabulary: Iterable[str]) -> None:
        self._known = known
        self._vocabulary = [word for word in dict.fromkeys(vocabulary) if len(word) >= _SHORTEST]
        self._nearest = lru_cache(maxsize=4096)(self._look)

    def mend(self, text: str) -> str:
        """`text` with its slips mended; names and words that are known stay as they are."""
        return _WORD.sub(lambda found: self._mended(found.group()), text)

    def _mended(self, word: str) -> str:
        lower = word.lower()
        named = word[0].isupper() and word[1:].islower()
        return word if named or self._is_word(lower) else self._nearest(lower)

    def _is_word(self, word: str) -> bool:
        stems = [word, *(word.removesuffix(ending) for ending in _ENDINGS)]
        return any(stem in self._known or f"{stem}e" in self._known for stem in stems)

    def _look(self, word: str) -> str:
        best = process.extractOne(word, self._vocabulary, scorer=OSA.distance, score_cutoff=1)
        return best[0] if best and best[0][0] == word[0] else word
