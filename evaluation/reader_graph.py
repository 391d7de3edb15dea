"""The reader as a torch module: soft alignment of question and passage, and two small layers over what is matched.

Needs the `build` extra. `assistant/reader.py` runs what `export_reader` writes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from assistant.reader import FACTS_FILE, READER_FILE

FACTS = 8  # numbers that search gives (assistant.reader.fact_row)
_SCALARS = 7
_HEADS = 4
_OUT = -1e4
_OPSET = 17
INPUTS = ("question_ids", "question_states", "passage_ids", "passage_states", "facts")


class Layer(nn.Module):
    """A transformer layer with the norm before each half."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.norm_in, self.norm_mid = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.joined = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.wide, self.narrow = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """`x` (batch, tokens, width); `mask` is added to the attention, (batch, 1, 1, tokens)."""
        batch, tokens, width = x.shape
        split = self.qkv(self.norm_in(x)).view(batch, tokens, 3, _HEADS, width // _HEADS).permute(2, 0, 3, 1, 4)
        seen = F.scaled_dot_product_attention(split[0], split[1], split[2], attn_mask=mask)
        x = x + self.dropout(self.joined(seen.transpose(1, 2).reshape(batch, tokens, width)))
        added: Tensor = self.dropout(self.narrow(F.gelu(self.wide(self.norm_mid(x)))))
        return x + added


class ReaderGraph(nn.Module):
    """(ids, states, facts) of a batch of pairs in; a logit a pair and one a passage token out.

    `rarity` has a number for each word piece: how rare it is, 0 for one that says nothing.
    """

    def __init__(self, rarity: Tensor, dimensions: int = 384, width: int = 128, layers: int = 2, dropout: float = 0.18) -> None:
        super().__init__()
        self.rarity: Tensor
        self.register_buffer("rarity", rarity)
        self.lower, self.upper = nn.Linear(dimensions, width), nn.Linear(dimensions, width)
        self.sharpness = nn.Parameter(torch.tensor([8.0, 8.0]))
        self.compared, self.scalars = nn.Linear(4 * width, width), nn.Linear(_SCALARS, width)
        self.side, self.norm = nn.Embedding(2, width), nn.LayerNorm(width)
        self.layers = nn.ModuleList(Layer(width, dropout) for _ in range(layers))
        self.last_norm = nn.LayerNorm(width)
        self.token, self.question_weight = nn.Linear(width, 1), nn.Linear(width, 1)
        self.facts_norm, self.facts_direct = nn.BatchNorm1d(FACTS), nn.Linear(FACTS, 1)
        self.hidden, self.out = nn.Linear(4 * width + FACTS, width), nn.Linear(width, 1)
        self.dropout = nn.Dropout(dropout)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, q_ids: Tensor, q: Tensor, p_ids: Tensor, p: Tensor, facts: Tensor) -> tuple[Tensor, Tensor]:
        """`q`, `p` have shape (batch, tokens, 2, dimensions); ids of 0 are padding."""
        q_real, p_real = q_ids != 0, p_ids != 0
        real = torch.cat([q_real, p_real], 1)
        x = self._compared(q_ids, q, p_ids, p)
        mask = torch.where(real[:, None, None, :], 0.0, _OUT)
        for layer in self.layers:
            x = layer(x, mask)
        x = self.last_norm(x)
        asked, told = x[:, : q_ids.shape[1]], x[:, q_ids.shape[1] :]
        tokens = self.token(told)[..., 0]
        pooled = [
            _weighted(told, tokens, p_real), _weighted(asked, self.question_weight(asked)[..., 0], q_real),
            _largest(told, p_real), _largest(asked, q_real),
        ]  # fmt: skip
        facts = self.facts_norm(facts)
        z = F.gelu(self.hidden(self.dropout(torch.cat([*pooled, facts], 1))))
        return self.out(self.dropout(z))[..., 0] + self.facts_direct(facts)[..., 0], tokens

    def _compared(self, q_ids: Tensor, q: Tensor, p_ids: Tensor, p: Tensor) -> Tensor:
        """Each token beside what the other side has that is most like it, (batch, question + passage, width)."""
        q_real, p_real = q_ids != 0, p_ids != 0
        near = torch.einsum("bild,bjld->blij", F.normalize(q, dim=-1), F.normalize(p, dim=-1))
        to_passage, to_question = p_real[:, None, None, :], q_real[:, None, :, None]
        sharp = near * self.sharpness[:, None, None]
        q_looks = torch.softmax(torch.where(to_passage, sharp, torch.full_like(near, _OUT)), 3)
        p_looks = torch.softmax(torch.where(to_question, sharp, torch.full_like(near, _OUT)), 2)
        q_low, q_up, p_low, p_up = (
            self.dropout(each)
            for each in (self.lower(q[:, :, 0]), self.upper(q[:, :, 1]), self.lower(p[:, :, 0]), self.upper(p[:, :, 1]))
        )
        own = torch.tanh(torch.cat([q_low + q_up, p_low + p_up], 1))
        other = torch.tanh(
            torch.cat(
                [
                    q_looks[:, 0] @ p_low + q_looks[:, 1] @ p_up,
                    p_looks[:, 0].transpose(1, 2) @ q_low + p_looks[:, 1].transpose(1, 2) @ q_up,
                ],
                1,
            )
        )
        best = torch.cat(
            [
                torch.where(to_passage, near, torch.full_like(near, -1.0)).amax(3),
                torch.where(to_question, near, torch.full_like(near, -1.0)).amax(2),
            ],
            2,
        )
        joined = self.compared(torch.cat([own, other, own * other, (own - other).abs()], -1))
        told: Tensor = self.norm(joined + self.scalars(self._numbers(q_ids, p_ids, best)) + self._sides(q_ids, p_ids))
        return told

    def _numbers(self, q_ids: Tensor, p_ids: Tensor, best: Tensor) -> Tensor:
        """Per token: nearness, whether the other side has the same word, how rare it is, and their products."""
        rarity = self.rarity[torch.cat([q_ids, p_ids], 1)]
        equal = q_ids[:, :, None] == p_ids[:, None, :]
        same = torch.cat([equal.any(2), equal.any(1)], 1).float() * (rarity > 0)
        lower, upper = best[:, 0], best[:, 1]
        return torch.stack([lower, upper, same, rarity, rarity * upper, rarity * (1 - same) * upper, upper * lower], -1)

    def _sides(self, q_ids: Tensor, p_ids: Tensor) -> Tensor:
        sides: Tensor = self.side(torch.cat([torch.zeros_like(q_ids), torch.ones_like(p_ids)], 1))
        return sides


def _weighted(x: Tensor, logits: Tensor, real: Tensor) -> Tensor:
    weights = torch.softmax(torch.where(real, logits, torch.full_like(logits, _OUT)), 1)
    return (weights[..., None] * x).sum(1)


def _largest(x: Tensor, real: Tensor) -> Tensor:
    return torch.where(real[..., None], x, torch.full_like(x, _OUT)).amax(1)


def rarity_of(vocabulary: int, content: NDArray[np.bool_], texts: Sequence[NDArray[np.int32]]) -> Tensor:
    """Inverse document frequency of each word piece over `texts`, 0 to 1; 0 for those that say nothing."""
    seen = np.ones(vocabulary)
    for ids in texts:
        seen[np.unique(ids)] += 1
    total = len(texts) + 1
    return torch.from_numpy((np.log(total / seen) / np.log(total) * content).astype(np.float32))


def export_reader(reader: ReaderGraph, folder: Path, encoder: str, digest: str, dimensions: int = 384) -> None:
    """Write the graph and what it was trained for."""
    folder.mkdir(parents=True, exist_ok=True)
    ids, states = torch.ones((2, 5), dtype=torch.int64), torch.rand((2, 5, 2, dimensions))
    more_ids, more = torch.ones((2, 9), dtype=torch.int64), torch.rand((2, 9, 2, dimensions))
    axes = {name: {0: "batch", 1: f"{name.split('_')[0]}_tokens"} for name in INPUTS[:4]} | {"facts": {0: "batch"}}
    axes |= {"answers": {0: "batch"}, "tokens": {0: "batch", 1: "passage_tokens"}}
    with torch.no_grad():
        torch.onnx.export(
            reader.eval(), (ids, states, more_ids, more, torch.zeros((2, FACTS))), str(folder / READER_FILE),
            input_names=list(INPUTS), output_names=["answers", "tokens"], dynamic_axes=axes, opset_version=_OPSET, dynamo=False,
        )  # fmt: skip
    (folder / FACTS_FILE).write_text(json.dumps({"encoder": encoder, "digest": digest}, indent=1) + "\n", encoding="utf-8")
