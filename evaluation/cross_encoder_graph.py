"""The cross-encoder as a torch module: all-mpnet-base-v2 over question and passage together, with low-rank changes.

Only the changes are trained and kept ("LoRA: Low-Rank Adaptation of Large Language Models", Hu and others, ICLR 2022): they are
a few megabytes beside the 438 of the model, which comes from PyPI. Needs the `build` extra.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from onnx import TensorProto, numpy_helper
from safetensors import safe_open
from safetensors.numpy import save_file
from torch import Tensor, nn

from assistant.cross_encoder import INPUTS
from knowledge.encoder import TOKENS_FILE
from knowledge.export import export_module, quantize
from knowledge.merged import CHANGES_FILE, FACTS_FILE, GRAPH_FILE, MADE_FILE
from knowledge.published import WEIGHTS_FILE, sum_of

CHANGED_FROM = 4  # the first of the twelve layers that is changed
RANK = 16
APART = 16  # inputs that are computed apart in each layer's last matrix: see `Divided`
_STRENGTH = 2.0  # what a low-rank change is multiplied by
_SHARPNESS, _MIDDLE = 20.0, 0.5  # before any training: a cosine of 0.5 is a score of 0, one of 0.6 a score of 2
_HEADS = ("alike.weight", "alike.bias", "first.weight", "first.bias")
_PARTS = ("attention.attn.q", "attention.attn.k", "attention.attn.v", "attention.attn.o", "intermediate.dense", "output.dense")


class Changed(nn.Module):
    """A linear layer that stands still, and a low-rank change of it that is trained."""

    def __init__(self, still: nn.Linear) -> None:
        super().__init__()
        self.still = still.requires_grad_(False)
        self.narrow = nn.Parameter(torch.randn(RANK, still.in_features) / still.in_features**0.5)
        self.wide = nn.Parameter(torch.zeros(still.out_features, RANK))

    def forward(self, x: Tensor) -> Tensor:
        """What the layer makes of `x`, changed."""
        change = F.linear(F.linear(x, self.narrow.to(x.dtype)), _STRENGTH * self.wide.to(x.dtype))
        told: Tensor = self.still(x) + change
        return told

    def merged(self) -> nn.Linear:
        """One plain layer that does the same."""
        with torch.no_grad():
            self.still.weight += _STRENGTH * (self.wide @ self.narrow).to(self.still.weight.dtype)
        return self.still


class Divided(nn.Module):
    """A linear layer that computes the few inputs with far the largest numbers apart.

    With them in, the steps of 8-bit numbers would be too wide for all others ("LLM.int8()", Dettmers and others, NeurIPS 2022).
    """

    def __init__(self, whole: nn.Linear, apart: Tensor) -> None:
        super().__init__()
        self.whole, self.apart = whole, apart
        self.kept = torch.ones(whole.in_features)
        self.kept[apart] = 0.0
        self.few = whole.weight.detach()[:, apart].T.contiguous()

    def forward(self, x: Tensor) -> Tensor:
        """What the layer makes of `x`."""
        told: Tensor = self.whole(x * self.kept) + x[..., self.apart] @ self.few
        return told


class CrossEncoderGraph(nn.Module):
    """Word pieces of questions with passages in, a logit each out: above 0 is likelier than "nothing answers this"."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        mpnet: Any = model.eval().requires_grad_(False)
        self.embeddings, self.layers, self.encoder = mpnet.embeddings, mpnet.encoder.layer, mpnet.encoder
        width = mpnet.config.hidden_size
        self.alike, self.first = nn.Linear(width, 1), nn.Linear(width, 1)
        nn.init.constant_(self.alike.weight, _SHARPNESS / width)
        nn.init.constant_(self.alike.bias, -_SHARPNESS * _MIDDLE)
        for each in self.first.parameters():
            nn.init.zeros_(each)
        for parent, name in self._changed():
            setattr(parent, name, Changed(getattr(parent, name)))

    def _changed(self) -> Iterator[tuple[nn.Module, str]]:
        """Where each changed layer is, and its name there."""
        for layer in self.layers[CHANGED_FROM:]:
            for name in _PARTS:
                holder, _, last = name.rpartition(".")
                yield layer.get_submodule(holder), last

    def trained(self) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
        """What is trained: the two last layers, and the changes."""
        heads = [*self.alike.parameters(), *self.first.parameters()]
        return heads, [
            each for parent, name in self._changed() for each in (getattr(parent, name).narrow, getattr(parent, name).wide)
        ]

    def still_in_16_bits(self) -> None:
        """Keep what stands still in numbers of 16 bits: three times as fast where the processor multiplies them."""
        for each in self.encoder.modules():
            if isinstance(each, nn.Linear | nn.LayerNorm | nn.Embedding):
                each.bfloat16()
        self.embeddings.bfloat16()

    def forward(self, ids: Tensor, real: Tensor, told: Tensor) -> Tensor:
        """Shapes (batch, length): word pieces; 1 where the pair has one; 1 where its passage has one (see `pairs_feed`)."""
        with torch.no_grad():
            x = self.embeddings(ids)
            mask = self.encoder.compute_position_bias(x)[:1] + torch.where(real[:, None, None, :] > 0, 0.0, -1e4).to(x.dtype)
            for layer in self.layers[:CHANGED_FROM]:
                x = _through(layer, x, mask)
        for layer in self.layers[CHANGED_FROM:]:
            x = _through(layer, x, mask)
        x = x.float()
        asked_mean, told_mean = (F.normalize(_mean(x, each), dim=1) for each in (real - told, told))
        width = x.shape[-1]
        logits: Tensor = self.alike(asked_mean * told_mean * width)[:, 0] + self.first(x[:, 0])[:, 0]
        return logits

    def merge(self) -> None:
        """Make the changes part of the layers."""
        for parent, name in self._changed():
            setattr(parent, name, getattr(parent, name).merged())

    def divide(self, sample: Sequence[Tensor]) -> None:
        """Compute apart, in each layer, the inputs of its last matrix that are largest when `sample` is read."""
        largest: list[Tensor] = []
        parts = [layer.output.dense for layer in self.layers]
        hooks = [part.register_forward_pre_hook(lambda _, given: largest.append(given[0].abs().amax((0, 1)))) for part in parts]
        with torch.no_grad():
            self(*sample)
        for hook in hooks:
            hook.remove()
        for layer, size in zip(self.layers, largest, strict=True):
            layer.output.dense = Divided(layer.output.dense, size.topk(APART).indices.sort().values)


def _through(layer: Any, x: Tensor, mask: Tensor) -> Tensor:
    attention, (batch, length, width) = layer.attention.attn, x.shape
    heads = attention.num_attention_heads
    split = [
        part(x).view(batch, length, heads, width // heads).transpose(1, 2) for part in (attention.q, attention.k, attention.v)
    ]
    asked, known, kept = split
    shares = torch.softmax(asked @ known.transpose(2, 3) * (width // heads) ** -0.5 + mask, 3)
    seen = (shares @ kept).transpose(1, 2).reshape(batch, length, width)
    x = layer.attention.LayerNorm(attention.o(seen) + x)
    told: Tensor = layer.output.LayerNorm(layer.output.dense(F.gelu(layer.intermediate.dense(x))) + x)
    return told


def _mean(x: Tensor, which: Tensor) -> Tensor:
    weights = which[..., None].to(x.dtype)
    return (x * weights).sum(1) / weights.sum(1).clamp(min=1.0)


def take_changes(graph: CrossEncoderGraph, folder: Path) -> None:
    """Go on from the changes that `write_changes` wrote to `folder`."""
    with safe_open(folder / CHANGES_FILE, "pt") as kept, torch.no_grad():
        for name in _HEADS:
            graph.get_parameter(name).copy_(kept.get_tensor(name))
        for number, layer in list(enumerate(graph.layers))[CHANGED_FROM:]:
            for name in _PARTS:
                part, where = layer.get_submodule(name), f"encoder.layer.{number}.{name}.weight"
                part.wide.copy_(kept.get_tensor(f"{where}.wide").float() / _STRENGTH)
                part.narrow.copy_(kept.get_tensor(f"{where}.narrow").float())


def plain_model(folder: Path) -> nn.Module:
    """The layers of the sentence-transformers model in `folder`, as its authors published it."""
    from transformers import AutoModel

    made: nn.Module = AutoModel.from_pretrained(str(folder), local_files_only=True)
    return made


def write_changes(graph: CrossEncoderGraph, published: Path, folder: Path, digest: str, sample: Sequence[Tensor]) -> None:
    """Write what `knowledge.merged` makes the served model of: the graph without its large matrices, and the changes.

    `published` is the folder of the changed model; `sample` are some pairs as `graph` takes them. `graph` is merged by this,
    and is of no use after it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kept = _changes(graph)
    graph.float().merge()
    matrices = {_sum(value): (name, turned) for name, each in _published_names(graph) for value, turned in _both_ways(each)}
    graph.divide(sample)
    with tempfile.TemporaryDirectory() as scratch:
        plain, small = Path(scratch) / "plain.onnx", Path(scratch) / "small.onnx"
        export_module(graph.eval(), plain, INPUTS, {"logits": ("batch",)})
        whole = onnx.load(str(plain)).graph
        names = {each.name: matrices.get(_sum(numpy_helper.to_array(each))) for each in whole.initializer}
        apart = {each.name for each in whole.initializer if list(each.dims)[:1] == [APART]}
        quantize(plain, small, [node.name for node in whole.node if node.op_type == "MatMul" and apart & set(node.input)])
        model = onnx.load(str(small))
    rows, offset = [], 0
    stored = {each.name: each for each in model.graph.initializer}
    for name, found in names.items():
        if found is None or f"{name}_quantized" not in stored:
            continue
        matrix, step, zero = (stored[f"{name}_{part}"] for part in ("quantized", "scale", "zero_point"))
        zeros = set(numpy_helper.to_array(zero).ravel().tolist())
        if matrix.data_type not in (TensorProto.INT8, TensorProto.UINT8) or len(zeros) != 1:
            raise ValueError(f"{name} was not made 8-bit numbers with one number that stands for 0, but {zeros}")
        kept[f"{found[0]}.step"] = numpy_helper.to_array(step).astype(np.float32)
        size = len(matrix.raw_data)
        _outside(matrix, offset, size)
        lowest = -128 if matrix.data_type == TensorProto.INT8 else 0
        rows.append({"published": found[0], "turned": found[1], "zero": zeros.pop(), "lowest": lowest, "size": size})
        offset += size
    save_file({name: np.ascontiguousarray(value) for name, value in kept.items()}, folder / CHANGES_FILE)
    onnx.save(model, str(folder / GRAPH_FILE))
    sums = {key: sum_of(published / name) for key, name in (("weights", WEIGHTS_FILE), ("tokens", TOKENS_FILE))}
    facts = {"digest": digest, **sums, "matrices": rows}
    (folder / FACTS_FILE).write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def _changes(graph: CrossEncoderGraph) -> dict[str, NDArray[Any]]:
    kept: dict[str, NDArray[Any]] = {name: graph.get_parameter(name).detach().float().numpy() for name in _HEADS}
    for number, layer in enumerate(graph.layers):
        for name in _PARTS if number >= CHANGED_FROM else ():
            part = layer.get_submodule(name)
            where = f"encoder.layer.{number}.{name}.weight"
            # numbers of 16 bits, and what is merged are these, so that what is served is what was measured
            wide, narrow = (_STRENGTH * part.wide).detach().half(), part.narrow.detach().half()
            kept[f"{where}.wide"], kept[f"{where}.narrow"] = wide.numpy(), narrow.numpy()
            part.wide.data, part.narrow.data = wide.float() / _STRENGTH, narrow.float()
    return kept


def _published_names(graph: CrossEncoderGraph) -> list[tuple[str, NDArray[np.float32]]]:
    tables = ("word_embeddings", "position_embeddings")
    found = [(f"embeddings.{name}.weight", getattr(graph.embeddings, name).weight) for name in tables]
    found += [
        (f"encoder.layer.{number}.{name}.weight", layer.get_submodule(name).weight)
        for number, layer in enumerate(graph.layers)
        for name in _PARTS
    ]
    return [(name, each.detach().numpy()) for name, each in found]


def _both_ways(matrix: NDArray[np.float32]) -> list[tuple[NDArray[np.float32], bool]]:
    return [(matrix, False), (matrix.T, True)]


def _sum(matrix: NDArray[Any]) -> str:
    return hashlib.sha256(np.ascontiguousarray(matrix).tobytes() + str(matrix.shape).encode()).hexdigest()


def _outside(matrix: TensorProto, offset: int, size: int) -> None:
    """Say that the numbers of `matrix` stand in a file of their own."""
    matrix.ClearField("raw_data")
    matrix.data_location = TensorProto.EXTERNAL
    for key, value in (("location", MADE_FILE), ("offset", offset), ("length", size)):
        entry = matrix.external_data.add()
        entry.key, entry.value = key, str(value)
