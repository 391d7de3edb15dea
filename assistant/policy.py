"""The fitted decision policy: weights, the bound it keeps, and what it reached (docs/reference/decision.md).

`signpost calibrate` writes the file. It names the models that it was fitted with and the features that it looks at, and
starting with others is refused: a threshold means nothing for another model's scores.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.errors import PolicyError


@dataclass(frozen=True)
class Tree:
    """A regression tree: if feature `feature[i]` is at most `at_most[i]`, node `i` goes on at node `left[i]`, else at `right[i]`.

    A leaf has -1 as its feature, and gives `value[i]`. The root is node 0.
    """

    feature: tuple[int, ...]
    at_most: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]

    def __call__(self, row: Sequence[float]) -> float:
        """The value of the leaf that `row` ends in."""
        node = 0
        while self.feature[node] >= 0:
            node = self.left[node] if row[self.feature[node]] <= self.at_most[node] else self.right[node]
        return self.value[node]


@dataclass(frozen=True)
class BoostedTrees:
    """Gradient-boosted trees over named features (Friedman, "Greedy Function Approximation", Annals of Statistics 2001)."""

    names: tuple[str, ...]
    start: float
    trees: tuple[Tree, ...]

    def probability(self, features: Mapping[str, float]) -> float:
        """P(yes) for one case; a feature that is not given counts as 0."""
        row = [features.get(name, 0.0) for name in self.names]
        total = self.start + sum(tree(row) for tree in self.trees)
        return _logistic(total)


@dataclass(frozen=True)
class VectorClass:
    """A logistic regression over a sentence vector that says whether a message is of one class."""

    weights: tuple[float, ...]
    intercept: float
    at: float

    def probability(self, vector: NDArray[np.float32]) -> float:
        """P(yes) for one vector."""
        total = float(np.dot(np.asarray(self.weights, dtype=np.float32), vector)) + self.intercept
        return _logistic(total)


@dataclass(frozen=True)
class FeatureClass:
    """A logistic regression over named features that says whether a message is of one class."""

    names: tuple[str, ...]
    weights: tuple[float, ...]
    intercept: float
    at: float

    def probability(self, features: Mapping[str, float]) -> float:
        """P(yes) for one case; a feature that is not given counts as 0."""
        total = self.intercept + sum(
            weight * features.get(name, 0.0) for name, weight in zip(self.names, self.weights, strict=True)
        )
        return _logistic(total)


@dataclass(frozen=True)
class DecisionPolicy:
    """When to answer, when to hand over, and which messages are not questions at all.

    `out_of_scope` judges a message by its words alone, `off_topic` by that and by what search has found for it.
    """

    models: str
    """The question encoder, the reader and the cross-encoder that it was fitted with, by their digests."""
    answers: BoostedTrees
    answer_at: float
    contact: VectorClass
    out_of_scope: VectorClass
    off_topic: FeatureClass
    see_also_at: float = 0.2
    """Probability from which a page is offered with a hand-over, as something to look at."""
    sure_at: float = 0.0
    """Probability from which an answer is given without saying that it may not be one; `answer_at` or more, if not 0."""
    reached: Mapping[str, Any] = field(default_factory=dict)

    def fits(self, models: str, features: Collection[str]) -> None:
        """Raise PolicyError unless the policy was fitted with these models and on these features (`features.feature_names`).

        A policy without trees, which never answers, may look at no features.
        """
        if self.models != models:
            raise PolicyError(
                f"the decision policy was fitted for models {self.models}, these are {models}: run 'make calibrate'"
            )
        given = {*features, "out_of_scope"}
        amiss = set(self.off_topic.names) - given | (set(self.answers.names) ^ given if self.answers.trees else set())
        if amiss:
            raise PolicyError(
                f"the decision policy was fitted on other features, {', '.join(sorted(amiss))} differ: run 'make calibrate'"
            )

    def save(self, path: Path) -> None:
        """Write the policy as JSON, a line for each of its parts."""
        lines = (f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in asdict(self).items())
        path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> DecisionPolicy:
        """Read a policy. Raises PolicyError if there is none, or if it is damaged."""
        try:
            row = json.loads(path.read_text(encoding="utf-8"))
            return cls(
                row["models"], _boosted_trees(row["answers"]), float(row["answer_at"]),
                _vector_class(row["contact"]), _vector_class(row["out_of_scope"]), _feature_class(row["off_topic"]),
                float(row["see_also_at"]), float(row["sure_at"]), row["reached"],
            )  # fmt: skip
        except FileNotFoundError:
            raise PolicyError(f"no decision policy at {path}: run 'make calibrate'") from None
        except (ValueError, KeyError, TypeError) as error:
            raise PolicyError(f"the decision policy {path} is damaged ({error}): run 'make calibrate'") from error


def _logistic(total: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def _boosted_trees(row: Mapping[str, Any]) -> BoostedTrees:
    return BoostedTrees(tuple(row["names"]), float(row["start"]), tuple(_tree(each) for each in row["trees"]))


def _tree(row: Mapping[str, Any]) -> Tree:
    nodes = {name: tuple(int(each) for each in row[name]) for name in ("feature", "left", "right")}
    return Tree(nodes["feature"], _floats(row["at_most"]), nodes["left"], nodes["right"], _floats(row["value"]))


def _vector_class(row: Mapping[str, Any]) -> VectorClass:
    return VectorClass(_floats(row["weights"]), float(row["intercept"]), float(row["at"]))


def _feature_class(row: Mapping[str, Any]) -> FeatureClass:
    return FeatureClass(tuple(row["names"]), _floats(row["weights"]), float(row["intercept"]), float(row["at"]))


def _floats(values: Sequence[float]) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
