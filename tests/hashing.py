"""An encoder without a model: words hashed to places.

Two texts are near when they share words. It has the same contract as the real encoder
(tests/knowledge/test_encoder.py runs one suite on both).
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from knowledge.types import Vectors
from knowledge.words import content_words


class HashingEncoder:
    """Vectors of word counts, the same on every machine."""

    def __init__(self, dimensions: int = 256) -> None:
        self._dimensions = dimensions

    @property
    def digest(self) -> str:
        """Names the model and its size."""
        return f"hashing-{self._dimensions}"

    @property
    def dimensions(self) -> int:
        """How many numbers a vector has."""
        return self._dimensions

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimensions); a text without words points along the first axis."""
        rows = np.zeros((len(texts), self._dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in content_words(text):
                row[zlib.crc32(word.encode()) % self._dimensions] += 1
            if not row.any():
                row[0] = 1
            row /= np.linalg.norm(row)
        return rows
