"""The fitted numbers that weigh a message: meaning, words and rules together.

Four judges: a support vector machine over sentence vectors (how near is this to known disclosures), a logistic regression
over words and pairs of words, the counts of what the rules found, and the harm judge, which reads the whole message
(`assistant/harm_judge.py`). A second logistic regression weighs the four. `evaluation.fit_safety` fits all but the harm judge.
"""

from __future__ import annotations

import base64
import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.errors import PolicyError
from assistant.safety_rules import Findings

FEATURES = (
    "whole", "best_sentence", "words", "best_words", "any_strong", "strong", "strong_categories", "likely",
    "likely_categories", "idiom", "ambiguous", "policy", "length", "judge",
)  # fmt: skip
_MOST_POLICY = 3
_SUREST = 6.0  # logits beyond this say nothing more
_SUSPECTS = 2
_INT8 = 127.0


@dataclass(frozen=True)
class Neighbours:
    """A support vector machine with a radial kernel: its support vectors (rows), weights and offset."""

    vectors: NDArray[np.float32]
    weights: NDArray[np.float32]
    offset: float
    gamma: float

    @cached_property
    def _squares(self) -> NDArray[np.float32]:
        squares: NDArray[np.float32] = (self.vectors**2).sum(axis=1)[None, :]
        return squares

    def scores(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """How far on the side of disclosures each row is; below 0 is the other side."""
        squares = (vectors**2).sum(axis=1)[:, None] + self._squares
        distances = np.maximum(squares - 2 * (vectors @ self.vectors.T), 0)
        scored: NDArray[np.float32] = np.exp(-self.gamma * distances) @ self.weights + np.float32(self.offset)
        return scored


@dataclass(frozen=True)
class Words:
    """A logistic regression over words and pairs: for each its rarity (idf) and its weight."""

    table: Mapping[str, tuple[float, float]]
    offset: float

    def score(self, words: str) -> float:
        """The log odds that these words, as the rules read them, are a disclosure."""
        total = length = 0.0
        for gram, count in Counter(grams(words)).items():
            if gram in self.table:
                rarity, weight = self.table[gram]
                value = (1 + math.log(count)) * rarity
                total += value * weight
                length += value * value
        return self.offset + (total / math.sqrt(length) if length else 0.0)

    def most_suspect(self, sentences: Sequence[str]) -> list[int]:
        """The numbers of the two sentences whose words are most like a disclosure, the likest first."""
        scores = [self.score(sentence) for sentence in sentences]
        return sorted(range(len(scores)), key=lambda n: -scores[n])[:_SUSPECTS]


@dataclass(frozen=True)
class SafetyModel:
    """All fitted numbers, the thresholds, and how many messages they were fitted on."""

    encoder: str
    judge: str
    """Names the judge that reads the whole message."""
    neighbours: Neighbours
    words: Words
    weights: Mapping[str, float]
    offset: float
    disclosure_at: float
    caution_at: float
    fitted_on: Mapping[str, int] = field(default_factory=dict)

    def fits(self, encoder: str, judge: str) -> None:
        """Raise PolicyError unless the model was fitted with this encoder and this judge."""
        for what, fitted, given in (("encoder", self.encoder, encoder), ("harm judge", self.judge, judge)):
            if given != fitted:
                raise PolicyError(f"the safety model was fitted for {what} {fitted}, this is {given}: run evaluation.fit_safety")

    def probability(self, features: Mapping[str, float]) -> float:
        """P(disclosure) of one message."""
        total = self.offset + sum(self.weights[name] * features[name] for name in FEATURES)
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))

    def save(self, path: Path) -> None:
        """Write the model as JSON; vectors are stored in 8 bits."""
        scale = float(np.abs(self.neighbours.vectors).max()) / _INT8
        packed = np.round(self.neighbours.vectors / scale).astype(np.int8)
        row = {
            "encoder": self.encoder,
            "judge": self.judge,
            "disclosure_at": self.disclosure_at,
            "caution_at": self.caution_at,
            "fitted_on": dict(self.fitted_on),
            "weights": {name: round(self.weights[name], 5) for name in FEATURES},
            "offset": round(self.offset, 5),
            "words": {"offset": round(self.words.offset, 5), "table": dict(sorted(self.words.table.items()))},
            "neighbours": {
                "gamma": self.neighbours.gamma,
                "offset": round(self.neighbours.offset, 6),
                "width": packed.shape[1],
                "scale": scale,
                "weights": [round(float(weight), 4) for weight in self.neighbours.weights],
                "vectors": base64.b64encode(packed.tobytes()).decode("ascii"),
            },
        }
        path.write_text(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path | None = None) -> SafetyModel:
        """Read a model; the one that comes with Signpost if none is named. Raises PolicyError if it can't be read."""
        where = path or Path(str(files("assistant") / "data" / "safety_model.json"))
        try:
            row = json.loads(where.read_text(encoding="utf-8"))
            return cls(
                encoder=str(row["encoder"]),
                judge=str(row["judge"]),
                neighbours=_neighbours(row["neighbours"]),
                words=Words({g: (float(i), float(w)) for g, (i, w) in row["words"]["table"].items()}, row["words"]["offset"]),
                weights={name: float(row["weights"][name]) for name in FEATURES},
                offset=float(row["offset"]),
                disclosure_at=float(row["disclosure_at"]),
                caution_at=float(row["caution_at"]),
                fitted_on=row["fitted_on"],
            )
        except FileNotFoundError:
            raise PolicyError(f"no safety model at {where}: run evaluation.fit_safety") from None
        except (ValueError, KeyError, TypeError) as error:
            raise PolicyError(f"the safety model {where} is damaged ({error}): run evaluation.fit_safety") from error


def grams(words: str) -> list[str]:
    """The words of a message as the rules read it, and each pair of neighbours."""
    single = words.split()
    return [*single, *(f"{first} {second}" for first, second in pairwise(single))]


def features_of(findings: Findings, scores: Sequence[float], words: Sequence[float], judged: float) -> dict[str, float]:
    """The evidence on one message. `scores` and `words` are of the whole message and then of the sentences looked at.

    `judged` is the logit that the judge gives the whole message.
    """
    return {
        "whole": scores[0],
        "best_sentence": max(scores[1:], default=scores[0]),
        "words": words[0],
        "best_words": max(words),
        "any_strong": float(bool(findings.strong)),
        "strong": math.log1p(len(findings.strong)),
        "strong_categories": float(len(set(findings.strong))),
        "likely": math.log1p(len(findings.likely)),
        "likely_categories": float(len(set(findings.likely))),
        "idiom": float(findings.idioms > 0),
        "ambiguous": float(findings.ambiguous > 0),
        "policy": float(min(findings.policy, _MOST_POLICY)),
        "length": math.log1p(len(findings.words.split())),
        "judge": max(-_SUREST, min(_SUREST, judged)),
    }


def _neighbours(row: Mapping[str, Any]) -> Neighbours:
    packed = np.frombuffer(base64.b64decode(row["vectors"], validate=True), dtype=np.int8)
    vectors = packed.reshape(-1, int(row["width"])).astype(np.float32) * np.float32(row["scale"])
    weights = np.asarray(row["weights"], dtype=np.float32)
    if len(weights) != len(vectors):
        raise ValueError(f"{len(weights)} weights for {len(vectors)} vectors")
    return Neighbours(vectors, weights, float(row["offset"]), float(row["gamma"]))
