"""Reads each passage that was found: which of its sentences answer, and how near they are.

The vectors were made by an encoder that was tuned so that a question is near the sentences that
answer it (evaluation/train_encoder.py); no model runs here. A cross-encoder over whole passages
was tried and did not pay its way (docs/adr/0004-one-encoder.md).
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.types import Reading
from knowledge.sentences import sentences
from knowledge.types import SearchHit


def read(hits: Sequence[SearchHit]) -> list[Reading]:
    """One reading a hit, the likeliest answer first."""
    readings = [_reading(hit) for hit in hits]
    return sorted(readings, key=lambda reading: (-reading.score, reading.hit.rank))


def _reading(hit: SearchHit) -> Reading:
    parts = tuple(sentences(hit.passage.text))
    evidence = hit.sentences if len(hit.sentences) == len(parts) else (hit.whole,) * len(parts)
    return Reading(hit, hit.score, parts, evidence)
