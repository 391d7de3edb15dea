"""Reads the passages that search found: which of them answer, and with which sentences.

All of them are held against the question word by word; the likeliest are then read by the reader, whose opinion counts too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from assistant.reader import Marks, hit_score
from assistant.types import Reading
from knowledge.sentences import sentences
from knowledge.types import Level, SearchHit

MOST_READ = 6
_FIRST = 12.0  # how much `first_score` counts in the order (docs/reference/decision.md)
_LATE = 0.5  # how much late interaction does
_READ = 0.7  # and how much the reader's logit does
_NATIONAL = 2.0  # how far behind a card on the law starts: what the area itself says comes first
_UNREAD = 6.0  # how far behind a passage starts that was not read


class WordComparer(Protocol):
    """What holds the words of a question against those of passages."""

    def score(self, question: str, hits: Sequence[SearchHit]) -> Sequence[float]:
        """How well each of `hits` answers, on the scale of a logit."""


class PassageReader(Protocol):
    """What says whether passages answer a question."""

    def read(self, question: str, hits: Sequence[SearchHit]) -> list[Marks]:
        """Marks for each of `hits`, which come best first."""


def read(question: str, hits: Sequence[SearchHit], comparer: WordComparer, reader: PassageReader) -> list[Reading]:
    """One reading a hit, the likeliest answer first; only the first `MOST_READ` are read."""
    compared = [
        Reading(hit, _before_reading(hit, late), _parts(hit), _evidence(hit, ()), late=late)
        for hit, late in zip(hits, comparer.score(question, hits), strict=True)
    ]
    ranked = sorted(compared, key=lambda reading: (-reading.score, reading.hit.rank))
    chosen = sorted(ranked[:MOST_READ], key=lambda reading: -hit_score(reading.hit))  # the order that the reader was trained with
    readings = [
        replace(
            each, score=each.score + _READ * marks.answers, evidence=_evidence(each.hit, marks.evidence), answers=marks.answers
        )
        for each, marks in zip(chosen, reader.read(question, [each.hit for each in chosen]), strict=True)
    ]
    last = min((reading.score for reading in readings), default=0.0)
    readings += [replace(each, score=last - _UNREAD + hit_score(each.hit)) for each in ranked[MOST_READ:]]
    return sorted(readings, key=lambda reading: (-reading.score, reading.hit.rank))


def _before_reading(hit: SearchHit, late: float) -> float:
    behind = _NATIONAL if hit.passage.scope.level is Level.NATIONAL else 0.0
    return _FIRST * hit_score(hit) + _LATE * late - behind


def _parts(hit: SearchHit) -> tuple[str, ...]:
    return tuple(sentences(hit.passage.text))


def _evidence(hit: SearchHit, marks: Sequence[float]) -> tuple[float, ...]:
    """How near each sentence is, plus how surely one of its words answers."""
    count = len(_parts(hit))
    near = hit.sentences if len(hit.sentences) == count else (hit.whole,) * count
    return tuple(cosine + mark for cosine, mark in zip(near, marks or (0.0,) * count, strict=True))
