"""Makes a served model of a published one and of our changes of it, with 8-bit weights, without torch (ADR 0012, ADR 0015).

`graph.onnx` holds the computation and every small number; `changes.safetensors` holds, for each of the large matrices, a low-rank
change and the size of one step of its 8-bit numbers; `merged.json` says which published matrix goes where. What is written is
`graph.onnx` again and beside it `weights.bin`, the large matrices one after the other.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from knowledge.encoder import TOKENS_FILE, read_made
from knowledge.errors import EncoderError
from knowledge.published import WEIGHTS_FILE, published_model

GRAPH_FILE, CHANGES_FILE, MADE_FILE, FACTS_FILE = "graph.onnx", "changes.safetensors", "weights.bin", "merged.json"


def make_merged(source: Path, target: Path, published: Path | None = None, *, again: bool = False) -> bool:
    """Write the model whose changes lie in `source` to `target`; False if it is there already.

    Raises EncoderError if a file is missing or damaged, or if the published model is not the one that was changed.
    """
    facts = merged_facts(source)
    if not again and _is_there(target, facts):
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        fresh = Path(scratch) / "merged"
        fresh.mkdir()
        with published_model(published, facts["weights"], facts["tokens"], Path(scratch)) as model:
            try:
                _write_weights(model / WEIGHTS_FILE, source / CHANGES_FILE, facts, fresh / MADE_FILE)
            except (SafetensorError, FileNotFoundError) as error:
                raise EncoderError(
                    f"{source / CHANGES_FILE} can't be read ({error}): get it again from the repository"
                ) from error
            shutil.copy(model / TOKENS_FILE, fresh / TOKENS_FILE)
        for name in (GRAPH_FILE, FACTS_FILE):
            shutil.copy(source / name, fresh / name)
        if target.exists():
            shutil.rmtree(target)
        fresh.rename(target)
    return True


def merged_facts(folder: Path) -> Mapping[str, Any]:
    """What `merged.json` says. Raises EncoderError if it is missing or damaged."""
    return read_made(folder / FACTS_FILE, "model", {"digest", "weights", "tokens", "matrices"})


def eight_bit(
    matrix: NDArray[np.float32], step: NDArray[np.float32], zero: int, lowest: int
) -> NDArray[np.int8] | NDArray[np.uint8]:
    """`matrix` in steps of `step` (one for all, or one a column), as ONNX Runtime's `quantize_dynamic` rounds.

    `zero` is the number that stands for 0; `lowest` is -128 for signed numbers, 0 for others.
    """
    rounded: NDArray[np.float32] = np.clip(np.rint(matrix / step) + zero, lowest, lowest + 255)
    return rounded.astype(np.int8) if lowest else rounded.astype(np.uint8)


def _write_weights(published: Path, changes: Path, facts: Mapping[str, Any], target: Path) -> None:
    with safe_open(published, "numpy") as model, safe_open(changes, "numpy") as changed, target.open("wb") as out:
        known = set(changed.keys())
        for row in facts["matrices"]:
            name = row["published"]
            matrix = np.asarray(model.get_tensor(name), dtype=np.float32)
            if f"{name}.wide" in known:
                wide, narrow = (np.asarray(changed.get_tensor(f"{name}.{part}"), dtype=np.float32) for part in ("wide", "narrow"))
                matrix = matrix + wide @ narrow
            matrix = matrix.T if row["turned"] else matrix
            out.write(
                np.ascontiguousarray(eight_bit(matrix, changed.get_tensor(f"{name}.step"), row["zero"], row["lowest"])).tobytes()
            )


def _is_there(target: Path, facts: Mapping[str, Any]) -> bool:
    try:
        size = sum(row["size"] for row in facts["matrices"])
        return merged_facts(target) == facts and (target / MADE_FILE).stat().st_size == size
    except (EncoderError, OSError):
        return False
