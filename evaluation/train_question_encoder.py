"""Tunes the question encoder: where it puts a question, the shipped encoder has put the passages that answer it.

    python -m evaluation.train_question_encoder PACK [PACK ...]

Only the question's side of the dual encoder learns, from the shipped encoder on; the vectors of passages stay (as in Lewis
and others, "Retrieval-Augmented Generation for Knowledge-Intensive NLP Tasks", NeurIPS 2020, section 2.4). So a question
competes for its answer with *every* passage that it can find, scored as search does, and with a learned "nothing
answers this": a question that no page answers is pulled to that. Needs the `build` extra (docs/adr/0009-question-encoder.md).
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
from evaluation.pairs import candidate_of, pages_of
from evaluation.questions import Expect, Question, questions_of
from evaluation.reader_pairs import Pieces
from knowledge.encoder import FACTS_FILE, MODEL_FILE, OnnxEncoder, read_facts
from knowledge.export import DEFAULT_MODEL, export_encoder, find_model
from knowledge.index import ScopeIndex
from knowledge.units import units
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
    batch: int = 32
    sharpness: float = 20.0
    null: float = 0.9
    empty: float = 0.5
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
    """The vectors of a pack's passages and of their sentences, whose passages are `owners`, and its questions."""

    whole: Tensor
    sentences: Tensor
    owners: Tensor
    asked: tuple[Asked, ...]

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
    return Pack(torch.from_numpy(whole), torch.from_numpy(np.concatenate(parts)), torch.from_numpy(owners), asked)


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
    """The shipped encoder, to be tuned, with one more number: how well a passage must fit to count as an answer."""

    def __init__(self, encoder: Path, training: Training) -> None:
        super().__init__()
        self.encoder = as_torch(encoder)
        self.encoder.max_seq_length = training.longest
        bert = bert_of(self.encoder)
        for part in (bert.embeddings, *bert.encoder.layer[: training.frozen_layers]):
            part.requires_grad_(False)
        self.null = nn.Parameter(torch.tensor(training.null))

    def vectors(self, texts: Sequence[str]) -> Tensor:
        """Length-1 vectors with gradients, shape (texts, dimensions)."""
        out = self.encoder(self.encoder.preprocess(list(texts)))["sentence_embedding"]
        return nn.functional.normalize(out, dim=1)


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
    """Softmax over the null and all passages; that any of the right ones is chosen is wanted."""
    scores = pack.scores(tuner.vectors([each.question.text for each in asked]), asked)
    partly = torch.zeros_like(scores, dtype=torch.bool)
    for row, each in enumerate(asked):
        partly[row, each.partly] = True
    scores = scores.masked_fill(partly, _NEVER)
    logs = torch.log_softmax(training.sharpness * torch.cat([tuner.null.expand(len(asked), 1), scores], dim=1), dim=1)
    losses = [
        -torch.logsumexp(logs[row, each.right + 1], 0) if len(each.right) else -training.empty * logs[row, 0]
        for row, each in enumerate(asked)
    ]
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
        [{"params": learning, "lr": training.learning_rate}, {"params": [tuner.null], "lr": 3e-3, "weight_decay": 0.0}],
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
