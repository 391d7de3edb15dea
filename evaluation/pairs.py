"""Questions with the passages that retrieval offers for them, each marked as answering or not.

Training data for the encoder: the wrong passages are the ones that a search really puts near the top.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.questions import Expect, Question, is_training_half, read_questions
from knowledge.encoder import Encoder
from knowledge.index import ScopeIndex
from knowledge.pack import read_pack
from knowledge.sentences import sentences
from knowledge.sources import read_source
from knowledge.split import Piece, split
from knowledge.types import Document
from knowledge.units import whole_unit, words_of
from knowledge.words import content_words

_HALF = 0.5
_PARTLY = 0.34
_LEXICAL_WEIGHT = 0.03


@dataclass(frozen=True)
class Candidate:
    """A passage offered for a question. `evidence` are the sentences that answer; empty if none does."""

    piece: Piece
    document: str
    answers: bool
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """A question with its candidates, best retrieved first (gold passages that were missed come last)."""

    question: Question
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True)
class Page:
    """A page of a pack as its pieces."""

    id: str
    setting: str | None
    pieces: tuple[Piece, ...]


def groups_of_pack(pack: Path, encoder: Encoder, count: int, *, half: bool = False) -> list[Group]:
    """Every answerable, unanswerable and out-of-scope question of a pack with `count` candidates.

    With `half`, only the questions of the training half.
    """
    pages = pages_of(pack)
    pieces = [(page, piece) for page in pages for piece in page.pieces]
    texts = [words_of(piece) for _, piece in pieces]
    vectors = encoder.encode([whole_unit(piece) for _, piece in pieces])
    wanted = {Expect.ANSWER, Expect.HANDOFF, Expect.OUT_OF_SCOPE}
    asked = [question for question in read_questions(pack / "questions.jsonl") if question.expect in wanted]
    chosen = [question for question in asked if is_training_half(question) or not half]
    rows = encoder.encode([question.text for question in chosen])
    setting_of = {page.id: page.setting for page in pages}
    groups = []
    for question, row in zip(chosen, rows, strict=True):
        setting = question.setting or next((setting_of.get(gold) for gold in question.gold), None)
        ids = [i for i, (page, _) in enumerate(pieces) if page.setting in (None, setting)]
        index = ScopeIndex.build(ids, [vectors[i : i + 1] for i in ids], [texts[i] for i in ids])
        found = index.search(row, content_words(question.text), 3 * count)
        ranked = sorted(found, key=lambda hit: -(hit.whole + _LEXICAL_WEIGHT * hit.lexical))
        offered = [hit.passage_id for hit in ranked[:count]]
        offered += must_see(question, pieces, ids, offered)
        candidates = [candidate_of(question, *pieces[i]) for i in offered]
        groups.append(Group(question, tuple(c for c in candidates if c is not None)))
    return groups


def pages_of(folder: Path) -> list[Page]:
    """The pages of an area pack, split as they are when they are taken in."""
    pack = read_pack(folder)
    documents = [item for source in pack.sources for item in read_source(source, pack.area) if isinstance(item, Document)]
    return [Page(each.id, each.scope.setting or None, tuple(split(each.title, each.body))) for each in documents]


def must_see(question: Question, pieces: Sequence[tuple[Page, Piece]], ids: Sequence[int], offered: Sequence[int]) -> list[int]:
    """Gold passages that retrieval missed, and two of the near page's for a question without an answer."""
    missing = [i for i in ids if i not in offered]
    gold = [i for i in missing if (made := candidate_of(question, *pieces[i])) and made.answers]
    near = [i for i in missing if pieces[i][0].id == question.near]
    return gold + near[:2]


def candidate_of(question: Question, page: Page, piece: Piece) -> Candidate | None:
    """None for a passage of a gold page that holds part of the answer: neither right nor wrong."""
    if page.id not in question.gold or not question.answer_span:
        return Candidate(piece, page.id, False)
    span = set(content_words(question.answer_span))
    share = len(span & set(content_words(piece.text))) / max(1, len(span))
    if share >= _HALF + 0.2:
        return Candidate(piece, page.id, True, tuple(_evidence(span, piece.text)))
    return None if share >= _PARTLY else Candidate(piece, page.id, False)


def _evidence(span: set[str], text: str) -> list[str]:
    chosen = []
    for sentence in sentences(text):
        here = set(content_words(sentence))
        shared = len(here & span)
        if shared and (shared >= 0.5 * len(here) or shared >= _HALF * len(span)):
            chosen.append(sentence)
    return chosen
