"""Questions with passages as the cross-encoder is trained on them: those that answer, and wrong ones that search offers."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.cross_encoder import PASSAGE_PIECES, QUESTION_PIECES, pieces_of, plain_tokenizer
from evaluation.pairs import candidate_of, must_see, pages_of
from evaluation.questions import FAMILIES, Expect, Question, questions_of
from evaluation.reader_pairs import Pieces, first_of
from evaluation.short_runs import short_run
from knowledge.encoder import Encoder
from knowledge.units import units, whole_text, whole_unit
from knowledge.words import content_words

RATED = frozenset({Expect.ANSWER, Expect.HANDOFF})
ASTRAY = frozenset({Expect.CONTACT, Expect.OUT_OF_SCOPE})
_OFFERED = (8, 4)  # wrong passages by the question encoder, and by the plain one
_SHORT = (15, 40)  # words of a passage that is cut


@dataclass(frozen=True)
class Told:
    """A passage as word pieces. `near` is true if it is on the page that is nearest to a question without an answer."""

    pieces: tuple[int, ...]
    short: tuple[int, ...] = ()
    """Of a few of its sentences, those among them that answer."""
    near: bool = False
    logit: float | None = None
    """What the cross-encoder says of it, if it was judged."""


@dataclass(frozen=True)
class Asked:
    """A question as word pieces, with passages that answer it and wrong ones, the best ranked first."""

    pieces: tuple[int, ...]
    expect: Expect
    families: bool
    right: tuple[Told, ...]
    wrong: tuple[Told, ...]
    lost: float | None = None
    """How far from right the cross-encoder is on it (nats), if it was judged."""


def asked_of_pack(folder: Path, encoders: Sequence[Encoder], tokens: Path) -> list[Asked]:
    """The questions of a pack that can teach something: `encoders` are the question encoder and the plain one."""
    tokenizer = plain_tokenizer(tokens)
    found = [(page, piece) for page in pages_of(folder) for piece in page.pieces]
    pack = Pieces(found, (), [encoders[-1].encode(units(piece)) for _, piece in found])
    told = [pieces_of(tokenizer, whole_unit(piece), PASSAGE_PIECES) for _, piece in found]
    families = {question.id for question in questions_of(folder, [FAMILIES])}
    made, order = [], random.Random(folder.name)
    for question in questions_of(folder):
        if question.expect not in RATED | ASTRAY:
            continue
        numbers = _offered(question, pack, encoders)
        marks = {number: candidate_of(question, *found[number]) for number in numbers}
        right, wrong = list[Told](), list[Told]()
        for number, mark in marks.items():
            if mark:
                run = short_run(mark.piece.text, mark.evidence, order, _SHORT)
                short = pieces_of(tokenizer, whole_text(mark.piece.headings, run), PASSAGE_PIECES)
                near = not mark.answers and found[number][0].id == question.near
                (right if mark.answers else wrong).append(Told(told[number], short, near))
        if wrong and (right or question.expect is not Expect.ANSWER):
            asked = pieces_of(tokenizer, question.text, QUESTION_PIECES)
            made.append(Asked(asked, question.expect, question.id in families, tuple(right), tuple(wrong)))
    return made


def _offered(question: Question, pack: Pieces, encoders: Sequence[Encoder]) -> list[int]:
    index, offered = pack.index_for(question), list[int]()
    for encoder, count in zip(encoders, _OFFERED, strict=True):
        hits = index.search(encoder.encode([question.text])[0], content_words(question.text), 3 * _OFFERED[0])
        scores = {hit.passage_id: first_of(hit, pack) for hit in hits}
        best = sorted(scores, key=lambda number: -scores[number])[:count]
        offered += [number for number in best if number not in offered]
    missed = must_see(question, pack.pieces, index.ids.tolist(), offered)
    return offered + [number for number in missed if number not in offered]
