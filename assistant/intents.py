"""Reads `intents/*.yml` (Rasa NLU YAML) and finds the intent whose examples are nearest.

Nothing is trained: an example added to a file counts from the next start.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from assistant.data_files import read_yaml
from assistant.errors import DataError
from knowledge.topics import TopicExamples
from knowledge.types import Vectors

_MARK = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")  # Rasa's [word](entity) and [word]{...}
_NEAREST = 3


@dataclass(frozen=True)
class Intent:
    """One thing that people ask for, with examples of how they say it."""

    name: str
    examples: tuple[str, ...]
    topics: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    subject: str = ""


def load_intents(folder: Path) -> tuple[Intent, ...]:
    """Every intent of every file in `folder`. Raises DataError naming file and intent."""
    intents: list[Intent] = []
    for path in sorted(folder.glob("*.yml")):
        try:
            loaded = read_yaml(path)
        except yaml.YAMLError as error:
            raise DataError(f"{path} is not YAML: {error}") from error
        for row in (loaded or {}).get("nlu") or []:
            if "intent" in row:
                intents.append(_intent(path, row))
    if not intents:
        raise DataError(f"no intents in {folder}: it should hold Rasa NLU files (*.yml)")
    return tuple(intents)


def _intent(path: Path, row: Mapping[str, Any]) -> Intent:
    name = str(row["intent"])
    facts = row.get("metadata") or {}
    given = row.get("examples")
    if isinstance(given, str):
        texts = [line.strip()[2:] for line in given.splitlines() if line.strip().startswith("- ")]
    else:
        texts = [str(each.get("text", "")).strip().removeprefix("- ") for each in given or []]
    examples = tuple(_MARK.sub(r"\1", text).strip() for text in texts if text.strip())
    if not examples:
        raise DataError(f"{path}: intent '{name}' has no examples: add at least 15")
    labels = {"parent": str(facts.get("label") or ""), "young_person": str(facts.get("label_young_person") or "")}
    return Intent(name, examples, tuple(facts.get("topics") or ()), labels, str(facts.get("subject") or ""))


def topic_examples(intents: Sequence[Intent]) -> list[TopicExamples]:
    """The examples of every intent that belongs to topics."""
    return [TopicExamples(text, intent.topics) for intent in intents if intent.topics for text in intent.examples]


def all_examples(intents: Sequence[Intent]) -> list[str]:
    """Every example of every intent, in order."""
    return [text for intent in intents for text in intent.examples]


def _plain(text: str) -> str:
    return " ".join(text.lower().split()).strip(" .!?")


class IntentMatcher:
    """Ranks intents by the mean cosine of a message with their three nearest examples.

    `vectors` has a row for each example of each intent, in order (`all_examples`).
    """

    def __init__(self, intents: Sequence[Intent], vectors: Vectors) -> None:
        self.intents = {intent.name: intent for intent in intents}
        self._names = [intent.name for intent in intents]
        self._vectors = vectors
        sizes = [len(intent.examples) for intent in intents]
        starts = np.cumsum([0, *sizes[:-1]])
        # One row an intent: where its examples stand, filled up with a place that holds nothing (the last).
        self._places = np.full((len(intents), max([*sizes, _NEAREST])), len(vectors))
        for row, (start, size) in enumerate(zip(starts, sizes, strict=True)):
            self._places[row, :size] = np.arange(start, start + size)
        self._few = np.minimum(sizes, _NEAREST)
        self._exact = {_plain(text): intent.name for intent in intents for text in intent.examples}

    def rank(self, vector: NDArray[np.float32], text: str = "") -> tuple[tuple[str, float], ...]:
        """All intents with their nearness (a cosine), nearest first; the one that has `text` as an example has 1."""
        exact = self._exact.get(_plain(text))
        near = np.append(self._vectors @ vector, np.float32(-np.inf))
        best = np.partition(near[self._places], -_NEAREST, axis=1)[:, -_NEAREST:]
        means = np.where(np.isfinite(best), best, 0).sum(axis=1) / self._few
        scores = [(name, 1.0 if name == exact else score) for name, score in zip(self._names, means.tolist(), strict=True)]
        return tuple(sorted(scores, key=lambda pair: -pair[1]))
