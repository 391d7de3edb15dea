"""Reads the passages that search found: which of them answer, and with which sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from assistant.reader import Marks, hit_score
from assistant.types import Reading
from knowledge.sentences import sentences
from knowledge.types import SearchHit

MOST_READ = 6
_FIRST = 8.0  # how much `first_score` counts beside the reader's logit in the order (docs/reference/decision.md)
_UNREAD = 6.0  # how far behind a passage starts that was not read


class PassageReader(Protocol):
    """What says whether passages answer a question."""

    def read(self, question: str, hits: Sequence[SearchHit]) -> list[Marks]:
        """Marks for each of `hits`, which come best first."""


def read(question: str, hits: Sequence[SearchHit], reader: PassageReader) -> list[Reading]:
    """One reading a hit, the likeliest answer first; only the first `MOST_READ` are read."""
    ranked = sorted(hits, key=hit_score, reverse=True)
    chosen = ranked[:MOST_READ]
    readings = [
        Reading(hit, marks.answers + _FIRST * hit_score(hit), _parts(hit), _evidence(hit, marks.evidence), marks.answers)
        for hit, marks in zip(chosen, reader.read(question, chosen), strict=True)
    ]
    last = min((reading.score for reading in readings), default=0.0)
    readings += [Reading(hit, last - _UNREAD + hit_score(hit), _parts(hit), _evidence(hit, ())) for hit in ranked[MOST_READ:]]
    return sorted(readings, key=lambda reading: (-reading.score, reading.hit.rank))


def _parts(hit: SearchHit) -> tuple[str, ...]:
    return tuple(sentences(hit.passage.text))


def _evidence(hit: SearchHit, marks: Sequence[float]) -> tuple[float, ...]:
    """How near each sentence is, plus how surely one of its words answers."""
    count = len(_parts(hit))
    near = hit.sentences if len(hit.sentences) == count else (hit.whole,) * count
    return tuple(cosine + mark for cosine, mark in zip(near, marks or (0.0,) * count, strict=True))
