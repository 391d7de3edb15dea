"""Trains the reader: a small cross-encoder that tells "answers this" from "talks about this".

    python -m evaluation.train_reader --out DIR PACK [PACK ...]

It starts from the packaged MiniLM. For each question the candidates compete in one softmax with a
fixed zero for "none of them" (the null answer of SQuAD 2.0 readers, Devlin et al. 2019, section
4.3), so that the best candidate's share is a first estimate of P(answered). A second head marks the
word pieces of the sentences that answer. Needs the `build` extra; the trained reader is exported to
ONNX with 8-bit weights and served without torch.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import AutoModel, AutoTokenizer

from assistant.reading import LONGEST, flat, passage_head, question_text
from evaluation.pairs import Candidate, Group, groups_of_pack
from knowledge.encoder import OnnxEncoder
from knowledge.export import DEFAULT_MODEL, export_encoder, export_module, find_model, quantize

OFFERED = 8  # candidates that retrieval offers for each question


@dataclass(frozen=True)
class Training:
    """The settings of one training run."""

    epochs: int = 3
    learning_rate: float = 4e-5
    head_rate: float = 5e-4
    groups_a_batch: int = 6
    candidates: int = 5
    evidence_weight: float = 0.5
    pair_weight: float = 0.5
    warm_up: float = 0.1
    seed: int = 7


class Reader(nn.Module):
    """MiniLM with two heads: does this passage answer (one number), and which word pieces do."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.bert = AutoModel.from_pretrained(str(folder), local_files_only=True)
        width = self.bert.config.hidden_size
        self.drop = nn.Dropout(0.1)
        self.answers = nn.Linear(2 * width, 1)
        self.evidence = nn.Linear(width, 1)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> tuple[Tensor, Tensor]:
        """Token tensors (batch, length) to answer scores (batch,) and evidence scores (batch, length)."""
        states = self.bert(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(states.dtype)
        mean = (states * mask).sum(1) / mask.sum(1)
        pooled = torch.cat([states[:, 0], mean], dim=1)
        return self.answers(self.drop(pooled)).squeeze(-1), self.evidence(states).squeeze(-1)


class Pairs:
    """Turns groups into token tensors with labels."""

    def __init__(self, folder: Path) -> None:
        self._tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)

    def batch(self, groups: Sequence[Group], limit: int) -> dict[str, Tensor]:
        """Tensors of all candidates of `groups`; `group` says to which of them each row belongs."""
        rows = [(n, group.question.text, c) for n, group in enumerate(groups) for c in _some(group, limit)]
        coded = self._tokenizer(
            [question_text(text) for _, text, _ in rows],
            [passage_head(c.piece.headings) + flat(c.piece.text) for _, _, c in rows],
            truncation="only_second", max_length=LONGEST, padding=True,
            return_tensors="pt", return_offsets_mapping=True,
        )  # fmt: skip
        marks = torch.zeros(coded["input_ids"].shape)
        for i, (_, _, candidate) in enumerate(rows):
            _mark(marks[i], candidate, coded["offset_mapping"][i], coded.sequence_ids(i))
        inside = torch.tensor([[s == 1 for s in coded.sequence_ids(i)] for i in range(len(rows))])
        return {
            "input_ids": coded["input_ids"],
            "attention_mask": coded["attention_mask"],
            "token_type_ids": coded["token_type_ids"],
            "group": torch.tensor([n for n, _, _ in rows]),
            "answers": torch.tensor([float(c.answers) for _, _, c in rows]),
            "marks": marks,
            "inside": inside,
        }


def _some(group: Group, limit: int) -> list[Candidate]:
    """All that answer (two at most) and the best ranked of the others."""
    right = [c for c in group.candidates if c.answers][:2]
    return right + [c for c in group.candidates if not c.answers][: limit - len(right)]


def _mark(row: Tensor, candidate: Candidate, offsets: Tensor, parts: Sequence[int | None]) -> None:
    text = passage_head(candidate.piece.headings) + flat(candidate.piece.text)
    for sentence in candidate.evidence:
        start = text.find(flat(sentence))
        if start < 0:
            continue
        end = start + len(flat(sentence))
        for i, (part, (first, last)) in enumerate(zip(parts, offsets.tolist(), strict=True)):
            if part == 1 and first >= start and last <= end:
                row[i] = 1.0


def loss_of(reader: nn.Module, batch: dict[str, Tensor], training: Training) -> Tensor:
    """Softmax over each group's candidates and "none", plus each pair alone, plus the evidence."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        scores, evidence = reader(batch["input_ids"], batch["attention_mask"], batch["token_type_ids"])
    scores, evidence = scores.float(), evidence.float()
    listed = []
    for n in batch["group"].unique():
        here = batch["group"] == n
        mine, right = scores[here], batch["answers"][here]
        logs = torch.log_softmax(torch.cat([torch.zeros(1), mine]), dim=0)
        wanted = torch.cat([(right.sum() == 0).float().reshape(1), right])
        listed.append(-torch.logsumexp(logs.masked_fill(wanted == 0, -1e9), dim=0))
    pairs = nn.functional.binary_cross_entropy_with_logits(scores, batch["answers"])
    rows = batch["answers"] > 0
    marked = torch.tensor(0.0)
    if rows.any():
        inside = batch["inside"][rows]
        marked = nn.functional.binary_cross_entropy_with_logits(evidence[rows][inside], batch["marks"][rows][inside])
    return torch.stack(listed).mean() + training.pair_weight * pairs + training.evidence_weight * marked


def train(groups: Sequence[Group], folder: Path, training: Training) -> Reader:
    """A reader trained on `groups`, starting from the model in `folder`."""
    torch.manual_seed(training.seed)
    order = random.Random(training.seed)
    reader, pairs = Reader(folder), Pairs(folder)
    heads = [*reader.answers.parameters(), *reader.evidence.parameters()]
    optimiser = torch.optim.AdamW(
        [{"params": reader.bert.parameters(), "lr": training.learning_rate}, {"params": heads, "lr": training.head_rate}],
        weight_decay=0.01,
    )
    steps = training.epochs * math.ceil(len(groups) / training.groups_a_batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda n: min(1.0, n / (training.warm_up * steps)) * max(0.0, 1 - n / steps) + 1e-3
    )
    began, step, total = time.monotonic(), 0, 0.0
    reader.train()
    for _ in range(training.epochs):
        for chosen in _batches(list(groups), training.groups_a_batch, order):
            loss = loss_of(reader, pairs.batch(chosen, training.candidates), training)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            step, total = step + 1, total + float(loss.detach())
            if step % 25 == 0:
                print(f"step {step}/{steps} loss {total / 25:.3f} {time.monotonic() - began:.0f} s", flush=True)
                total = 0.0
    return reader.eval()


def _batches(groups: list[Group], size: int, order: random.Random) -> list[list[Group]]:
    """Groups of like length together, in random order, so that little padding is computed."""
    order.shuffle(groups)
    pools = [groups[i : i + 20 * size] for i in range(0, len(groups), 20 * size)]
    batches = []
    for pool in pools:
        pool.sort(key=lambda group: max((len(c.piece.text) for c in group.candidates), default=0))
        batches += [pool[i : i + size] for i in range(0, len(pool), size)]
    order.shuffle(batches)
    return batches


def export(reader: Reader, source: Path, folder: Path) -> None:
    """Write the reader as ONNX with 8-bit weights, beside its tokenizer."""
    folder.mkdir(parents=True, exist_ok=True)
    plain = folder / "plain.onnx"
    export_module(
        reader.eval(), plain, ("input_ids", "attention_mask", "token_type_ids"),
        {"answers": ("batch",), "evidence": ("batch", "length")},
    )  # fmt: skip
    quantize(plain, folder / "reader.onnx")
    plain.unlink()
    shutil.copy(source / "tokenizer.json", folder / "tokenizer.json")


def main() -> None:
    """Train on the packs named on the command line and write the reader's folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("packs", nargs="+", type=Path, help="folders with pages.jsonl and questions.jsonl")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--encoder", type=Path, default=Path("data/encoder"))
    parser.add_argument("--epochs", type=int, default=Training.epochs)
    given = parser.parse_args()
    export_encoder(given.encoder)
    encoder = OnnxEncoder(given.encoder)
    groups = [g for pack in given.packs for g in groups_of_pack(pack, pack / "questions.jsonl", encoder, OFFERED)]
    print(f"{len(groups)} questions, {sum(len(g.candidates) for g in groups)} pairs", flush=True)
    source = find_model(DEFAULT_MODEL)
    reader = train(groups, source, Training(epochs=given.epochs))
    export(reader, source, given.out)
    (given.out / "training.json").write_text(json.dumps({"packs": [p.name for p in given.packs]}), encoding="utf-8")


if __name__ == "__main__":
    main()
