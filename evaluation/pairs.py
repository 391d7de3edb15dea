"""Questions with the passages that retrieval offers for them, each marked as answering or not.

Training data for the encoder: the wrong passages are the ones that a search really puts near the top.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.questions import Expect, Question, read_questions
from knowledge.convert import convert_html, convert_text
from knowledge.encoder import Encoder
from knowledge.index import ScopeIndex
from knowledge.sentences import sentences
from knowledge.split import Piece, split
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
class _Page:
    id: str
    setting: str | None
    pieces: tuple[Piece, ...]


def groups_of_pack(pack: Path, questions: Path, encoder: Encoder, count: int) -> list[Group]:
    """Every answerable, unanswerable and out-of-scope question of a pack with `count` candidates."""
    pages = _pages(pack / "pages.jsonl")
    pieces = [(page, piece) for page in pages for piece in page.pieces]
    texts = [words_of(piece) for _, piece in pieces]
    vectors = encoder.encode([whole_unit(piece) for _, piece in pieces])
    wanted = {Expect.ANSWER, Expect.HANDOFF, Expect.OUT_OF_SCOPE}
    chosen = [question for question in read_questions(questions) if question.expect in wanted]
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
        offered += _must_see(question, pieces, ids, offered)
        candidates = [_candidate(question, *pieces[i]) for i in offered]
        groups.append(Group(question, tuple(c for c in candidates if c is not None)))
    return groups


def _pages(path: Path) -> list[_Page]:
    pages = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        page = convert_text(row["title"], row["text"]) if row.get("text") else convert_html(row["title"], row["html"])
        pages.append(_Page(row["id"], row["setting"], tuple(split(page.title, page.body))))
    return pages


def _must_see(question: Question, pieces: Sequence[tuple[_Page, Piece]], ids: Sequence[int], offered: Sequence[int]) -> list[int]:
    """Gold passages that retrieval missed, and two of the near page's for a question without an answer."""
    missing = [i for i in ids if i not in offered]
    gold = [i for i in missing if (made := _candidate(question, *pieces[i])) and made.answers]
    near = [i for i in missing if pieces[i][0].id == question.near]
    return gold + near[:2]


def _candidate(question: Question, page: _Page, piece: Piece) -> Candidate | None:
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
