"""Holds the words of a question against the words of a passage: late interaction.

As in Khattab and Zaharia, "ColBERT: Efficient and Effective Passage Search via Contextualized Late Interaction over BERT",
SIGIR 2020: the encoders have read both apart; each word of the question looks for what is most like it in the passage, and a
small network weighs what it found. The passage's side is what the shipped encoder's layers make of it, kept on disk
(`knowledge/kept_states.py`); the question's is the question encoder's (ADR 0009). No torch at run time;
`evaluation/train_question_encoder.py` trains it together with the question encoder.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.errors import PolicyError
from assistant.reader import PassageStates, hit_unit
from knowledge.encoder import StatesEncoder, TokenStates, open_session
from knowledge.types import SearchHit

LATE_FILE = "late.onnx"
INPUTS = ("question", "passages", "real")


class LateInteraction:
    """The trained comparison on the CPU. Safe to use from many threads."""

    def __init__(self, folder: Path, questions: StatesEncoder, passages: PassageStates, threads: int = 1) -> None:
        """`questions` is the question encoder; `passages` may keep what it was asked before. PolicyError if it is missing."""
        if not (folder / LATE_FILE).exists():
            raise PolicyError(f"no {LATE_FILE} in {folder}: run 'make train-questions'")
        self._session = open_session(folder / LATE_FILE, threads)
        self._questions = questions
        self._passages = passages

    def score(self, question: str, hits: Sequence[SearchHit]) -> list[float]:
        """How well each of `hits` answers, on the scale of a logit; above 0 is likelier than "nothing answers this"."""
        if not hits:
            return []
        told = [self._passages.states(hit_unit(hit)) for hit in hits]
        scores = self._session.run(["scores"], feed_of(self._questions.states(question), told))[0]
        return [float(score) for score in scores]


def feed_of(asked: TokenStates, told: Sequence[TokenStates]) -> dict[str, NDArray[Any]]:
    """What the graph takes: states, of shape (1, tokens, width) and (passages, tokens, 2 width), and which of these are real."""
    longest, width = max(len(each.ids) for each in told), asked.states.shape[-1]
    passages = np.zeros((len(told), longest, 2 * width), dtype=np.float32)
    real = np.zeros((len(told), longest), dtype=np.bool_)
    for row, each in enumerate(told):
        passages[row, : len(each.ids)] = each.states.reshape(len(each.ids), -1)
        real[row, : len(each.ids)] = True
    question = asked.states[None, :, 1].astype(np.float32)
    return dict(zip(INPUTS, (question, passages, real), strict=True))
