"""An index to which a few changes have been made: what is new lies beside it, what is gone is passed over.

Building the index of a large scope takes many seconds, and an answer that staff approve has to be live in two (ADR 0007).
A patched index finds the same passages; only the rarity of words is still counted over the passages of the base.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from knowledge.index import Found, ScopeIndex


class PatchedIndex:
    """Searches a base without the passages `gone`, and those of `fresh` with it. Read only, like its parts."""

    def __init__(self, base: ScopeIndex | PatchedIndex, gone: frozenset[int], fresh: ScopeIndex) -> None:
        self.base = base
        self._gone = gone
        self._fresh = fresh

    def __len__(self) -> int:
        return len(self.base) - len(self._gone) + len(self._fresh)

    @property
    def changes(self) -> int:
        """How many passages differ from the base."""
        return len(self._gone) + len(self._fresh)

    @property
    def ids(self) -> NDArray[np.int64]:
        """The passage ids: those of the base that are left, then the new ones."""
        kept = self.base.ids[~np.isin(self.base.ids, list(self._gone))]
        return np.concatenate((kept, self._fresh.ids))

    def search(self, vector: NDArray[np.float32], query_words: Sequence[str], count: int) -> list[Found]:
        """As `ScopeIndex.search`; every new passage is among what is found, so that none is passed over."""
        kept = self.base.search(vector, query_words, count + len(self._gone))
        words = self.base.lexical_beside(self._fresh.tokens, query_words)
        scores = dict(zip(self._fresh.ids.tolist(), words, strict=True))
        fresh = [replace(each, lexical=scores[each.passage_id]) for each in self._fresh.search(vector, (), len(self._fresh))]
        return [*(each for each in kept if each.passage_id not in self._gone), *fresh]

    def lexical_beside(self, texts: Sequence[Sequence[str]], query_words: Sequence[str]) -> list[float]:
        """As `ScopeIndex.lexical_beside`."""
        return self.base.lexical_beside(texts, query_words)
