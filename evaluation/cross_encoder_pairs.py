"""Questions with passages as the cross-encoder is trained on them: those that answer, and wrong ones that search offers."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tokenizers import Tokenizer

from assistant.cross_encoder import PASSAGE_PIECES, QUESTION_PIECES, CrossEncoder, pieces_of, plain_tokenizer
from assistant.data_files import DATA
from assistant.dialogue import DialogueRules
from assistant.story import with_context
from evaluation.pairs import candidate_of, must_see, pages_of
from evaluation.questions import EVERY, STORIES, Expect, Question, questions_of
from evaluation.reader_pairs import Pieces, first_of
from evaluation.short_runs import short_run
from knowledge.encoder import Encoder, OnnxEncoder
from knowledge.units import units, whole_text
from knowledge.words import content_words

RATED = frozenset({Expect.ANSWER, Expect.HANDOFF})
ASTRAY = frozenset({Expect.CONTACT, Expect.OUT_OF_SCOPE})
_OFFERED = (8, 4)  # wrong passages by the question encoder, and by the plain one
_SHORT = (15, 40)  # words of a passage that is cut
_JUDGED = 9  # wrong passages of a question that are judged, the best ranked


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
    manner: str
    """The file of the pack that it is from: ordinary, in families' own words, or told as a story."""
    right: tuple[Told, ...]
    wrong: tuple[Told, ...]
    lost: float | None = None
    """How far from right the cross-encoder is on it (nats), if it was judged."""


@dataclass(frozen=True)
class Judging:
    """Which questions are judged by the cross-encoder in `folder`: a share of them, and all that are told as stories."""

    folder: Path
    share: float


def asked_of_pack(folder: Path, tokens: Path, judging: Judging | None = None) -> list[Asked]:
    """The questions of a pack that can teach something, stories cut as they are when they are answered."""
    encoders = [OnnxEncoder(DATA / name) for name in ("question_encoder", "encoder")]
    found = [(page, piece) for page in pages_of(folder) for piece in page.pieces]
    pack = Pieces(found, (), [encoders[-1].encode(units(piece)) for _, piece in found])
    rules, tokenizer, order = DialogueRules.load(DATA / "dialogue.yml").story, plain_tokenizer(tokens), random.Random(folder.name)
    made = []
    for manner in EVERY:
        for question in questions_of(folder, [manner]):
            if question.expect in RATED | ASTRAY:
                cut = replace(question, text=with_context(question.text, rules))
                right, wrong = _told(cut, pack, _offered(cut, pack, encoders), tokenizer, order)
                if wrong and (right or question.expect is not Expect.ANSWER):
                    pieces = pieces_of(tokenizer, cut.text, QUESTION_PIECES)
                    made.append(Asked(pieces, question.expect, manner, tuple(right), tuple(wrong)))
    return _some_judged(made, judging, order) if judging else made


def _told(
    question: Question, pack: Pieces, numbers: Sequence[int], tokenizer: Tokenizer, order: random.Random
) -> tuple[list[Told], list[Told]]:
    """The passages that answer, and those that don't; what answers in part only is left out."""
    right, wrong = list[Told](), list[Told]()
    for page, piece in (pack.pieces[number] for number in numbers):
        mark = candidate_of(question, page, piece)
        if mark:
            run = short_run(piece.text, mark.evidence, order, _SHORT)
            whole, short = (pieces_of(tokenizer, whole_text(piece.headings, text), PASSAGE_PIECES) for text in (piece.text, run))
            near = not mark.answers and page.id == question.near
            (right if mark.answers else wrong).append(Told(whole, short, near))
    return right, wrong


def _some_judged(asked: Sequence[Asked], judging: Judging, order: random.Random) -> list[Asked]:
    cross = CrossEncoder(judging.folder)
    return [judged(each, cross) if each.manner == STORIES or order.random() < judging.share else each for each in asked]


def judged(asked: Asked, cross: CrossEncoder) -> Asked:
    """The question with the logits that `cross` gives its best ranked passages, and how far that is from right."""
    right, wrong = asked.right, asked.wrong[:_JUDGED]
    logits = [cross.logit(asked.pieces, each.pieces) for each in (*right, *wrong)]
    told = tuple(replace(each, logit=logit) for each, logit in zip((*right, *wrong), logits, strict=True))
    best = max(logits[: len(right)], default=0.0)  # the score of "nothing answers this" is 0
    lost = math.log(math.fsum(math.exp(logit) for logit in (0.0, *logits))) - best
    return replace(asked, right=told[: len(right)], wrong=(*told[len(right) :], *asked.wrong[len(wrong) :]), lost=lost)


def _offered(question: Question, pack: Pieces, encoders: Sequence[Encoder]) -> list[int]:
    index, offered = pack.index_for(question), list[int]()
    for encoder, count in zip(encoders, _OFFERED, strict=True):
        hits = index.search(encoder.encode([question.text])[0], content_words(question.text), 3 * _OFFERED[0])
        scores = {hit.passage_id: first_of(hit, pack) for hit in hits}
        best = sorted(scores, key=lambda number: -scores[number])[:count]
        offered += [number for number in best if number not in offered]
    missed = must_see(question, pack.pieces, index.ids.tolist(), offered)
    return offered + [number for number in missed if number not in offered]
