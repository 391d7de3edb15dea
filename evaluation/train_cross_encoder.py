"""Trains the changes that make a cross-encoder of all-mpnet-base-v2 (ADR 0012).

    python -m evaluation.train_cross_encoder --out DIR PACK [PACK ...]

Each question is shown with one passage that answers it, if there is one, and with wrong ones that search really offers: by the
question encoder and by the plain one, those of the nearest page first. It learns to choose among them and "nothing answers this",
whose score is 0. With `--further` it goes on from the changes that ship, and first judges what these make of a part of the
questions: those that they are wrong on are drawn more often, and the wrong passages that they like best.

Needs the `build` extra; on two cores that can multiply 16-bit numbers, four questions a second.
"""

from __future__ import annotations

import argparse
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
import torch.nn.functional as F
from torch import Tensor

from assistant.cross_encoder import INPUTS, pairs_feed
from assistant.data_files import DATA
from evaluation.cross_encoder_graph import CrossEncoderGraph, plain_model, take_changes, write_changes
from evaluation.cross_encoder_pairs import ASTRAY, RATED, Asked, Judging, Told, asked_of_pack
from evaluation.descent import descend, digest_of
from evaluation.questions import FAMILIES, ORDINARY, STORIES
from knowledge.encoder import TOKENS_FILE
from knowledge.merged import make_merged, merged_facts
from knowledge.published import published_model


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
    stories: float = 0.0  # share of those that are told as stories
    judged: float = 0.0  # share of the other questions that were judged first, the ones it is wrong on likelier
    easiest: float = 0.2  # how often a judged question is drawn that it is right on, beside 2.0 at most
    heat: float = 2.5  # logits are divided by this: the larger, the less it matters how likely a wrong passage seems
    warm_up: int = 30
    seed: int = 3


# Further from weights that were trained so: what it is wrong on first, and more questions in families' own words.
FURTHER = Training(questions=13_000, learning_rate=3e-4, families=0.5, shortened=0.25, stories=0.15, judged=0.6, seed=31)


def shown(asked: Asked, training: Training, order: random.Random) -> list[tuple[Told, bool]]:
    """One right passage, if there is one, and wrong ones, the better ranked likelier; at times all are cut short."""
    chosen = [(order.choice(asked.right), True)] if asked.right else []
    count = training.wrong_passages if asked.expect in RATED else training.wrong_passages_astray
    near = [each for each in asked.wrong if each.near]
    picked = [near[0]] if near and order.random() < training.near_page else []
    weights = _likelier(asked.wrong, training)
    while len(picked) < min(count, len(set(asked.wrong))):
        each = order.choices(asked.wrong, weights)[0]
        if each not in picked:
            picked.append(each)
    chosen += [(each, False) for each in picked]
    if order.random() >= training.shortened:
        return chosen
    return [(replace(each, pieces=each.short), answers) for each, answers in chosen]


def _likelier(wrong: Sequence[Told], training: Training) -> list[float]:
    """How often each is shown, beside the others: by its logit if it was judged, or else by its rank."""
    known = [each.logit for each in wrong if each.logit is not None]
    if not known:
        return [1 / (1.5 + rank) for rank in range(len(wrong))]
    logits = [min(known) - 1 if each.logit is None else each.logit for each in wrong]
    return [math.exp(min(4.0, max(-6.0, logit)) / training.heat) + 0.02 for logit in logits]


def loss_of(graph: CrossEncoderGraph, batch: Sequence[Asked], training: Training, order: random.Random) -> Tensor:
    """Softmax over "nothing answers this" and the passages of each question, and whether each answers by itself."""
    pairs = [(number, each.pieces, *pair) for number, each in enumerate(batch) for pair in shown(each, training, order)]
    pairs.sort(key=lambda pair: len(pair[1]) + len(pair[2].pieces))  # pairs of like length are run together: less padding
    read = [(pieces, told.pieces) for _, pieces, told, _ in pairs]
    logits = torch.cat(
        [_run(graph, read[at : at + training.pairs_at_once]) for at in range(0, len(read), training.pairs_at_once)]
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


def _run(graph: CrossEncoderGraph, pairs: Sequence[tuple[tuple[int, ...], tuple[int, ...]]]) -> Tensor:
    feed = pairs_feed(pairs, multiple=16)  # few shapes: each is prepared once
    logits: Tensor = graph(*(torch.from_numpy(feed[name]) for name in INPUTS))
    return logits


def drawn(asked: Sequence[Asked], training: Training, order: random.Random) -> Iterator[Asked]:
    """Questions without end, in the shares that `training` says; each kind anew only when all of it was drawn."""
    told = [each for each in asked if each.manner == STORIES]
    rated = [each for each in asked if each.expect in RATED and each.manner != STORIES]
    rest = 1 - training.astray - training.stories - training.judged
    kinds = (
        ([each for each in asked if each.expect in ASTRAY], training.astray),
        (told, training.stories),
        ([each for each in rated if each.lost is not None], training.judged),
        ([each for each in rated if each.lost is None and each.manner == FAMILIES], rest * training.families),
        ([each for each in rated if each.lost is None and each.manner == ORDINARY], rest * (1 - training.families)),
    )
    left: list[list[Asked]] = [[] for _ in kinds]
    shares = [share if of_kind else 0.0 for of_kind, share in kinds]
    while True:
        kind = order.choices(range(len(kinds)), shares)[0]
        if not left[kind]:
            left[kind] = _in_turn(kinds[kind][0], training, order)
        yield left[kind].pop()


def _in_turn(asked: Sequence[Asked], training: Training, order: random.Random) -> list[Asked]:
    """All of them at random, the last first; the further from right, the likelier to come early.

    Efraimidis and Spirakis, "Weighted random sampling with a reservoir", Information Processing Letters 2006.
    """
    weights = [1.0 if each.lost is None else training.easiest + min(2.0, each.lost) for each in asked]
    keys = [order.random() ** (1 / weight) for weight in weights]
    return [each for _, each in sorted(zip(keys, asked, strict=True), key=lambda pair: pair[0])]


def train(graph: CrossEncoderGraph, asked: Sequence[Asked], training: Training) -> None:
    """Train `graph` (on). What stands still in it is computed with numbers of 16 bits."""
    torch.manual_seed(training.seed)
    order = random.Random(training.seed)
    graph.still_in_16_bits()
    questions, count = drawn(asked, training, order), training.questions_a_batch

    def loss_of_next() -> Tensor:
        return loss_of(graph, [next(questions) for _ in range(count)], training, order)

    descend(graph, loss_of_next, training.questions // count, training.learning_rate, training.warm_up)


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
    parser.add_argument("--further", action="store_true", help="go on from the changes that ship, most with what is wrong there")
    parser.add_argument("--judge", type=float, default=0.2, help="with --further: the share of the questions that is judged")
    given = parser.parse_args()
    facts = merged_facts(DATA / "cross_encoder")
    settings = FURTHER if given.further else Training()
    settings = replace(settings, questions=given.questions or settings.questions)
    with published_model(given.published, facts["weights"], facts["tokens"]) as folder:
        asked = _asked(given.packs, folder, given.judge if given.further else 0.0)
        print(f"{len(asked)} questions, {sum(each.lost is not None for each in asked)} of them judged", flush=True)
        graph = CrossEncoderGraph(plain_model(folder))
        if given.further:
            take_changes(graph, DATA / "cross_encoder")
        train(graph, asked, settings)
        write_changes(graph, folder, given.out, digest_of(graph), sample_of(asked))


def _asked(packs: Sequence[Path], published: Path, judged: float) -> list[Asked]:
    """The questions of all packs, made ready by two processes; a share of them `judged` by the cross-encoder that ships."""
    with TemporaryDirectory() as scratch, get_context("spawn").Pool(2) as pool:
        judging = Judging(Path(scratch) / "made", judged) if judged else None
        if judging:
            make_merged(DATA / "cross_encoder", judging.folder, published)
        tasks = [(pack, published / TOKENS_FILE, judging) for pack in packs]
        return [each for made in pool.starmap(asked_of_pack, tasks, chunksize=1) for each in made]


if __name__ == "__main__":
    main()
