"""Reads the passages that search found: which of them answer, and with which sentences.

All of them are held against the question word by word, and the likeliest kept. These are read by the cross-encoder, a few at a
time until one of them surely answers; its opinion orders them together with those before. Last, the reader says of the best
which sentences answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import mean
from typing import Protocol

from assistant.reader import Marks, hit_score
from assistant.types import Reading
from knowledge.dates import is_dated
from knowledge.sentences import sentences
from knowledge.types import Level, SearchHit

AT_MOST = 18  # passages that are kept, beside an answer that staff wrote
AT_ONCE = 6  # passages that are read before it is asked whether one is sure, and that the reader looks at
SURE = 2.0  # from this logit on the cross-encoder is sure, and the other passages are not read
_SHORT_FIRST, _SHORT_LATE = 12.0, 0.5  # how much `first_score` and late interaction count in which are kept and read first
_FIRST, _LATE = 6.0, 0.25  # how much they count beside the cross-encoder's logit (docs/adr/0012-cross-encoder.md)
_NATIONAL = 5.0  # how far behind a card on the law starts: what the area itself says comes first
_ONLY_ASKS, _MOSTLY = 6.0, 0.7  # how far behind a passage starts of whose sentences this share are questions: it answers none
_ONLY_DEFINES = 6.0  # how far behind an entry of a glossary starts, unless a meaning is asked for: it says nothing of what to do
_ONLY_DATED = 6.0  # how far behind a passage starts that says when it was reviewed, and little else
_LITTLE = 4  # words
_ASKS_DATE = re.compile(r"\b(?:review|updat|publi|approv|agreed|writ|old|date|current|when)", re.IGNORECASE)
_GLOSSARY = re.compile(
    r"\b(?:glossary|jargon|acronyms?|abbreviations?)\b|\bwhat (?:do )?(?:all )?(?:the |these )?(?:letters|terms|words) mean\b"
    r"|\bwords (?:that )?(?:people|professionals|schools|they|we|you) (?:use|say|may hear|might hear)\b",
    re.IGNORECASE,
)
_ASKS_MEANING = re.compile(
    r"\b(?:mean|means|meaning|stands?|define|definition)\b|^\W*(?:what|wot|who)(?:['’]?s| is| are)\b", re.IGNORECASE
)
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


def read(question: str, hits: Sequence[SearchHit], readers: Readers, asks: str = "") -> list[Reading]:
    """Readings of the hits that are kept, the likeliest first; the reader looks at the first `AT_ONCE` of them.

    `asks` is the part of a story that asks, if `question` is one: the cross-encoder reads for both.
    """
    late = zip(hits, readers.late.score(question, hits), strict=True)
    compared = [_compared(hit, score, _behind(question, hit)) for hit, score in late]
    ranked = _kept(sorted(compared, key=_best_first))
    known = _until_sure((question, asks), ranked, readers.cross)
    last = min((reading.score for reading in known), default=0.0)
    unread = [replace(each, score=last - _UNREAD + hit_score(each.hit)) for each in ranked[len(known) :]]
    ordered = sorted([*known, *unread], key=_best_first)
    return _with_evidence(question, ordered[:AT_ONCE], readers.reader) + ordered[AT_ONCE:]


def _kept(ranked: Sequence[Reading]) -> list[Reading]:
    """The likeliest; and the best answer that staff wrote, which is given if its own question is near, however it reads."""
    written = [each for each in ranked[AT_MOST:] if each.hit.document.curated]
    return [*ranked[:AT_MOST], *written[:1]]


def _best_first(reading: Reading) -> tuple[float, int]:
    return -reading.score, reading.hit.rank


def _until_sure(asked: tuple[str, str], ranked: Sequence[Reading], scorer: PairScorer) -> list[Reading]:
    """The first of `ranked`, read by the cross-encoder: all of them if none surely answers."""
    known: list[Reading] = []
    for start in range(0, len(ranked), AT_ONCE):
        known += _with_cross(asked, ranked[start : start + AT_ONCE], scorer)
        if any(_is_sure(reading) for reading in known):
            break
    return known


def _with_cross(asked: tuple[str, str], readings: Sequence[Reading], scorer: PairScorer) -> list[Reading]:
    hits = [each.hit for each in readings]
    logits = map(mean, zip(*(scorer.score(text, hits) for text in asked if text), strict=True))
    return [
        replace(each, cross=cross, score=_FIRST * hit_score(each.hit) + _LATE * each.late + cross - each.behind)
        for each, cross in zip(readings, logits, strict=True)
    ]


def _is_sure(reading: Reading) -> bool:
    return reading.cross is not None and reading.cross - reading.behind >= SURE


def _with_evidence(question: str, readings: Sequence[Reading], reader: PassageReader) -> list[Reading]:
    """`readings`, in their order; the reader gets them in the order of search, with which it was trained."""
    searched = sorted(readings, key=lambda reading: -hit_score(reading.hit))
    marks = zip(searched, reader.read(question, [each.hit for each in searched]), strict=True)
    told = [replace(each, answers=mark.answers, evidence=_evidence(each.hit, mark.evidence)) for each, mark in marks]
    return sorted(told, key=_best_first)


def _compared(hit: SearchHit, late: float, behind: float) -> Reading:
    score = _SHORT_FIRST * hit_score(hit) + _SHORT_LATE * late - behind
    return Reading(hit, score, _parts(hit), _evidence(hit, ()), late=late, behind=behind)


def _behind(question: str, hit: SearchHit) -> float:
    national = _NATIONAL if hit.passage.scope.level is Level.NATIONAL else 0.0
    defines = _ONLY_DEFINES if _only_defines(hit) and not _ASKS_MEANING.search(question) else 0.0
    dated = _ONLY_DATED if _only_dated(_parts(hit)) and not _ASKS_DATE.search(question) else 0.0
    return national + defines + dated + (_ONLY_ASKS if _only_asks(_parts(hit)) else 0.0)


def _only_defines(hit: SearchHit) -> bool:
    """True of an entry of a page, or of a part of one, that explains words."""
    return any(_GLOSSARY.search(each) for each in (hit.document.title, *hit.passage.headings))


def _only_asks(parts: Sequence[str]) -> bool:
    """True of a list of questions without their answers, which is like every question and answers none."""
    told = [part.rstrip() for part in parts if len(part.split()) > 2]
    return bool(told) and sum(part.endswith("?") for part in told) >= _MOSTLY * len(told)


def _only_dated(parts: Sequence[str]) -> bool:
    """True of a line such as "Last reviewed: 3 March 2026", which stands by itself on many pages."""
    others = [part for part in parts if not is_dated(part)]
    return len(others) < len(parts) and sum(len(part.split()) for part in others) <= _LITTLE


def _parts(hit: SearchHit) -> tuple[str, ...]:
    return tuple(sentences(hit.passage.text))


def _evidence(hit: SearchHit, marks: Sequence[float]) -> tuple[float, ...]:
    """How near each sentence is, plus how surely one of its words answers."""
    count = len(_parts(hit))
    near = hit.sentences if len(hit.sentences) == count else (hit.whole,) * count
    return tuple(cosine + mark for cosine, mark in zip(near, marks or (0.0,) * count, strict=True))
