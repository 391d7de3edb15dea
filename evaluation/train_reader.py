"""Trains the reader that says whether a passage answers a question.

    python -m evaluation.train_reader --out DIR PACK [PACK ...]

The packs must be ones that the encoder was not tuned on: there its search scores look better than they are, and the
reader would learn to trust them. For each question some passages that search really offers are shown, those of the
nearest page first. Three losses are added: is it an answer (a pair at a time), which of the offered ones is (softmax
over a question), and which tokens answer.

First it learns from the ordinary questions, then more slowly from those in families' own words (`families.jsonl`), with
some of the others so that they are not forgotten. Needs the `build` extra; about 70 minutes on one core for 18,500 questions.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from assistant.data_files import DATA
from assistant.reader import feed_of
from evaluation.questions import FAMILIES, Expect, questions_of
from evaluation.reader_graph import INPUTS, ReaderGraph, export_reader, rarity_of
from evaluation.reader_pairs import Asked, Pair, asked_of_pack
from knowledge.encoder import OnnxEncoder
from knowledge.words import content_words


@dataclass(frozen=True)
class Training:
    """The settings of one training run."""

    epochs: float = 2.3
    learning_rate: float = 7e-4
    weight_decay: float = 0.05
    warm_up: float = 0.05
    questions_a_batch: int = 12
    wrong_passages: int = 3
    wrong_passages_astray: int = 2  # for a question that is not about SEND, or asks for a person
    near_page: float = 0.7  # how often the best passage of the nearest page is taken, rather than any of its passages
    choosing: float = 0.5  # weight of the softmax over a question's passages
    answering_token: float = 4.0  # weight of a token that answers
    seed: int = 7


SECOND = Training(epochs=2.0, learning_rate=3e-4)
"""For the questions in families' own words."""
_REMINDERS = 3500  # ordinary questions that are shown with them


def shown(asked: Asked, training: Training, order: random.Random) -> list[Pair]:
    """One right passage, if there is one, and wrong ones: the nearest page's first, then the better ranked likelier."""
    right = [pair for pair in asked.pairs if pair.answers]
    wrong = [pair for pair in asked.pairs if pair.answers is False]
    rated = asked.question.expect in (Expect.ANSWER, Expect.HANDOFF)
    count = min(training.wrong_passages if rated else training.wrong_passages_astray, len(wrong))
    chosen = [order.choice(right)] if right else []
    near = [pair for pair in wrong if pair.page == asked.question.near]
    picked = [near[0] if order.random() < training.near_page else order.choice(near)] if near else []
    weights = [1 / (2 + rank) for rank in range(len(wrong))]
    while len(picked) < count:
        pair = order.choices(wrong, weights)[0]
        if all(pair is not other for other in picked):
            picked.append(pair)
    return chosen + picked


def loss_of(reader: ReaderGraph, batch: Sequence[tuple[int, Asked, Pair]], training: Training) -> Tensor:
    """`batch` has (number of the question, question, pair). Long pairs are run apart from short ones: less padding."""
    by_length = sorted(range(len(batch)), key=lambda i: len(batch[i][2].passage.ids) + len(batch[i][1].states.ids))
    logits, token_loss, tokens = [], torch.zeros(()), 0
    for part in (by_length[: len(batch) // 2], by_length[len(batch) // 2 :]):
        pairs = [batch[i] for i in part]
        answers, told = reader(*_inputs(pairs))
        logits.append(answers)
        real = torch.zeros_like(told, dtype=torch.bool)
        wanted = torch.zeros_like(told)
        for row, (_, _, pair) in enumerate(pairs):
            real[row, : len(pair.passage.ids)] = True
            if pair.evidence is not None:
                wanted[row, : len(pair.evidence)] = torch.from_numpy(pair.evidence)
        weight = torch.tensor(training.answering_token)
        token_loss = token_loss + F.binary_cross_entropy_with_logits(told[real], wanted[real], pos_weight=weight, reduction="sum")
        tokens += int(real.sum())
    joined = torch.cat(logits)[torch.from_numpy(np.argsort(by_length))]
    right = torch.tensor([float(bool(pair.answers)) for _, _, pair in batch])
    alone = F.binary_cross_entropy_with_logits(joined, right)
    return alone + training.choosing * _choosing(joined, right, [number for number, _, _ in batch]) + token_loss / tokens


def _inputs(pairs: Sequence[tuple[int, Asked, Pair]]) -> list[Tensor]:
    facts = np.array([pair.facts for _, _, pair in pairs], dtype=np.float32)
    feed = feed_of([(asked.states, pair.passage) for _, asked, pair in pairs], facts)
    return [torch.from_numpy(feed[name]) for name in INPUTS]


def _choosing(logits: Tensor, right: Tensor, owners: Sequence[int]) -> Tensor:
    numbers, losses = torch.tensor(owners), []
    for owner in dict.fromkeys(owners):
        mine = numbers == owner
        if right[mine].any():
            losses.append(-torch.log_softmax(logits[mine], 0)[right[mine] == 1].mean())
    return torch.stack(losses).mean() if losses else torch.zeros(())


def train(reader: ReaderGraph, asked: Sequence[Asked], training: Training) -> None:
    """Train `reader` (on) with `asked`."""
    torch.manual_seed(training.seed)
    order = random.Random(training.seed)
    reader.train()
    plain = [each for each in reader.parameters() if each.ndim < 2]
    optimiser = torch.optim.AdamW(
        [
            {"params": [each for each in reader.parameters() if each.ndim >= 2], "weight_decay": training.weight_decay},
            {"params": plain, "weight_decay": 0.0},
        ],
        lr=training.learning_rate,
    )
    steps = int(training.epochs * len(asked) / training.questions_a_batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda n: min(1.0, (n + 1) / (training.warm_up * steps)) * max(0.0, 1 - n / steps)
    )
    pool: list[Asked] = []
    began = time.monotonic()
    for step in range(1, steps + 1):
        while len(pool) < training.questions_a_batch:
            pool = order.sample(list(asked), len(asked)) + pool
        chosen = [pool.pop() for _ in range(training.questions_a_batch)]
        batch = [(number, each, pair) for number, each in enumerate(chosen) for pair in shown(each, training, order)]
        loss = loss_of(reader, batch, training)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        if step % 100 == 0:
            print(f"step {step}/{steps} loss {loss.item():.3f} {time.monotonic() - began:.0f} s", flush=True)
    reader.eval()


def main() -> None:
    """Train on the packs named on the command line and write the reader."""
    parser = argparse.ArgumentParser(description="Train the reader.")
    parser.add_argument("packs", nargs="+", type=Path, help="area packs with questions.jsonl")
    parser.add_argument("--out", type=Path, default=DATA / "reader")
    parser.add_argument("--epochs", type=float, default=Training.epochs)
    given = parser.parse_args()
    encoder = OnnxEncoder(DATA / "encoder")
    asked = [each for pack in given.packs for each in asked_of_pack(pack, encoder)]
    print(f"{len(asked)} questions, {sum(len(each.pairs) for each in asked)} pairs", flush=True)
    content = np.array([content_words_piece(piece) for piece in encoder.pieces()])
    passages = {id(pair.passage): pair.passage.ids for each in asked for pair in each.pairs}
    reader = ReaderGraph(rarity_of(len(content), content, list(passages.values())))
    told = {question.id for pack in given.packs for question in questions_of(pack, [FAMILIES])}
    families, ordinary = [[each for each in asked if (each.question.id in told) is wanted] for wanted in (True, False)]
    train(reader, ordinary, Training(epochs=given.epochs))
    if families:
        reminders = random.Random(SECOND.seed).sample(ordinary, min(_REMINDERS, len(ordinary)))
        train(reader, [*families, *reminders], SECOND)
    digest = hashlib.sha256(b"".join(each.numpy().tobytes() for each in reader.state_dict().values())).hexdigest()[:16]
    export_reader(reader, given.out, encoder.digest, digest, encoder.dimensions)


def content_words_piece(piece: str) -> bool:
    """True for a word piece that says something: a content word, or the rest of a longer word."""
    return piece.startswith("##") or (len(piece) > 1 and piece.isalnum() and bool(content_words(piece)))


if __name__ == "__main__":
    main()
