"""Screens each message for disclosures of harm, before anything else is done with it.

What counts is data: phrases in `data/safety.yml`, examples in `data/safety_examples.yml`. Measured
recall and false alarms: docs/reference/safety.md. Nothing here writes or logs what was typed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.safety_model import SafetyModel, features_of
from assistant.safety_rules import Findings, SafetyRules
from assistant.safety_text import clip
from assistant.visible import visible

_ENDS = re.compile(r"[.!?\n]+\s*")
_SHORTEST_SENTENCE = 3
_MOST_SENTENCES = 12


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


class Judge(Protocol):
    """What reads a message as a whole."""

    def score(self, text: str) -> float:
        """A logit: above 0 is likelier a disclosure."""


class SafetyScreen:
    """Rules, the fitted model and the judge together."""

    def __init__(
        self, rules: SafetyRules, model: SafetyModel, encoder: Encoder, judge: Judge, mend: Callable[[str], str] = str
    ) -> None:
        """`mend` spells a message properly. Words that nobody knows look like harm to the model, whatever they say."""
        self._mend = mend
        self._rules = rules
        self._model = model
        self._encoder = encoder
        self._judge = judge

    def screen(self, text: str) -> Screening:
        """How to meet a message, as it is seen and, if it is badly spelt, as it is meant. An empty one is nothing."""
        text = visible(text)
        as_typed, mended = self._read(text), self._mend(text)
        return as_typed if mended == text else weighed(as_typed, self._read(mended))

    def _read(self, text: str) -> Screening:
        findings = self._rules.find(text)
        if findings.always:
            return Screening(Level.DISCLOSURE, _category(findings), 1.0)
        if not text.strip():
            return Screening(Level.NONE, None, 0.0)
        probability = self._probability(text, findings)
        level = level_of(probability, findings, self._model)
        return Screening(level, None if level is Level.NONE else _category(findings), probability)

    def _probability(self, text: str, findings: Findings) -> float:
        """From the whole message, and from the two sentences whose words are most suspect: harm is often told in passing."""
        words, parts = self._model.words, sentences(text)
        read = [self._rules.words(part) for part in parts]
        suspect = words.most_suspect(read)
        scores = self._scores([clip(text), *(parts[n] for n in suspect)])
        told = [words.score(each) for each in (findings.words, *(read[n] for n in suspect))]
        return self._model.probability(features_of(findings, scores, told, self._judge.score(text)))

    def _scores(self, texts: Sequence[str]) -> list[float]:
        return [float(score) for score in self._model.neighbours.scores(self._encoder.encode(texts))]


def weighed(as_typed: Screening, mended: Screening) -> Screening:
    """One of two screenings of a message that is badly spelt: what the mended one shows goes, and what is certain as typed.

    A disclosure as typed of which mended nothing is left gets its answer with the gentle line (docs/reference/safety.md).
    """
    if Level.DISCLOSURE not in (as_typed.level, mended.level):
        return max(as_typed, mended, key=lambda each: each.level is Level.CAUTION)
    if mended.level is Level.DISCLOSURE:
        return mended
    certain = as_typed.probability == 1.0 or mended.level is Level.CAUTION
    return as_typed if certain else replace(as_typed, level=Level.CAUTION)


def level_of(probability: float, findings: Findings, model: SafetyModel) -> Level:
    """How to meet a message of that probability in which the rules found that."""
    if findings.always or probability >= model.disclosure_at:
        return Level.DISCLOSURE
    if findings.ambiguous or probability >= model.caution_at:
        return Level.CAUTION
    return Level.NONE


def sentences(text: str) -> list[str]:
    """The sentences of a message that has several, none otherwise; of a long one, runs of sentences."""
    found = [part for part in _ENDS.split(clip(text)) if len(part.split()) >= _SHORTEST_SENTENCE]
    if len(found) < 2:
        return []
    run = -(-len(found) // _MOST_SENTENCES)
    return [". ".join(found[n : n + run]) for n in range(0, len(found), run)]


def _category(findings: Findings) -> str | None:
    seen = Counter(findings.strong) or Counter(findings.likely)
    return seen.most_common(1)[0][0] if seen else None
