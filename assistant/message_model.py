"""The fitted numbers that say which of several classes a message is in: its subject, or whether it leans on the one before.

A logistic regression over the sentence vector (what is meant) and over words and pairs of words (how it is said: "they
never" is not "do they ever"). `evaluation.fit_routing` and `evaluation.fit_follow_up` fit it; only numpy at run time.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.errors import PolicyError
from knowledge.types import Vectors
from knowledge.words import stems, words

_AGAIN = "run 'make fit'"
_START = "^"


def grams(text: str) -> list[str]:
    """The stems of all words, and each with the one before it."""
    said = stems([word.replace("'", "") for word in words(text)])
    return said + [" ".join(pair) for pair in pairwise([_START, *said])]


@dataclass(frozen=True)
class GramWeights:
    """Words and pairs: `rows` says which row of `weights` (shape grams, classes) each has, `rarity` its idf."""

    rows: Mapping[str, int]
    rarity: NDArray[np.float32]
    weights: Vectors

    def scores(self, text: str) -> NDArray[np.float32]:
        """What the words of `text` add to each class, shape (classes,)."""
        counts = Counter(self.rows[gram] for gram in grams(text) if gram in self.rows)
        if not counts:
            return np.zeros(self.weights.shape[1], dtype=np.float32)
        found = np.array(list(counts))
        shares = (1 + np.log(np.array(list(counts.values()), dtype=np.float32))) * self.rarity[found]
        scored: NDArray[np.float32] = (shares / np.linalg.norm(shares)) @ self.weights[found]
        return scored


@dataclass(frozen=True)
class MessageModel:
    """`weights` has a row for each of `classes`, shape (classes, dimensions); `offsets` one number for each.

    From the probability `at` something is done; what, the user of the model says.
    """

    encoder: str
    classes: tuple[str, ...]
    weights: Vectors
    offsets: NDArray[np.float32]
    said: GramWeights
    at: float
    fitted_on: Mapping[str, Any] = field(default_factory=dict)

    def fits(self, encoder: str) -> None:
        """Raise PolicyError unless it was fitted with this encoder."""
        if self.encoder != encoder:
            raise PolicyError(f"the message model was fitted for encoder {self.encoder}, this is {encoder}: {_AGAIN}")

    def probabilities(self, text: str, vector: NDArray[np.float32]) -> Mapping[str, float]:
        """How likely each class is for a message; they sum to 1. `vector` is the encoder's for the message."""
        scores = self.weights @ vector + self.said.scores(text) + self.offsets
        shares = np.exp(scores - scores.max())
        return {name: float(share) for name, share in zip(self.classes, shares / shares.sum(), strict=True)}

    def save(self, path: Path) -> None:
        """Write it as JSON, the numbers as base64 of 16-bit floats."""
        row = {
            "encoder": self.encoder,
            "classes": self.classes,
            "at": self.at,
            "fitted_on": dict(self.fitted_on),
            "offsets": _text(self.offsets),
            "weights": _text(self.weights),
            "grams": sorted(self.said.rows, key=lambda gram: self.said.rows[gram]),
            "rarity": _text(self.said.rarity),
            "gram_weights": _text(self.said.weights),
        }
        path.write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> MessageModel:
        """Read it. Raises PolicyError if there is none, or if it is damaged."""
        try:
            row = json.loads(path.read_text(encoding="utf-8"))
            classes = tuple(str(each) for each in row["classes"])
            rows = {str(gram): number for number, gram in enumerate(row["grams"])}
            said = GramWeights(rows, _numbers(row["rarity"]), _numbers(row["gram_weights"]).reshape(len(rows), len(classes)))
            weights, offsets = _numbers(row["weights"]).reshape(len(classes), -1), _numbers(row["offsets"])
            return cls(str(row["encoder"]), classes, weights, offsets, said, float(row["at"]), row["fitted_on"])
        except FileNotFoundError:
            raise PolicyError(f"no message model at {path}: {_AGAIN}") from None
        except (ValueError, KeyError, TypeError) as error:
            raise PolicyError(f"the message model {path} is damaged ({error}): {_AGAIN}") from error


def _text(numbers: NDArray[np.float32]) -> str:
    return base64.b64encode(numbers.astype("<f2").tobytes()).decode("ascii")


def _numbers(text: str) -> NDArray[np.float32]:
    return np.frombuffer(base64.b64decode(text), dtype="<f2").astype(np.float32)
