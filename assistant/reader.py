"""Reads a question beside each passage and says whether it is answered, and by which sentences.

The reader is a small cross-encoder trained from MiniLM on labelled pairs (evaluation/train_reader.py)
and run as ONNX with 8-bit weights. Its score is a logit; "none of them" scores 0.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from tokenizers import Tokenizer

from assistant.reading import LONGEST, flat, passage_head, question_text
from assistant.types import Reading
from knowledge.encoder import open_session
from knowledge.sentences import sentences
from knowledge.types import SearchHit


class Reader(Protocol):
    """What judges passages."""

    @property
    def digest(self) -> str:
        """Names the model: a policy fitted with another one does not fit."""

    def read(self, question: str, hits: Sequence[SearchHit]) -> list[Reading]:
        """One reading a hit, in the same order."""


class OnnxReader:
    """A reader folder: `reader.onnx` and `tokenizer.json`."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        self._session = open_session(folder / "reader.onnx", threads)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(LONGEST, strategy="only_second")
        self._tokenizer.enable_padding()
        with (folder / "reader.onnx").open("rb") as handle:
            self._digest = hashlib.file_digest(handle, "sha256").hexdigest()[:16]

    @property
    def digest(self) -> str:
        """First 16 digits of the model file's SHA-256."""
        return self._digest

    def read(self, question: str, hits: Sequence[SearchHit]) -> list[Reading]:
        """One reading a hit, in the same order; all passages go through the model together."""
        if not hits:
            return []
        heads = [passage_head(hit.passage.headings) for hit in hits]
        parts = [[flat(sentence) for sentence in sentences(hit.passage.text)] for hit in hits]
        asked = question_text(question)
        pairs = [(asked, head + " ".join(each)) for head, each in zip(heads, parts, strict=True)]
        codes = self._tokenizer.encode_batch(pairs)
        scores, evidence = self._session.run(
            ["answers", "evidence"],
            {
                "input_ids": np.array([code.ids for code in codes], dtype=np.int64),
                "attention_mask": np.array([code.attention_mask for code in codes], dtype=np.int64),
                "token_type_ids": np.array([code.type_ids for code in codes], dtype=np.int64),
            },
        )
        return [
            Reading(hit, float(score), tuple(each), _by_sentence(code, marks, len(head), each))
            for hit, score, marks, code, head, each in zip(hits, scores, evidence, codes, heads, parts, strict=True)
        ]


def _by_sentence(code: object, marks: np.ndarray, start: int, parts: Sequence[str]) -> tuple[float, ...]:  # type: ignore[type-arg]
    """Each sentence's mean evidence (0 to 1) over its word pieces."""
    ends, place = [], start
    for part in parts:
        ends.append((place, place + len(part)))
        place += len(part) + 1
    sums, counts = [0.0] * len(parts), [0] * len(parts)
    offsets, kinds = code.offsets, code.sequence_ids  # type: ignore[attr-defined]
    at = 0
    for (first, last), kind, mark in zip(offsets, kinds, marks, strict=False):
        if kind != 1 or first < start:
            continue
        while at < len(ends) - 1 and first >= ends[at][1]:
            at += 1
        if parts and last <= ends[at][1]:
            sums[at] += 1 / (1 + float(np.exp(-mark)))
            counts[at] += 1
    return tuple(total / count if count else 0.0 for total, count in zip(sums, counts, strict=True))
