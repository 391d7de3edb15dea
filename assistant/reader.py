"""Reads a question and a passage together and says whether the passage answers it, and with which words.

The encoder has read both apart; here every word of the one is held against every word of the other (soft alignment, as
in Parikh and others, "A Decomposable Attention Model", EMNLP 2016), and two small transformer layers weigh what is
matched and what is missing. It is a thousandth of a language model and runs in milliseconds on the CPU.
`evaluation/train_reader.py` trains it; no torch at run time (docs/adr/0008-reader.md).
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.errors import PolicyError
from knowledge.encoder import StatesEncoder, TokenStates, open_session
from knowledge.sentences import sentences
from knowledge.types import Level, SearchHit
from knowledge.units import flat, head, whole_text

READER_FILE = "reader.onnx"
FACTS_FILE = "reader.json"
_SENTENCE, _LEXICAL, _LEXICAL_HALF, _OWN = 0.5, 0.35, 8.0, 0.15  # of `first_score`, as when it was trained
_LAST_RANK = 8


@dataclass(frozen=True)
class Marks:
    """What the reader says of one passage: `answers` is a logit; `evidence` has one probability a sentence."""

    answers: float
    evidence: tuple[float, ...]


class PassageStates(Protocol):
    """What shows what the encoder's layers make of a passage."""

    def states(self, text: str) -> TokenStates:
        """What the layers make of `text`."""


class Reader:
    """The trained reader on the CPU. Safe to use from many threads."""

    def __init__(self, folder: Path, encoder: StatesEncoder, passages: PassageStates, threads: int = 1) -> None:
        """`passages` may keep what it was asked before. Raise PolicyError if a file is missing or for another encoder."""
        facts = reader_facts(folder)
        if facts["encoder"] != encoder.digest:
            raise PolicyError(
                f"the reader in {folder} was trained for encoder {facts['encoder']}, this is {encoder.digest}: "
                "run 'make train-reader'"
            )
        self.digest = str(facts["digest"])
        self._session = open_session(folder / READER_FILE, threads)
        self._encoder = encoder
        self._passages = passages

    def read(self, question: str, hits: Sequence[SearchHit]) -> list[Marks]:
        """Marks for each of `hits`, which come best first by `first_score`."""
        if not hits:
            return []
        asked = self._encoder.states(question)
        told = [self._passages.states(hit_unit(hit)) for hit in hits]
        feed = feed_of([(asked, each) for each in told], search_facts(len(asked.ids), hits))
        answers, tokens = self._session.run(["answers", "tokens"], feed)
        return [
            Marks(float(logit), _evidence(hit, states, row[: len(states.ids)]))
            for hit, states, logit, row in zip(hits, told, answers, tokens, strict=True)
        ]


def first_score(whole: float, sentence: float, lexical: float, own: bool) -> float:
    """How likely a passage is before it is read: meaning, words, and whether it is the setting's own."""
    return (1 - _SENTENCE) * whole + _SENTENCE * sentence + _LEXICAL * lexical / (lexical + _LEXICAL_HALF) + _OWN * own


def hit_score(hit: SearchHit) -> float:
    """`first_score` of a hit."""
    own = hit.passage.scope.level is Level.SETTING
    return first_score(hit.whole, max(hit.sentences, default=hit.whole), hit.lexical, own)


def search_facts(tokens: int, hits: Sequence[SearchHit]) -> NDArray[np.float32]:
    """What search says of each hit, shape (hits, 8); `tokens` is the length of the question."""
    firsts = [hit_score(hit) for hit in hits]
    best, second = firsts[0], firsts[1] if len(firsts) > 1 else 0.0
    return np.array(
        [
            fact_row(
                first, hit.whole, max(hit.sentences, default=hit.whole), hit.lexical,
                lead=first - (second if rank == 0 else best), rank=rank, tokens=tokens,
                own=hit.passage.scope.level is Level.SETTING,
            )
            for rank, (hit, first) in enumerate(zip(hits, firsts, strict=True))
        ],
        dtype=np.float32,
    )  # fmt: skip


def fact_row(
    first: float, whole: float, sentence: float, lexical: float, *, lead: float, rank: int, tokens: int, own: bool
) -> tuple[float, ...]:
    """The eight numbers in the order that the reader was trained with."""
    place = min(rank, _LAST_RANK) / _LAST_RANK
    return first, whole, sentence, math.log1p(lexical), lead, place, math.log(tokens), float(own)


def feed_of(pairs: Sequence[tuple[TokenStates, TokenStates]], facts: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
    """What the graph takes for (question, passage) pairs: ids and states padded with zeros, and search facts."""
    feed: dict[str, NDArray[Any]] = {"facts": facts}
    for name, side in (("question", 0), ("passage", 1)):
        texts = [pair[side] for pair in pairs]
        length, shape = max(len(each.ids) for each in texts), texts[0].states.shape[1:]
        ids = np.zeros((len(texts), length), dtype=np.int64)
        states = np.zeros((len(texts), length, *shape), dtype=np.float32)
        for row, each in enumerate(texts):
            ids[row, : len(each.ids)] = each.ids
            states[row, : len(each.ids)] = each.states
        feed[f"{name}_ids"], feed[f"{name}_states"] = ids, states
    return feed


def hit_unit(hit: SearchHit) -> str:
    """The text of a hit's passage as the encoder reads it."""
    return whole_text(hit.passage.headings, hit.passage.text)


def _evidence(hit: SearchHit, states: TokenStates, logits: NDArray[np.float32]) -> tuple[float, ...]:
    """The likeliest word of each sentence."""
    unit, found, at = hit_unit(hit), [], len(head(hit.passage.headings))
    shares = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
    starts, ends = states.offsets[:, 0], states.offsets[:, 1]
    for sentence in sentences(hit.passage.text):
        words = flat(sentence)
        begin = max(unit.find(words, at), at)
        inside = (starts >= begin) & (ends <= begin + len(words)) & (ends > starts)
        found.append(float(shares[inside].max()) if inside.any() else 0.0)
        at = begin + len(words) if unit.startswith(words, begin) else at
    return tuple(found)


def reader_facts(folder: Path) -> dict[str, Any]:
    """What is said of the reader in `folder`: its `digest`, and that of its `encoder`. Raises PolicyError if there is none."""
    path = folder / FACTS_FILE
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PolicyError(f"no reader at {path}: run 'make train-reader'") from None
    except ValueError as error:
        raise PolicyError(f"{path} is damaged ({error}): run 'make train-reader'") from error
    if not isinstance(facts, dict) or not {"encoder", "digest"} <= facts.keys():
        raise PolicyError(f"{path} lacks what a reader needs: run 'make train-reader'")
    return facts
