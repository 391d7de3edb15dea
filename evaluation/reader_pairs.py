"""Questions of a pack with the passages that search offers for them, as the reader sees both: states and search facts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.reader import fact_row, first_score
from evaluation.pairs import Candidate, Page, candidate_of, must_see, pages_of
from evaluation.questions import Expect, Question, questions_of
from knowledge.encoder import OnnxEncoder, TokenStates
from knowledge.index import Found, ScopeIndex
from knowledge.split import Piece
from knowledge.units import flat, units, whole_unit, words_of
from knowledge.words import content_words

OFFERED = 8  # candidates that search offers for each question
_WANTED = frozenset({Expect.ANSWER, Expect.HANDOFF, Expect.OUT_OF_SCOPE, Expect.CONTACT})


@dataclass(frozen=True)
class Pair:
    """A passage offered for a question.

    `answers` is None for a passage that holds part of the answer; `evidence` has a 1 for each token that answers.
    """

    passage: TokenStates
    page: str
    answers: bool | None
    facts: tuple[float, ...]
    evidence: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class Asked:
    """A question with its pairs, best first."""

    question: Question
    states: TokenStates
    pairs: tuple[Pair, ...]


@dataclass(frozen=True)
class Pieces:
    """The pieces of a pack: their pages, states and vectors (the whole, then each sentence)."""

    pieces: Sequence[tuple[Page, Piece]]
    states: Sequence[TokenStates]
    vectors: Sequence[NDArray[np.float32]]

    @cached_property
    def _setting_of(self) -> dict[str, str | None]:
        return {page.id: page.setting for page, _ in self.pieces}

    @cached_property
    def _indexes(self) -> dict[frozenset[str | None], ScopeIndex]:
        return {}

    def index_for(self, question: Question) -> ScopeIndex:
        """What a question can find: the area's pages, and those of its own setting and of the gold pages'."""
        settings = frozenset({None, question.setting, *(self._setting_of.get(gold) for gold in question.gold)})
        if settings not in self._indexes:
            ids = [i for i, (page, _) in enumerate(self.pieces) if page.setting in settings]
            texts = [words_of(self.pieces[i][1]) for i in ids]
            self._indexes[settings] = ScopeIndex.build(ids, [self.vectors[i] for i in ids], texts)
        return self._indexes[settings]


def asked_of_pack(folder: Path, encoder: OnnxEncoder) -> list[Asked]:
    """Every question of a pack that is no disclosure, with the passages that search offers for it."""
    pieces = [(page, piece) for page in pages_of(folder) for piece in page.pieces]
    pack = Pieces(
        pieces, [encoder.states(whole_unit(piece)) for _, piece in pieces], [encoder.encode(units(piece)) for _, piece in pieces]
    )
    wanted = [question for question in questions_of(folder) if question.expect in _WANTED]
    return [_asked(question, pack, pack.index_for(question), encoder) for question in wanted]


def _asked(question: Question, pack: Pieces, index: ScopeIndex, encoder: OnnxEncoder) -> Asked:
    states = encoder.states(question.text)
    hits = index.search(encoder.encode([question.text])[0], content_words(question.text), 3 * OFFERED)
    first = {hit.passage_id: first_of(hit, pack) for hit in hits}
    ranked = sorted(hits, key=lambda hit: -first[hit.passage_id])[:OFFERED]
    offered = [hit.passage_id for hit in ranked]
    missed = must_see(question, pack.pieces, index.ids.tolist(), offered)
    known = {hit.passage_id: hit for hit in hits}
    pairs = []
    for number in [*offered, *missed]:
        rank = offered.index(number) if number in offered else 9
        lead = first.get(number, 0.0) - (first[offered[1]] if rank == 0 and len(offered) > 1 else first[offered[0]])
        page, piece = pack.pieces[number]
        facts = _facts(known.get(number), first.get(number, 0.0), lead, rank, len(states.ids), bool(page.setting))
        pairs.append(_pair(question, page, piece, pack.states[number], facts))
    return Asked(question, states, tuple(pairs))


def first_of(hit: Found, pack: Pieces) -> float:
    """How likely search makes a passage before it is read."""
    own = bool(pack.pieces[hit.passage_id][0].setting)
    return first_score(hit.whole, max(hit.sentences, default=hit.whole), hit.lexical, own)


def _facts(hit: Found | None, first: float, lead: float, rank: int, tokens: int, own: bool) -> tuple[float, ...]:
    whole, sentence, lexical = (hit.whole, max(hit.sentences, default=hit.whole), hit.lexical) if hit else (0.0, 0.0, 0.0)
    return fact_row(first, whole, sentence, lexical, lead=lead, rank=rank, tokens=tokens, own=own)


def _pair(question: Question, page: Page, piece: Piece, states: TokenStates, facts: tuple[float, ...]) -> Pair:
    made = candidate_of(question, page, piece)
    if made is None:
        return Pair(states, page.id, None, facts)
    evidence = _evidence(question, made, states) if made.answers else None
    return Pair(states, page.id, made.answers, facts, evidence)


def _evidence(question: Question, made: Candidate, states: TokenStates) -> NDArray[np.float32]:
    """1 for each token of the answering span; of the sentences that hold it, if it is not found word for word."""
    text = whole_unit(made.piece)
    span = flat(question.answer_span or "")
    texts = [span] if span in text else [flat(sentence) for sentence in made.evidence]
    ranges = [match.span() for each in texts if each for match in [re.search(re.escape(each), text)] if match]
    marks = np.zeros(len(states.ids), dtype=np.float32)
    for begin, end in ranges:
        marks[(states.offsets[:, 0] >= begin) & (states.offsets[:, 1] <= end) & (states.offsets[:, 1] > states.offsets[:, 0])] = 1
    return marks
