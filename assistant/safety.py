"""Screens each message for disclosures of harm, before anything else is done with it.

What counts is data: phrases in `data/safety.yml`, examples in `data/safety_examples.yml`. Measured
recall and false alarms: docs/reference/safety.md. Nothing here writes or logs what was typed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.safety_model import SafetyModel, features_of
from assistant.safety_rules import Findings, SafetyRules
from assistant.safety_text import clip

_ENDS = re.compile(r"[.!?\n]+\s*")
_SHORTEST_SENTENCE = 3
_MOST_PIECES = 12


class Level(StrEnum):
    """How a message is to be met."""

    NONE = "none"
    CAUTION = "caution"
    """It may be a cry for help: the answer is given, with a gentle line above it."""
    DISCLOSURE = "disclosure"
    """Someone may be at risk of harm: the safety card, and nothing else."""


@dataclass(frozen=True)
class Screening:
    """What screening found. `category` is the kind of harm, where the rules could tell."""

    level: Level
    category: str | None
    probability: float


class Encoder(Protocol):
    """What turns texts into vectors of length 1, one row a text."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Shape (len(texts), dimensions)."""


class SafetyScreen:
    """Rules and the fitted model together."""

    def __init__(self, rules: SafetyRules, model: SafetyModel, encoder: Encoder) -> None:
        self._rules = rules
        self._model = model
        self._encoder = encoder

    def screen(self, text: str) -> Screening:
        """How to meet a message. An empty one is nothing."""
        findings = self._rules.find(text)
        if findings.always:
            return Screening(Level.DISCLOSURE, _category(findings), 1.0)
        if not text.strip():
            return Screening(Level.NONE, None, 0.0)
        probability = self._probability(text, findings)
        level = self._level(probability, findings)
        return Screening(level, None if level is Level.NONE else _category(findings), probability)

    def _probability(self, text: str, findings: Findings) -> float:
        vectors = self._encoder.encode(pieces(text))
        scores = [float(score) for score in self._model.neighbours.scores(vectors)]
        return self._model.probability(features_of(findings, scores, self._model.words.score(findings.words)))

    def _level(self, probability: float, findings: Findings) -> Level:
        if probability >= self._model.disclosure_at:
            return Level.DISCLOSURE
        if probability >= self._model.caution_at or findings.ambiguous:
            return Level.CAUTION
        return Level.NONE


def pieces(text: str) -> list[str]:
    """The whole message and then, if it has several sentences, each; of a long one, runs of sentences."""
    whole = clip(text)
    sentences = [part for part in _ENDS.split(whole) if len(part.split()) >= _SHORTEST_SENTENCE]
    if len(sentences) < 2:
        return [whole]
    run = -(-len(sentences) // _MOST_PIECES)
    return [whole, *(". ".join(sentences[n : n + run]) for n in range(0, len(sentences), run))]


def _category(findings: Findings) -> str | None:
    seen = Counter(findings.strong) or Counter(findings.likely)
    return seen.most_common(1)[0][0] if seen else None
