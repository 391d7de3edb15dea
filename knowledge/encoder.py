"""Turns text into vectors with ONNX Runtime, so that serving never imports torch (ADR 0002).

The exported model takes token ids and an attention mask and gives mean-pooled vectors of length 1.
"""

from __future__ import annotations

import json
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from tokenizers import Tokenizer

from knowledge.errors import EncoderError
from knowledge.types import Vectors

MODEL_FILE = "model.onnx"
TOKENS_FILE = "tokenizer.json"
FACTS_FILE = "encoder.json"
STATES = ("lower", "upper")  # outputs that a reader goes on from: a row for each word piece
_BATCH = 32
_EXACT = "session.x64quantprecision"
"""ONNX Runtime's setting for processors without VNNI, on which sums of 8-bit products overflow: without it the cross-encoder took
nearly every passage for an answer there (onnxruntime_session_options_config_keys.h). With VNNI it is needless, and slow: three
times as long."""
_CPU_FACTS = Path("/proc/cpuinfo")


class Encoder(Protocol):
    """What turns texts into vectors of length 1, one row a text, in order."""

    @property
    def digest(self) -> str:
        """Names the model: vectors and policies made with another digest don't fit it."""

    @property
    def dimensions(self) -> int:
        """How many numbers a vector has."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimensions), float32."""


@dataclass(frozen=True)
class TokenStates:
    """A text as the encoder's layers see it, a row for each of its word pieces.

    `ids` has shape (tokens,), `offsets` (tokens, 2) in characters of the text, `states` (tokens, 2, dimensions)
    float16: after two thirds of the layers, and after the last.
    """

    ids: NDArray[np.int32]
    offsets: NDArray[np.int32]
    states: NDArray[np.float16]


class StatesEncoder(Encoder, Protocol):
    """An encoder that also shows what its layers make of each word piece."""

    def states(self, text: str) -> TokenStates:
        """What the layers make of `text`."""


class OnnxEncoder:
    """An encoder folder made by `export_encoder`, run on the CPU."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        """Raise EncoderError if a file is missing or is not what the export wrote."""
        facts = read_facts(folder)
        self._digest = str(facts["digest"])
        self._dimensions = int(str(facts["dimensions"]))
        self._tokenizer = load_tokenizer(folder / TOKENS_FILE, int(str(facts["longest"])))
        self._session = open_session(folder / MODEL_FILE, threads)
        if not {"vector", *STATES} <= {output.name for output in self._session.get_outputs()}:
            raise EncoderError(f"the encoder in {folder} was exported by an older Signpost: run 'signpost build --again'")

    @property
    def digest(self) -> str:
        """Digest of the source model's weights and of the way it was exported."""
        return self._digest

    @property
    def dimensions(self) -> int:
        """How many numbers a vector has."""
        return self._dimensions

    def words(self) -> list[str]:
        """The whole words that the model knows."""
        return [piece for piece in self._tokenizer.get_vocab() if piece.isalpha()]

    def pieces(self) -> list[str]:
        """All word pieces, by number."""
        numbers = self._tokenizer.get_vocab()
        return sorted(numbers, key=lambda piece: numbers[piece])

    def states(self, text: str) -> TokenStates:
        """What the layers make of `text`, for a reader that goes on from there."""
        return self.encode_one(text)[1]

    def encode_one(self, text: str) -> tuple[Vectors, TokenStates]:
        """The vector of `text`, shape (1, dimensions), and what the layers make of its word pieces, in one run."""
        code = self._tokenizer.encode(text)
        feed = {"input_ids": np.array([code.ids]), "attention_mask": np.array([code.attention_mask])}
        vector, *layers = self._session.run(["vector", *STATES], feed)
        both = np.stack([layer[0] for layer in layers], axis=1).astype(np.float16)
        return vector, TokenStates(np.array(code.ids, dtype=np.int32), np.array(code.offsets, dtype=np.int32), both)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode in batches of texts of like length, so that little padding is computed."""
        rows = np.zeros((len(texts), self._dimensions), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for start in range(0, len(order), _BATCH):
            chosen = order[start : start + _BATCH]
            codes = self._tokenizer.encode_batch([texts[i] for i in chosen])
            feed = {
                "input_ids": np.array([code.ids for code in codes], dtype=np.int64),
                "attention_mask": np.array([code.attention_mask for code in codes], dtype=np.int64),
            }
            rows[chosen] = self._session.run(["vector"], feed)[0]
        return rows


class RememberingEncoder:
    """An encoder that keeps what it made of the last single texts: one turn asks for its message's more than once.

    The texts are kept in memory only, and only as keys.
    """

    def __init__(self, encoder: OnnxEncoder, most: int = 64) -> None:
        self._encoder = encoder
        self._one = lru_cache(maxsize=most)(self._fresh)

    @property
    def digest(self) -> str:
        """That of the encoder within."""
        return self._encoder.digest

    @property
    def dimensions(self) -> int:
        """How many numbers a vector has."""
        return self._encoder.dimensions

    def words(self) -> list[str]:
        """The whole words that the model knows."""
        return self._encoder.words()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimensions), float32; those of a single text can't be written to."""
        return self._one(texts[0])[0] if len(texts) == 1 else self._encoder.encode(texts)

    def states(self, text: str) -> TokenStates:
        """What the layers make of `text`."""
        return self._one(text)[1]

    def _fresh(self, text: str) -> tuple[Vectors, TokenStates]:
        rows, states = self._encoder.encode_one(text)
        rows.setflags(write=False)
        return rows, states


def open_question_encoder(folder: Path, passages: Encoder, threads: int = 1) -> OnnxEncoder:
    """The encoder whose vector of a question is near those that `passages` gives to what answers it.

    Raises EncoderError if it was tuned beside another encoder.
    """
    beside = read_facts(folder).get("beside")
    if beside != passages.digest:
        raise EncoderError(
            f"the question encoder in {folder} was tuned beside encoder {beside}, this is {passages.digest}: "
            "run 'make train-questions'"
        )
    return OnnxEncoder(folder, threads)


def read_facts(folder: Path) -> dict[str, object]:
    """What the export wrote about itself."""
    return read_made(folder / FACTS_FILE, "encoder", {"digest", "dimensions", "longest"})


def read_made(path: Path, what: str, needed: Set[str]) -> dict[str, Any]:
    """What `signpost build` wrote about a model. Raises EncoderError if it is missing or damaged, or lacks one of `needed`."""
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise EncoderError(f"no {what} in {path.parent}: run 'signpost build'") from None
    except ValueError as error:
        raise EncoderError(f"{path} is damaged ({error}): run 'signpost build --again'") from error
    if not isinstance(facts, dict) or not needed <= facts.keys():
        raise EncoderError(f"{path} lacks what {'an' if what[0] in 'aeiou' else 'a'} {what} needs: run 'signpost build --again'")
    return facts


def load_tokenizer(path: Path, longest: int) -> Tokenizer:
    """A tokenizer that cuts at `longest` word pieces and pads to the longest of a batch."""
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises bare Exception
        raise EncoderError(f"can't read {path} ({error}): run 'signpost build --again'") from error
    tokenizer.enable_truncation(longest)
    tokenizer.enable_padding()
    return tokenizer


@cache
def _adds_exactly() -> bool:
    """True if the processor says that it has VNNI; only Linux tells. `signpost.self_check` finds out if that is wrong."""
    try:
        flags = _CPU_FACTS.read_text(encoding="utf-8", errors="replace").split()
    except OSError:
        return False
    return not {"avx512_vnni", "avx_vnni"}.isdisjoint(flags)


def open_session(path: Path, threads: int, keeps_memory: bool = False) -> ort.InferenceSession:
    """An ONNX Runtime session on the CPU with `threads` threads.

    One that `keeps_memory` for its next run is faster where the arrays between its layers are large, and takes what the longest
    run needed for as long as it lives.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.enable_cpu_mem_arena = keeps_memory
    if not _adds_exactly():
        options.add_session_config_entry(_EXACT, "1")
    try:
        return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the library raises many kinds
        raise EncoderError(f"can't open {path} ({type(error).__name__}): run 'signpost build --again'") from error
