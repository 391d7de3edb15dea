"""Maps passages and questions to topics by how near they are to examples of what people ask.

A topic (an SE7 question, a Schedule 1 item, a Local Offer heading) is known by its example
questions. A text's score for a topic is the mean cosine with its three nearest examples, scaled
so that `_FAR` is 0 and `_NEAR` is 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.encoder import Encoder
from knowledge.types import Vectors

_NEIGHBOURS = 3
_FAR, _NEAR = 0.2, 0.7
_KEPT = 4
_LEAST = 0.25


@dataclass(frozen=True)
class TopicExamples:
    """A question that people ask, and the topics that it belongs to."""

    text: str
    topics: tuple[str, ...]


class TopicMapper:
    """Scores texts for topics. Built once from the examples, and from their vectors if those are known."""

    def __init__(self, examples: Sequence[TopicExamples], encoder: Encoder, vectors: Vectors | None = None) -> None:
        self._names = sorted({topic for example in examples for topic in example.topics})
        self._vectors = encoder.encode([example.text for example in examples]) if vectors is None else vectors
        column = {name: i for i, name in enumerate(self._names)}
        self._member = np.zeros((len(self._names), len(examples)), dtype=bool)
        for i, example in enumerate(examples):
            for topic in example.topics:
                self._member[column[topic], i] = True

    @property
    def names(self) -> list[str]:
        """The topics, in the order of the columns of `scores`."""
        return self._names

    def scores(self, vectors: Vectors) -> NDArray[np.float32]:
        """Shape (texts, topics): 0 (nothing to do with it) to 1."""
        if not self._names or not len(vectors):
            return np.zeros((len(vectors), len(self._names)), dtype=np.float32)
        near = vectors @ self._vectors.T
        columns = []
        for member in self._member:
            mine = near[:, member]
            best = np.sort(mine, axis=1)[:, -_NEIGHBOURS:]
            columns.append(best.mean(axis=1))
        return np.clip((np.stack(columns, axis=1) - _FAR) / (_NEAR - _FAR), 0, 1).astype(np.float32)

    def topics(self, vectors: Vectors) -> list[Mapping[str, float]]:
        """The few best topics of each text, best first."""
        found: list[Mapping[str, float]] = []
        for row in self.scores(vectors):
            order = np.argsort(-row)[:_KEPT]
            found.append({self._names[i]: round(float(row[i]), 3) for i in order if row[i] >= _LEAST})
        return found
