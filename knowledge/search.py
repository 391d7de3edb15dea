"""Finds passages for a query in the scopes where its answer may be: setting, area, national.

Meaning (cosines with the passage and with its best sentence; ADR 0009 says of which vector), words (BM25, squashed to 0..1 by its
own scale) and topics (question to question) are added with the weights of `SearchWeights`; narrower scopes get a little more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from knowledge.index import Found
from knowledge.library import Library, ScopeView
from knowledge.types import Level, Scope, SearchHit
from knowledge.words import content_words


@dataclass(frozen=True)
class SearchWeights:
    """How much each path counts; measured by `make ablation` (docs/reference/ablation.md)."""

    sentence: float = 0.5
    lexical: float = 0.35
    lexical_half: float = 8.0
    topic: float = 0.1
    scope: Mapping[Level, float] = field(default_factory=lambda: {Level.SETTING: 0.2, Level.AREA: 0.05, Level.NATIONAL: 0.0})
    kind: Mapping[str, float] = field(default_factory=lambda: {"curated": 0.05})


@dataclass(frozen=True)
class SearchQuery:
    """What to look for: a vector, words, and the topics that it seems to belong to."""

    vector: NDArray[np.float32]
    words: tuple[str, ...]
    topics: Mapping[str, float] = field(default_factory=dict)
    asking: NDArray[np.float32] | None = None
    """Where what answers the question should be, by the question encoder; `vector` is where texts like it are."""

    @classmethod
    def of(
        cls, text: str, vector: NDArray[np.float32], topics: Mapping[str, float] | None = None,
        asking: NDArray[np.float32] | None = None,
    ) -> SearchQuery:  # fmt: skip
        """The query for `text`, whose vectors the encoders gave."""
        return cls(vector, tuple(content_words(text)), topics or {}, asking)


def search(library: Library, scopes: Sequence[Scope], query: SearchQuery, count: int, weights: SearchWeights) -> list[SearchHit]:
    """The best `count` passages of all scopes together, best first."""
    hits = []
    for scope in scopes:
        view = library.view(scope)
        hits += [_hit(view, found, query, weights) for found in _found(view, query, count)]
    hits.sort(key=lambda hit: (-hit.score, hit.passage.id))
    return [replace(hit, rank=rank) for rank, hit in enumerate(hits[:count], 1)]


def _found(view: ScopeView, query: SearchQuery, count: int) -> list[Found]:
    """Pages near to what would answer; an answer that staff wrote if its own question is near."""
    alike = view.index.search(query.vector, query.words, count) if query.asking is None or view.curated else []
    if query.asking is None:
        return alike
    answering = view.index.search(query.asking, query.words, count)
    written = [each for each in alike if each.passage_id in view.curated]
    return [*written, *(each for each in answering if each.passage_id not in view.curated)]


def _hit(view: ScopeView, found: Found, query: SearchQuery, weights: SearchWeights) -> SearchHit:
    passage = view.passages[found.passage_id]
    document = view.documents[passage.document_id]
    best = max(found.sentences, default=found.whole)
    dense = (1 - weights.sentence) * found.whole + weights.sentence * best
    topic = _agreement(query.topics, passage.topics)
    score = (
        dense
        + weights.lexical * found.lexical / (found.lexical + weights.lexical_half)
        + weights.topic * topic
        + weights.scope.get(passage.scope.level, 0.0)
        + weights.kind.get(document.kind, 0.0)
    )
    return SearchHit(passage, document, dense, found.whole, found.sentences, found.lexical, topic, score, 0)


def _agreement(asked: Mapping[str, float], told: Mapping[str, float]) -> float:
    """How much the topics of a question and of a passage overlap, 0 to 1."""
    if not asked or not told:
        return 0.0
    return max((min(score, told.get(topic, 0.0)) for topic, score in asked.items()), default=0.0)
