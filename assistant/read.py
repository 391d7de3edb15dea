"""Reads the passages that search found: which of them answer, and with which sentences.

All of them are held against the question word by word. The likeliest are then read by the cross-encoder, whose opinion orders
them together with those before, and by the reader, who says which sentences answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from assistant.reader import Marks, hit_score
from assistant.types import Reading
from knowledge.sentences import sentences
from knowledge.types import Level, SearchHit

MOST_READ = 6  # passages that are read
_SHORT_FIRST, _SHORT_LATE = 12.0, 0.5  # how much `first_score` and late interaction count in which these are
_FIRST, _LATE = 6.0, 0.25  # how much they count beside the cross-encoder's logit (docs/adr/0012-cross-encoder.md)
_NATIONAL = 2.0  # how far behind a card on the law starts: what the area itself says comes first
_UNREAD = 6.0  # how far behind a passage starts that was not read


class PairScorer(Protocol):
    """What says how well passages answer a question, a number each."""

    def score(self, question: str, hits: Sequence[SearchHit]) -> Sequence[float]:
        """How well each of `hits` answers, on the scale of a logit."""


class PassageReader(Protocol):
    """What says whether passages answer a question, and with which sentences."""

    def read(self, question: str, hits: Sequence[SearchHit]) -> list[Marks]:
        """Marks for each of `hits`, which come best first."""


@dataclass(frozen=True)
class Readers:
    """All that read a question and passages: late interaction, the reader, the cross-encoder."""

    late: PairScorer
    reader: PassageReader
    cross: PairScorer


def read(question: str, hits: Sequence[SearchHit], readers: Readers) -> list[Reading]:
    """One reading a hit, the likeliest answer first; only the first `MOST_READ` are read."""
    late = zip(hits, readers.late.score(question, hits), strict=True)
    compared = [Reading(hit, _before_reading(hit, score), _parts(hit), _evidence(hit, ()), late=score) for hit, score in late]
    ranked = sorted(compared, key=lambda reading: (-reading.score, reading.hit.rank))
    chosen = sorted(ranked[:MOST_READ], key=lambda reading: -hit_score(reading.hit))  # the order that the reader was trained with
    found = [reading.hit for reading in chosen]
    opinions = zip(chosen, readers.reader.read(question, found), readers.cross.score(question, found), strict=True)
    readings = [
        replace(
            each,
            score=_FIRST * hit_score(each.hit) + _LATE * each.late + cross - _behind(each.hit),
            evidence=_evidence(each.hit, marks.evidence),
            answers=marks.answers,
            cross=cross,
        )
        for each, marks, cross in opinions
    ]
    last = min((reading.score for reading in readings), default=0.0)
    readings += [replace(each, score=last - _UNREAD + hit_score(each.hit)) for each in ranked[MOST_READ:]]
    return sorted(readings, key=lambda reading: (-reading.score, reading.hit.rank))


def _before_reading(hit: SearchHit, late: float) -> float:
    return _SHORT_FIRST * hit_score(hit) + _SHORT_LATE * late - _behind(hit)


def _behind(hit: SearchHit) -> float:
    return _NATIONAL if hit.passage.scope.level is Level.NATIONAL else 0.0


def _parts(hit: SearchHit) -> tuple[str, ...]:
    return tuple(sentences(hit.passage.text))


def _evidence(hit: SearchHit, marks: Sequence[float]) -> tuple[float, ...]:
    """How near each sentence is, plus how surely one of its words answers."""
    count = len(_parts(hit))
    near = hit.sentences if len(hit.sentences) == count else (hit.whole,) * count
    return tuple(cosine + mark for cosine, mark in zip(near, marks or (0.0,) * count, strict=True))
