"""Fine-tunes the sentence encoder so that a question is near the sentences that answer it.

    python -m evaluation.train_encoder --out DIR PACK [PACK ...]

It starts from the packaged MiniLM. For each question the passages that retrieval really offers
compete, as whole passages and as their single sentences, with those of the other questions in the
batch (InfoNCE, van den Oord et al. 2018) and with a learned "nothing answers this" (as the null
answer of SQuAD 2.0 readers, Devlin et al. 2019, section 4.3). Questions without an answer are
pulled to that null, so that nearness comes to mean "answers this", not "talks about this".
Needs the `build` extra. The result is a sentence-transformers folder for `signpost build`.
"""

from __future__ import annotations

import argparse
import math
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer
from torch import Tensor, nn

from evaluation.pairs import Candidate, Group, groups_of_pack
from knowledge.encoder import OnnxEncoder
from knowledge.export import DEFAULT_MODEL, export_encoder, find_model
from knowledge.sentences import sentences
from knowledge.units import sentence_unit, whole_unit

OFFERED = 8  # candidates that retrieval offers for each question
_AT_ONCE = 40  # units of like length that are encoded together


@dataclass(frozen=True)
class Training:
    """The settings of one training run."""

    epochs: int = 4
    learning_rate: float = 3e-5
    questions_a_batch: int = 24
    negatives: int = 4
    scale: float = 20.0
    null: float = 0.45
    warm_up: float = 0.1
    longest: int = 192
    seed: int = 7


@dataclass(frozen=True)
class _Unit:
    """A text offered to a question: its number in the batch, and whether it answers."""

    owner: int
    page: str
    text: str
    answers: bool


def units_of(group: Group, owner: int, limit: int, order: random.Random) -> list[_Unit]:
    """What one question brings into a batch: its answers, and some of what only looks like one."""
    right = [c for c in group.candidates if c.answers]
    wrong = [c for c in group.candidates if not c.answers]
    units = []
    if right:
        chosen = order.choice(right)
        units.append(_Unit(owner, chosen.document, whole_unit(chosen.piece), True))
        if chosen.evidence:
            text = sentence_unit(chosen.piece, order.choice(chosen.evidence))
            units.append(_Unit(owner, chosen.document, text, True))
        others = [s for s in sentences(chosen.piece.text) if s not in chosen.evidence]
        if others:
            units.append(_Unit(owner, chosen.document, sentence_unit(chosen.piece, order.choice(others)), False))
    picked = order.sample(wrong, min(limit, len(wrong)))
    for number, candidate in enumerate(picked):
        units.append(_Unit(owner, candidate.document, _text(candidate, number == 0, order), False))
    return units


def _text(candidate: Candidate, whole: bool, order: random.Random) -> str:
    parts = sentences(candidate.piece.text)
    return whole_unit(candidate.piece) if whole or not parts else sentence_unit(candidate.piece, order.choice(parts))


class Tuner(nn.Module):
    """The encoder with one more number: how near a text must be to count as an answer."""

    def __init__(self, folder: Path, training: Training) -> None:
        super().__init__()
        self.encoder = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        self.encoder.max_seq_length = training.longest
        self.null = nn.Parameter(torch.tensor(training.null))

    def vectors(self, texts: Sequence[str]) -> Tensor:
        """Length-1 vectors with gradients, shape (texts, dimensions)."""
        features = self.encoder.preprocess(list(texts))
        with torch.autocast("cpu", dtype=torch.bfloat16):
            out = self.encoder(features)["sentence_embedding"]
        return nn.functional.normalize(out.float(), dim=1)


def loss_of(tuner: Tuner, groups: Sequence[Group], training: Training, order: random.Random) -> Tensor:
    """Softmax over all units of the batch and the null; each answer in turn is the wanted one."""
    units = [unit for n, group in enumerate(groups) for unit in units_of(group, n, training.negatives, order)]
    units.sort(key=lambda unit: len(unit.text))
    asked = tuner.vectors([group.question.text for group in groups])
    told = torch.cat([tuner.vectors([u.text for u in units[n : n + _AT_ONCE]]) for n in range(0, len(units), _AT_ONCE)])
    logits = training.scale * asked @ told.T
    mine = torch.tensor([[u.owner == n for u in units] for n in range(len(groups))])
    right = torch.tensor([[u.owner == n and u.answers for u in units] for n in range(len(groups))])
    maybe = torch.tensor([[u.page in g.question.gold for u in units] for g in groups]) & ~mine
    logits = logits.masked_fill(maybe, -1e4)
    null = (training.scale * tuner.null).expand(len(groups), 1)
    logs = torch.log_softmax(torch.cat([null, logits], dim=1), dim=1)
    empty = ~right.any(dim=1)
    losses = [-logs[empty, 0]]
    for n in torch.nonzero(~empty).flatten():
        for column in torch.nonzero(right[n]).flatten():
            others = right[n].clone()
            others[column] = False
            row = torch.cat([null[n], logits[n].masked_fill(others, -1e4)])
            losses.append((torch.logsumexp(row, 0) - logits[n, column]).reshape(1))
    return torch.cat(losses).mean()


def train(groups: Sequence[Group], folder: Path, training: Training) -> Tuner:
    """An encoder tuned on `groups`, starting from the model in `folder`."""
    torch.manual_seed(training.seed)
    order = random.Random(training.seed)
    tuner = Tuner(folder, training).train()
    optimiser = torch.optim.AdamW(
        [{"params": tuner.encoder.parameters(), "lr": training.learning_rate}, {"params": [tuner.null], "lr": 1e-3}],
        weight_decay=0.01,
    )
    steps = training.epochs * math.ceil(len(groups) / training.questions_a_batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda n: min(1.0, (n + 1) / (training.warm_up * steps)) * max(0.0, 1 - n / steps)
    )
    began, step, pool = time.monotonic(), 0, list(groups)
    for _ in range(training.epochs):
        order.shuffle(pool)
        for start in range(0, len(pool), training.questions_a_batch):
            loss = loss_of(tuner, pool[start : start + training.questions_a_batch], training, order)
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            nn.utils.clip_grad_norm_(tuner.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            step += 1
            if step % 20 == 0:
                spent = time.monotonic() - began
                print(f"step {step}/{steps} loss {loss.item():.3f} null {tuner.null.item():.3f} {spent:.0f} s", flush=True)
    return tuner.eval()


def main() -> None:
    """Train on the packs named on the command line and write a sentence-transformers folder."""
    parser = argparse.ArgumentParser(description="Fine-tune the sentence encoder.")
    parser.add_argument("packs", nargs="+", type=Path, help="area packs with questions.jsonl")
    parser.add_argument("--half", action="append", type=Path, default=[], help="a pack whose training half is used")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--encoder", type=Path, default=Path("data/base-encoder"), help="encoder that offers the candidates")
    parser.add_argument("--epochs", type=int, default=Training.epochs)
    given = parser.parse_args()
    export_encoder(given.encoder, DEFAULT_MODEL)
    encoder = OnnxEncoder(given.encoder)
    groups = [group for pack in given.packs for group in groups_of_pack(pack, encoder, OFFERED)]
    groups += [group for pack in given.half for group in groups_of_pack(pack, encoder, OFFERED, half=True)]
    print(f"{len(groups)} questions, {sum(len(g.candidates) for g in groups)} pairs", flush=True)
    tuner = train(groups, find_model(DEFAULT_MODEL), Training(epochs=given.epochs))
    tuner.encoder.save(str(given.out))


if __name__ == "__main__":
    main()
