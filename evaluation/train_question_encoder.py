"""Tunes the question encoder: where it puts a question, the shipped encoder has put the passages that answer it.

    python -m evaluation.train_question_encoder PACK [PACK ...]

Only the question's side of the dual encoder learns, from the shipped encoder on; the vectors of passages stay (as in Lewis
and others, "Retrieval-Augmented Generation for Knowledge-Intensive NLP Tasks", NeurIPS 2020, section 2.4). So a question
competes for its answer with *every* passage that it can find, scored as search does, and with a learned "nothing
answers this": a question that no page answers is pulled to that (docs/adr/0009-question-encoder.md).

With it learns the late interaction (docs/adr/0011-late-interaction.md): it is shown the right passages and those wrong ones
that score best at that moment. Needs the `build` extra.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from sentence_transformers import SentenceTransformer
from torch import Tensor, nn

from assistant.data_files import DATA
from assistant.reader import first_score
from evaluation.late_graph import LateGraph, export_late
from evaluation.pairs import candidate_of, pages_of
from evaluation.questions import Expect, Question, questions_of
from evaluation.reader_pairs import Pieces
from knowledge.encoder import FACTS_FILE, MODEL_FILE, OnnxEncoder, read_facts
from knowledge.export import DEFAULT_MODEL, export_encoder, find_model
from knowledge.index import ScopeIndex
from knowledge.units import units, whole_unit
from knowledge.words import content_words

FOLDER = DATA / "question_encoder"
_WANTED = frozenset({Expect.ANSWER, Expect.HANDOFF, Expect.OUT_OF_SCOPE})
_COUNTED = 60  # passages whose words are scored for a question
_NEVER = -9.0  # the score of what a question can't find


@dataclass(frozen=True)
class Training:
    """The settings of one training run; `null` is where "nothing answers this" starts, `empty` what such a question counts."""

    epochs: float = 3.0
    learning_rate: float = 1e-4
    late_learning_rate: float = 5e-4
    batch: int = 32
    compared: int = 12  # passages that late interaction is shown for a question
    right_compared: int = 2  # of them, at most
    sharpness: float = 20.0
    null: float = 0.9
    empty: float = 0.5
    late_empty: float = 0.7
    frozen_layers: int = 2
    warm_up: float = 0.06
    longest: int = 96
    seed: int = 3


@dataclass(frozen=True)
class Asked:
    """A question of a pack: passages that answer it, those that do in part, and what else each passage scores.

    `known` has shape (passages,): words and whether the passage is of the question's own setting; `_NEVER` if it can't find it.
    """

    question: Question
    right: NDArray[np.int64]
    partly: NDArray[np.int64]
    known: NDArray[np.float32]


@dataclass(frozen=True)
class Pack:
    """The vectors of a pack's passages and of their sentences, whose passages are `owners`, and its questions.

    `states` are what the shipped encoder's layers make of each passage, shape (word pieces, 2 dimensions).
    """

    whole: Tensor
    sentences: Tensor
    owners: Tensor
    asked: tuple[Asked, ...]
    states: Sequence[NDArray[np.float16]] = ()

    def scores(self, vectors: Tensor, asked: Sequence[Asked]) -> Tensor:
        """How well each passage fits each question before it is read, shape (questions, passages)."""
        fits = vectors @ self.sentences.T
        best = torch.full((len(asked), len(self.whole)), -2.0)
        best = best.scatter_reduce(1, self.owners.expand(len(asked), -1), fits, "amax")
        return 0.5 * (vectors @ self.whole.T) + 0.5 * best + torch.from_numpy(np.stack([each.known for each in asked]))


def load_pack(folder: Path, encoder: OnnxEncoder) -> Pack:
    """A pack with all its questions that are no disclosure; an answer that stands in no passage is left out."""
    found = [(page, piece) for page in pages_of(folder) for piece in page.pieces]
    pieces = Pieces(found, (), [encoder.encode(units(piece)) for _, piece in found])
    wanted = [question for question in questions_of(folder) if question.expect in _WANTED]
    made = [_asked(question, pieces, pieces.index_for(question), encoder) for question in wanted]
    asked = tuple(each for each in made if len(each.right) or each.question.expect is not Expect.ANSWER)
    parts = [rows[1:] if len(rows) > 1 else rows[:1] for rows in pieces.vectors]
    owners = np.repeat(np.arange(len(parts)), [len(rows) for rows in parts])
    whole = np.stack([rows[0] for rows in pieces.vectors])
    told = [encoder.states(whole_unit(piece)).states for _, piece in found]
    states = tuple(each.reshape(len(each), -1) for each in told)
    return Pack(torch.from_numpy(whole), torch.from_numpy(np.concatenate(parts)), torch.from_numpy(owners), asked, states)


def _asked(question: Question, pieces: Pieces, index: ScopeIndex, encoder: OnnxEncoder) -> Asked:
    ids = index.ids.tolist()
    marks = {i: candidate_of(question, *pieces.pieces[i]) for i in ids}
    known = np.full(len(pieces.pieces), _NEVER, dtype=np.float32)
    for i in ids:
        known[i] = first_score(0.0, 0.0, 0.0, bool(pieces.pieces[i][0].setting))
    for hit in index.search(encoder.encode([question.text])[0], content_words(question.text), _COUNTED):
        known[hit.passage_id] = first_score(0.0, 0.0, hit.lexical, bool(pieces.pieces[hit.passage_id][0].setting))
    right = np.array([i for i, made in marks.items() if made and made.answers], dtype=np.int64)
    return Asked(question, right, np.array([i for i, made in marks.items() if made is None], dtype=np.int64), known)


class Tuner(nn.Module):
    """The shipped encoder, to be tuned, with how well a passage must fit to count as an answer, and the late interaction."""

    def __init__(self, encoder: Path, training: Training) -> None:
        super().__init__()
        self.encoder = as_torch(encoder)
        self.encoder.max_seq_length = training.longest
        bert = bert_of(self.encoder)
        for part in (bert.embeddings, *bert.encoder.layer[: training.frozen_layers]):
            part.requires_grad_(False)
        self.null = nn.Parameter(torch.tensor(training.null))
        self.late = LateGraph()

    def read(self, texts: Sequence[str]) -> tuple[Tensor, Tensor, Tensor]:
        """With gradients: length-1 vectors (texts, dimensions), states (texts, word pieces, dimensions), and which are real."""
        out = self.encoder(self.encoder.preprocess(list(texts)))
        vectors = nn.functional.normalize(out["sentence_embedding"], dim=1)
        return vectors, out["token_embeddings"], out["attention_mask"].bool()


def bert_of(encoder: SentenceTransformer) -> Any:
    """The layers within."""
    return encoder[0].model


def as_torch(folder: Path) -> SentenceTransformer:
    """The encoder in `folder` as it was before its export, as far as its 8-bit weights tell."""
    encoder = SentenceTransformer(str(find_model(DEFAULT_MODEL)), device="cpu", local_files_only=True)
    graph = onnx.load(str(folder / MODEL_FILE)).graph
    stored = {each.name: numpy_helper.to_array(each) for each in graph.initializer}

    def weights(name: str) -> NDArray[np.float32] | None:
        if name in stored:
            return stored[name].astype(np.float32)
        if f"{name}_quantized" not in stored:
            return None
        number, zero = stored[f"{name}_quantized"].astype(np.float32), stored[f"{name}_zero_point"].astype(np.float32)
        return np.asarray((number - zero) * stored[f"{name}_scale"], dtype=np.float32)

    products = {node.name: node.input[1].removesuffix("_quantized") for node in graph.node if node.op_type == "MatMulInteger"}
    bert = bert_of(encoder)
    state = bert.state_dict()
    for name in state:
        product = products.get(f"/bert/{name.removesuffix('.weight').replace('.', '/')}/MatMul_quant".replace("layer/", "layer."))
        found = weights(product) if product else weights(f"bert.{name}")
        if found is not None:
            state[name] = torch.from_numpy(found.T.copy() if product else found)
    bert.load_state_dict(state)
    return encoder


def loss_of(tuner: Tuner, pack: Pack, asked: Sequence[Asked], training: Training) -> Tensor:
    """Softmax over the null and all passages; that any of the right ones is chosen is wanted. The same of late interaction."""
    vectors, states, real = tuner.read([each.question.text for each in asked])
    scores = pack.scores(vectors, asked)
    partly = torch.zeros_like(scores, dtype=torch.bool)
    for row, each in enumerate(asked):
        partly[row, each.partly] = True
    scores = scores.masked_fill(partly, _NEVER)
    shown = compared(scores.detach().numpy(), asked, training)
    logs = torch.log_softmax(training.sharpness * torch.cat([tuner.null.expand(len(asked), 1), scores], dim=1), dim=1)
    losses = [
        -torch.logsumexp(logs[row, each.right + 1], 0) if len(each.right) else -training.empty * logs[row, 0]
        for row, each in enumerate(asked)
    ]
    return torch.stack(losses).mean() + _late_loss(tuner.late, pack, shown, asked, states, real, training)


def compared(scores: NDArray[np.float32], asked: Sequence[Asked], training: Training) -> list[list[int]]:
    """For each question some right passages first, then the wrong ones that score best."""
    shown = []
    for row, each in zip(scores, asked, strict=True):
        right = each.right[: training.right_compared].tolist()
        known = set(each.right.tolist())
        wrong = [number for number in np.argsort(-row).tolist() if number not in known and row[number] > _NEVER / 2]
        shown.append([*right, *wrong[: training.compared - len(right)]])
    return shown


def _late_loss(
    late: LateGraph, pack: Pack, shown: Sequence[Sequence[int]], asked: Sequence[Asked], states: Tensor, real: Tensor,
    training: Training,
) -> Tensor:  # fmt: skip
    told = [torch.from_numpy(pack.states[number].astype(np.float32)) for numbers in shown for number in numbers]
    lengths = torch.tensor([len(each) for each in told])
    passages = nn.utils.rnn.pad_sequence(told, batch_first=True)
    owners = torch.repeat_interleave(torch.arange(len(shown)), torch.tensor([len(numbers) for numbers in shown]))
    scores = late(states, passages, torch.arange(passages.shape[1]) < lengths[:, None], real, owners)
    losses = []
    for row, each in enumerate(asked):
        logs = torch.log_softmax(torch.cat([torch.zeros(1), scores[owners == row]]), 0)
        right = min(len(each.right), training.right_compared)
        losses.append(-torch.logsumexp(logs[1 : 1 + right], 0) if right else -training.late_empty * logs[0])
    return torch.stack(losses).mean()


def batches(packs: Sequence[Pack], training: Training, order: random.Random) -> Iterator[tuple[Pack, Sequence[Asked]]]:
    """Questions of one pack and of like length, again and again, each epoch in a new order."""
    while True:
        pool: list[tuple[Pack, Sequence[Asked]]] = []
        for pack in packs:
            asked = sorted(pack.asked, key=lambda each: len(each.question.text) + 25 * order.random())
            pool += [(pack, asked[start : start + training.batch]) for start in range(0, len(asked), training.batch)]
        order.shuffle(pool)
        yield from pool


def train(packs: Sequence[Pack], encoder: Path, training: Training) -> Tuner:
    """A question encoder tuned on `packs`, starting from the exported encoder in the folder `encoder`."""
    torch.manual_seed(training.seed)
    tuner = Tuner(encoder, training).train()
    learning = [each for each in tuner.encoder.parameters() if each.requires_grad]
    optimiser = torch.optim.AdamW(
        [
            {"params": learning, "lr": training.learning_rate},
            {"params": tuner.late.parameters(), "lr": training.late_learning_rate},
            {"params": [tuner.null], "lr": 3e-3, "weight_decay": 0.0},
        ],
        weight_decay=0.01,
    )
    steps = math.ceil(training.epochs * sum(len(pack.asked) for pack in packs) / training.batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda n: min(1.0, (n + 1) / (training.warm_up * steps)) * max(0.0, 1 - n / steps)
    )
    began = time.monotonic()
    for step, (pack, asked) in zip(range(1, steps + 1), batches(packs, training, random.Random(training.seed)), strict=False):
        loss = loss_of(tuner, pack, asked, training)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(tuner.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        if step % 50 == 0:
            spent = time.monotonic() - began
            print(f"step {step}/{steps} loss {loss.item():.3f} null {tuner.null.item():.3f} {spent:.0f} s", flush=True)
    return tuner.eval()


def ship(tuner: Tuner, folder: Path, beside: str) -> None:
    """Export with 8-bit weights to `folder`, and say beside which encoder it was tuned."""
    with TemporaryDirectory() as scratch:
        model = Path(scratch) / "questions"
        tuner.encoder.save(str(model))
        export_encoder(folder, str(model), again=True)
    export_late(tuner.late, folder)
    facts = {**read_facts(folder), "beside": beside}
    (folder / FACTS_FILE).write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Train on the packs named on the command line, and export."""
    parser = argparse.ArgumentParser(description="Tune the question encoder.")
    parser.add_argument("packs", nargs="+", type=Path, help="area packs with questions.jsonl")
    parser.add_argument("--out", type=Path, default=FOLDER)
    parser.add_argument("--epochs", type=float, default=Training.epochs)
    given = parser.parse_args()
    encoder = OnnxEncoder(DATA / "encoder")
    packs = [load_pack(folder, encoder) for folder in given.packs]
    print(f"{sum(len(pack.asked) for pack in packs)} questions of {len(packs)} packs", flush=True)
    ship(train(packs, DATA / "encoder", Training(epochs=given.epochs)), given.out, encoder.digest)


if __name__ == "__main__":
    main()
