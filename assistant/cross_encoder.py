"""Reads question and passage together, word by word in every layer, and says how likely the one answers the other.

A cross-encoder (Nogueira and Cho, "Passage Re-ranking with BERT", 2019): all-mpnet-base-v2 with changes that
`evaluation/train_cross_encoder.py` trained on our questions. It is eight times as large as the encoder, so the least likely
passages are read with it only if none of the others surely answers (docs/adr/0012-cross-encoder.md). No torch at run time.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from assistant.reader import hit_unit
from knowledge.encoder import TOKENS_FILE, load_tokenizer, open_session
from knowledge.merged import GRAPH_FILE, merged_facts
from knowledge.types import SearchHit

QUESTION_PIECES, PASSAGE_PIECES = 96, 200  # word pieces that are read of each; the longest passages have 180
INPUTS = ("ids", "real", "told")
_BEGIN, _PAD, _END = 0, 1, 2
_REMEMBERED = 4096  # passages whose word pieces are kept, and pairs whose logits are; in memory only


class CrossEncoder:
    """The trained cross-encoder on the CPU. Safe to use from many threads."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        """Raise EncoderError if it was not built."""
        self.digest = str(merged_facts(folder)["digest"])
        self._session = open_session(folder / GRAPH_FILE, threads, keeps_memory=True)
        self._tokenizer = plain_tokenizer(folder / TOKENS_FILE)
        self._told = lru_cache(maxsize=_REMEMBERED)(lambda text: pieces_of(self._tokenizer, text, PASSAGE_PIECES))
        self.logit = lru_cache(maxsize=_REMEMBERED)(self._read)

    def score(self, question: str, hits: Sequence[SearchHit]) -> list[float]:
        """A logit for each of `hits`; above 0 is likelier than "nothing answers this"."""
        asked = pieces_of(self._tokenizer, question, QUESTION_PIECES)
        return [self.logit(asked, self._told(hit_unit(hit))) for hit in hits]

    def rate(self, question: str, passage: str) -> float:
        """The logit of one passage, given as its text under its headings."""
        return self.logit(pieces_of(self._tokenizer, question, QUESTION_PIECES), self._told(passage))

    def _read(self, asked: tuple[int, ...], told: tuple[int, ...]) -> float:
        """One pair a run: faster than many padded to one length, and the rounding of one does not depend on the others."""
        return float(self._session.run(["logits"], pairs_feed([(asked, told)]))[0][0])


def plain_tokenizer(path: Path) -> Tokenizer:
    """The tokenizer of the published model, which leaves out nothing and adds nothing."""
    tokenizer = load_tokenizer(path, QUESTION_PIECES + PASSAGE_PIECES)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def pieces_of(tokenizer: Tokenizer, text: str, most: int | None) -> tuple[int, ...]:
    """The first `most` word pieces of `text`; all of them if that is None."""
    return tuple(tokenizer.encode(text, add_special_tokens=False).ids[:most])


def pairs_feed(pairs: Sequence[tuple[Sequence[int], Sequence[int]]], multiple: int = 1) -> dict[str, NDArray[Any]]:
    """What the graph takes for (question, passage) pairs: arrays of shape (pairs, length), `length` a multiple of `multiple`.

    `ids` are `<s> question </s> </s> passage </s>`; `real` is 1 where that is, `told` where the passage is.
    """
    longest = max(len(asked) + len(told) for asked, told in pairs) + 4
    shape = (len(pairs), -(-longest // multiple) * multiple)
    ids, real, told_at = np.full(shape, _PAD, dtype=np.int64), np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    for row, (asked, told) in enumerate(pairs):
        both = (_BEGIN, *asked, _END, _END, *told, _END)
        ids[row, : len(both)], real[row, : len(both)] = both, 1
        told_at[row, len(asked) + 3 : len(both) - 1] = 1
    return dict(zip(INPUTS, (ids, real, told_at), strict=True))
