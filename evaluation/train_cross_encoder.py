"""Trains the changes that make a cross-encoder of all-mpnet-base-v2 (ADR 0012).

    python -m evaluation.train_cross_encoder --out DIR PACK [PACK ...]

Each question is shown with one passage that answers it, if there is one, and with wrong ones that search really offers: by the
question encoder and by the plain one, those of the nearest page first. It learns to choose among them and "nothing answers this",
whose score is 0. Needs the `build` extra; on two cores that can multiply 16-bit numbers, four questions a second.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from assistant.cross_encoder import INPUTS, PASSAGE_PIECES, QUESTION_PIECES, pairs_feed, pieces_of, plain_tokenizer
from assistant.data_files import DATA
from evaluation.cross_encoder_graph import CrossEncoderGraph, plain_model, take_changes, write_changes
from evaluation.pairs import candidate_of, must_see, pages_of
from evaluation.questions import FAMILIES, Expect, Question, questions_of
from evaluation.reader_pairs import Pieces, first_of
from evaluation.short_runs import short_run
from knowledge.encoder import TOKENS_FILE, Encoder, OnnxEncoder
from knowledge.merged import merged_facts
from knowledge.published import published_model
from knowledge.units import units, whole_text, whole_unit
from knowledge.words import content_words

_OFFERED = (8, 4)  # wrong passages by the question encoder, and by the plain one
_RATED = frozenset({Expect.ANSWER, Expect.HANDOFF})
_ASTRAY = frozenset({Expect.CONTACT, Expect.OUT_OF_SCOPE})


@dataclass(frozen=True)
class Training:
    """The settings of one training run."""

    questions: int = 12_000
    learning_rate: float = 4e-4
    questions_a_batch: int = 16
    pairs_at_once: int = 16
    wrong_passages: int = 3
    wrong_passages_astray: int = 2  # for a question that is not about SEND, or asks for a person
    near_page: float = 0.7  # how often the best passage of the nearest page is among the wrong ones
    families: float = 0.3  # share of the questions that are in families' own words
    astray: float = 0.04  # share of those that are not about SEND, or ask for a person
    nothing: float = 0.7  # weight of a question that nothing answers
    alone: float = 0.3  # weight of whether each passage answers, beside which one does
    shortened: float = 0.0  # how often passages are cut to a few sentences: lists hold an answer in one line of many
    warm_up: int = 30
    seed: int = 3


# Further from weights that were trained so: other questions first, and more of those in families' own words.
FURTHER = Training(questions=13_000, learning_rate=3e-4, families=0.5, shortened=0.25, seed=23)
_SHORT = (15, 40)  # words of a passage that is cut


@dataclass(frozen=True)
class Told:
    """A passage as word pieces. `near` is true if it is on the page that is nearest to a question without an answer."""

    pieces: tuple[int, ...]
    short: tuple[int, ...] = ()
    """Of a few of its sentences, those among them that answer."""
    near: bool = False


@dataclass(frozen=True)
class Asked:
    """A question as word pieces, with passages that answer it and wrong ones, the best ranked first."""

    pieces: tuple[int, ...]
    expect: Expect
    families: bool
    right: tuple[Told, ...]
    wrong: tuple[Told, ...]


def asked_of_pack(folder: Path, encoders: Sequence[Encoder], tokens: Path) -> list[Asked]:
    """The questions of a pack that can teach something: `encoders` are the question encoder and the plain one."""
    tokenizer = plain_tokenizer(tokens)
    found = [(page, piece) for page in pages_of(folder) for piece in page.pieces]
    pack = Pieces(found, (), [encoders[-1].encode(units(piece)) for _, piece in found])
    told = [pieces_of(tokenizer, whole_unit(piece), PASSAGE_PIECES) for _, piece in found]
    families = {question.id for question in questions_of(folder, [FAMILIES])}
    made, order = [], random.Random(folder.name)
    for question in questions_of(folder):
        if question.expect not in _RATED | _ASTRAY:
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


def shown(asked: Asked, training: Training, order: random.Random) -> list[tuple[Told, bool]]:
    """One right passage, if there is one, and wrong ones, the better ranked likelier; at times all are cut short."""
    chosen = [(order.choice(asked.right), True)] if asked.right else []
    count = training.wrong_passages if asked.expect in _RATED else training.wrong_passages_astray
    near = [each for each in asked.wrong if each.near]
    picked = [near[0]] if near and order.random() < training.near_page else []
    weights = [1 / (1.5 + rank) for rank in range(len(asked.wrong))]
    while len(picked) < min(count, len(set(asked.wrong))):
        each = order.choices(asked.wrong, weights)[0]
        if each not in picked:
            picked.append(each)
    chosen += [(each, False) for each in picked]
    if order.random() >= training.shortened:
        return chosen
    return [(replace(each, pieces=each.short), answers) for each, answers in chosen]


def loss_of(graph: CrossEncoderGraph, batch: Sequence[Asked], training: Training, order: random.Random) -> Tensor:
    """Softmax over "nothing answers this" and the passages of each question, and whether each answers by itself."""
    pairs = [(number, each.pieces, *pair) for number, each in enumerate(batch) for pair in shown(each, training, order)]
    pairs.sort(key=lambda pair: len(pair[1]) + len(pair[2].pieces))  # pairs of like length are run together: less padding
    logits = torch.cat(
        [_run(graph, pairs[at : at + training.pairs_at_once]) for at in range(0, len(pairs), training.pairs_at_once)]
    )
    right = torch.tensor([float(answers) for _, _, _, answers in pairs])
    owners = torch.tensor([number for number, _, _, _ in pairs])
    losses = []
    for number in range(len(batch)):
        mine = owners == number
        shares = torch.log_softmax(torch.cat([torch.zeros(1), logits[mine]]), 0)
        answers = right[mine] == 1
        losses.append(-shares[1:][answers].mean() if answers.any() else -training.nothing * shares[0])
    return torch.stack(losses).mean() + training.alone * F.binary_cross_entropy_with_logits(logits, right)


def _run(graph: CrossEncoderGraph, pairs: Sequence[tuple[int, tuple[int, ...], Told, bool]]) -> Tensor:
    feed = pairs_feed([(asked, told.pieces) for _, asked, told, _ in pairs], multiple=16)  # few shapes: each is prepared once
    told: Tensor = graph(*(torch.from_numpy(feed[name]) for name in INPUTS))
    return told


def drawn(asked: Sequence[Asked], training: Training, order: random.Random) -> Iterator[Asked]:
    """Questions without end, in the shares that `training` says; each kind anew only when all of it was drawn."""
    kinds = (
        ([each for each in asked if each.expect in _ASTRAY], training.astray),
        ([each for each in asked if each.expect in _RATED and each.families], training.families),
        ([each for each in asked if each.expect in _RATED and not each.families], 1 - training.families - training.astray),
    )
    left: list[list[Asked]] = [[] for _ in kinds]
    shares = [share if known else 0.0 for known, share in kinds]
    while True:
        kind = order.choices(range(len(kinds)), shares)[0]
        if not left[kind]:
            left[kind] = order.sample(kinds[kind][0], len(kinds[kind][0]))
        yield left[kind].pop()


def train(graph: CrossEncoderGraph, asked: Sequence[Asked], training: Training) -> None:
    """Train `graph` (on). What stands still in it is computed with numbers of 16 bits."""
    torch.manual_seed(training.seed)
    order = random.Random(training.seed)
    graph.still_in_16_bits()
    heads, changes = graph.trained()
    rate, every = training.learning_rate, [*heads, *changes]
    optimiser = torch.optim.AdamW([{"params": changes, "lr": rate}, {"params": heads, "lr": rate / 2}], weight_decay=0.01)
    steps = training.questions // training.questions_a_batch
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda n: min(1.0, (n + 1) / training.warm_up) * max(0.02, 1 - n / max(1, steps))
    )
    questions, began = drawn(asked, training, order), time.monotonic()
    for step in range(1, steps + 1):
        loss = loss_of(graph, [next(questions) for _ in range(training.questions_a_batch)], training, order)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(every, 1.0)
        optimiser.step()
        schedule.step()
        if step % 20 == 0:
            print(f"step {step}/{steps} loss {loss.item():.3f} {time.monotonic() - began:.0f} s", flush=True)


def sample_of(asked: Sequence[Asked], most: int = 64) -> list[Tensor]:
    """Some pairs as the graph takes them."""
    feed = pairs_feed([(each.pieces, each.wrong[0].pieces) for each in asked[:: max(1, len(asked) // most)][:most]])
    return [torch.from_numpy(feed[name]) for name in INPUTS]


def main() -> None:
    """Train on the packs named on the command line and write the changes."""
    parser = argparse.ArgumentParser(description="Train the cross-encoder.")
    parser.add_argument("packs", nargs="+", type=Path, help="area packs with questions.jsonl")
    parser.add_argument("--out", type=Path, default=DATA / "cross_encoder")
    parser.add_argument("--published", type=Path, help="folder of all-mpnet-base-v2; default: the packages from PyPI")
    parser.add_argument("--questions", type=int, help="how many to train on")
    parser.add_argument("--further", action="store_true", help="go on from the changes that ship")
    given = parser.parse_args()
    facts = merged_facts(DATA / "cross_encoder")
    encoders = [OnnxEncoder(DATA / name) for name in ("question_encoder", "encoder")]
    with published_model(given.published, facts["weights"], facts["tokens"]) as folder:
        asked = [each for pack in given.packs for each in asked_of_pack(pack, encoders, folder / TOKENS_FILE)]
        print(f"{len(asked)} questions", flush=True)
        graph = CrossEncoderGraph(plain_model(folder))
        if given.further:
            take_changes(graph, DATA / "cross_encoder")
        settings = FURTHER if given.further else Training()
        train(graph, asked, replace(settings, questions=given.questions or settings.questions))
        heads, changes = graph.trained()
        digest = hashlib.sha256(b"".join(each.detach().numpy().tobytes() for each in [*heads, *changes])).hexdigest()[:16]
        write_changes(graph, folder, given.out, digest, sample_of(asked))


if __name__ == "__main__":
    main()
