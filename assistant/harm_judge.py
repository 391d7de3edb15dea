"""Reads a message word by word in every layer, and says how likely somebody in it is at risk of harm.

all-mpnet-base-v2 with changes that `evaluation/train_harm_judge.py` trained on labelled messages, made and served as the
cross-encoder is (docs/adr/0015-harm-judge.md). `assistant/safety_model.py` weighs it with the others. No torch at run time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant.cross_encoder import pairs_feed, pieces_of, plain_tokenizer
from assistant.safety_text import clip
from knowledge.encoder import TOKENS_FILE, open_session
from knowledge.merged import GRAPH_FILE, merged_facts

_WHOLE = 192  # word pieces of a message that is read as a whole: it was trained with no more
_AT_ONCE = 128  # word pieces that are read at once of a longer one
_STEP = 96  # how far on the next begin in a sentence that has more than that
_ENDS = re.compile(r"(?<=[.!?\n])\s+")
Pieces = tuple[int, ...]


class HarmJudge:
    """The trained judge on the CPU. Safe to use from many threads; keeps nothing of what it reads."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        """Raise EncoderError if it was not built."""
        self.digest = str(merged_facts(folder)["digest"])
        self._session = open_session(folder / GRAPH_FILE, threads, keeps_memory=True)
        self._tokenizer = plain_tokenizer(folder / TOKENS_FILE)

    def score(self, text: str) -> float:
        """A logit: above 0 is likelier a disclosure of harm. Of a very long message, that of its most suspect sentences."""
        text = clip(text)
        whole = self._pieces(text)
        if len(whole) <= _WHOLE:
            return self._read(whole)
        told = [self._pieces(sentence) for sentence in _ENDS.split(text)]
        return max(self._read(pieces) for pieces in together(told))

    def _pieces(self, text: str) -> Pieces:
        return pieces_of(self._tokenizer, text, most=None)

    def _read(self, pieces: Pieces) -> float:
        return float(self._session.run(["logits"], pairs_feed([(pieces, ())]))[0][0])


def together(told: Sequence[Pieces]) -> Iterator[Pieces]:
    """The word pieces of sentences, in runs that are read at once; each run begins with the last sentence of the one before."""
    run: list[Pieces] = []
    for sentence in _short(told):
        if run and sum(map(len, run)) + len(sentence) > _AT_ONCE:
            yield sum(run, ())
            run = run[-1:] if len(run[-1]) + len(sentence) <= _AT_ONCE else []
        run.append(sentence)
    yield sum(run, ())


def _short(told: Sequence[Pieces]) -> Iterator[Pieces]:
    """Each sentence; of one that is too long to be read at once, overlapping parts."""
    for pieces in told:
        for at in range(0, max(1, len(pieces) - _AT_ONCE + _STEP), _STEP):
            yield pieces[at : at + _AT_ONCE]
