"""Fits the decision policy on labelled questions and chooses when to answer.

The probability is that of gradient-boosted trees over the features of `assistant.features`, with `doubt` taken from its
logit if the message is a story, as when it is served. Every figure is cross-fitted, leaving one area out: a question's
probability comes from trees that never saw its area. One of their features is an exception: the `out_of_scope` of the other
areas' questions, which the trees learn from, comes from fits that saw this area's labels.

`answer_at` is then the lowest threshold for which conformal risk control (Angelopoulos, Bates,
Fisch, Lei and Schuster, "Conformal Risk Control", ICLR 2024, section 2.1) bounds the expected loss.
Two losses are bounded, each at most 1 and never growing with the threshold:

- a wrong answer to a question that is answerable, among the answerable questions;
- any answer to a question that is not.

The bound is kept for the areas taken together. For an area on its own nothing is promised, nor for a new one: that would take
questions that can be exchanged for these, and questions of one area are alike (docs/reference/decision.md has the range).

An answer is sure from `sure_at` on, chosen alike for a smaller bound; below, it is said to be uncertain.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from assistant.decide import less_sure
from assistant.policy import BoostedTrees, DecisionPolicy, FeatureClass, Tree, VectorClass
from evaluation.cases import Case
from evaluation.questions import RATED, Expect, Question, QuestionsError
from evaluation.reached import Rated, reached_row

# Beside a logistic regression on the same cases, one area out: AUROC of "right" 0.815 against 0.801.
TREES: Mapping[str, Any] = {
    "n_estimators": 100, "learning_rate": 0.07, "max_depth": 3, "min_samples_leaf": 50, "subsample": 0.6, "max_features": 0.5,
    "random_state": 7,
}  # fmt: skip
_CLASS_STRENGTH = 8.0
_CLASSES = {"contact": Expect.CONTACT, "out_of_scope": Expect.OUT_OF_SCOPE}
_OFF_TOPIC = ("out_of_scope", "first", "first_best", "whole", "intent", "answers", "lexical", "length", "coverage")
_RECALL_COUNTS = {"contact": 2.5, "out_of_scope": 1.0}  # beta of F-beta: a person who asks for one must get one


@dataclass(frozen=True)
class Bounds:
    """Largest shares of wrong answers: among all, and among those that are not said to be uncertain."""

    answers: float
    sure: float


def undecided(models: str, dimensions: int) -> DecisionPolicy:
    """A policy that never answers and takes nothing for a request or out of scope: to look at features."""
    never = VectorClass((0.0,) * dimensions, -30.0, 1.1)
    return DecisionPolicy(models, BoostedTrees((), -30.0, ()), 1.1, never, never, FeatureClass((), (), -30.0, 1.1))


def calibrate(
    cases: Sequence[Case], models: str, bounds: Bounds, content: str, others: Sequence[Case] = (), *, doubt: float = 0.0
) -> DecisionPolicy:
    """The policy fitted on all `cases`, with figures that are cross-fitted by area.

    A case without features teaches the trees nothing, and counts as not answered. `doubt` is what is taken from the logit of
    an answer to a story.

    `others` are of areas that the encoder was tuned on; they only teach what asks for a person, and what is
    not about SEND.

    Raises QuestionsError with fewer than two areas, or if one has too few questions.
    """
    areas = sorted({case.question.area for case in cases})
    if len(areas) < 2 or len(cases) < 100:
        raise QuestionsError(
            f"calibrating needs at least 100 questions over 2 areas, there are {len(cases)} over {len(areas)}: "
            "add labelled questions"
        )
    names = (*sorted({name for case in cases for name in case.features} - {*_CLASSES}), "out_of_scope")
    classes = {}
    for name, expect in _CLASSES.items():
        classes[name], said = _fit_class([*cases, *others], expect, _RECALL_COUNTS[name])
        cases = [
            replace(case, features={**case.features, name: float(p)}) for case, p in zip(cases, said[: len(cases)], strict=True)
        ]
    counted = [case for case in cases if case.question.expect in RATED]
    given = [case for case in counted if "whole" in case.features]
    probabilities = cross_fitted(given, names, doubt)
    answer_at, sure_at = (threshold(given, probabilities, bound) for bound in (bounds.answers, bounds.sure))
    person = classes["contact"].at
    shown = probabilities * [case.features["contact"] < person for case in given]  # who asks for a person is not answered
    rated = [Rated(case.question, case.right, float(p)) for case, p in zip(given, shown, strict=True)]
    rated += [Rated(case.question, case.right, 0.0) for case in counted if "whole" not in case.features]
    reached = reached_row(rated, (answer_at, bounds.answers), (sure_at, bounds.sure))
    made_of = {"content_digest": content, "questions_digest": _digest([case.question for case in cases])}
    return DecisionPolicy(
        models, fit_trees(given, names), answer_at, classes["contact"], classes["out_of_scope"], _fit_off_topic(cases),
        sure_at=sure_at, reached=reached | made_of,
    )  # fmt: skip


def _digest(questions: Sequence[Question]) -> str:
    listed = "\n".join(f"{question.id}\t{question.text}" for question in questions)
    return hashlib.sha256(listed.encode()).hexdigest()[:16]


def cross_fitted(cases: Sequence[Case], names: Sequence[str], doubt: float = 0.0) -> NDArray[np.float64]:
    """P(right) of each case from a fit on the other areas, less `doubt` for a story: what is served is what is rated."""
    found = np.zeros(len(cases))
    for area in {case.question.area for case in cases}:
        others = [case for case in cases if case.question.area != area]
        fitted = fit_trees(others, names)
        for i, case in enumerate(cases):
            if case.question.area == area:
                found[i] = less_sure(fitted.probability(case.features), doubt if case.story else 0.0)
    return found


def threshold(cases: Sequence[Case], probabilities: NDArray[np.float64], bound: float) -> float:
    """The lowest threshold that keeps both losses within `bound`, by conformal risk control."""
    answerable = np.array([case.question.expect is Expect.ANSWER for case in cases])
    wrong = ~np.array([case.right for case in cases])
    best = 0.0
    for group in (answerable, ~answerable):
        size = int(group.sum())
        for candidate in np.sort(np.unique(np.append(probabilities[group & wrong], 0.0))):
            loss = float((wrong & group & (probabilities > candidate)).sum())
            if (loss + 1) / (size + 1) <= bound:
                best = max(best, float(candidate))
                break
        else:
            return 1.01
    return float(np.nextafter(best, 2.0))


def fit_trees(cases: Sequence[Case], names: Sequence[str]) -> BoostedTrees:
    """P(right) from the features `names`, 0 where a case lacks one."""
    rows = np.array([[case.features.get(name, 0.0) for name in names] for case in cases])
    right = np.array([case.right for case in cases])
    model = GradientBoostingClassifier(**TREES).fit(rows, right)
    start = float(np.log(right.mean() / (1 - right.mean())))
    return BoostedTrees(tuple(names), round(start, 6), tuple(_tree(each.tree_) for each in model.estimators_[:, 0]))


def _tree(grown: Any) -> Tree:
    leaf = grown.children_left < 0
    feature = np.where(leaf, -1, grown.feature)
    value = TREES["learning_rate"] * grown.value[:, 0, 0]
    return Tree(
        tuple(feature.tolist()), _rounded(np.where(leaf, 0.0, grown.threshold)), tuple(grown.children_left.tolist()),
        tuple(grown.children_right.tolist()), _rounded(np.where(leaf, value, 0.0)),
    )  # fmt: skip


def _fit_class(cases: Sequence[Case], expect: Expect, beta: float) -> tuple[VectorClass, NDArray[np.float64]]:
    """A class of messages, with cross-fitted probabilities; `at` balances precision and recall (F-beta)."""
    rows, wanted = np.stack([case.vector for case in cases]), np.array([case.question.expect is expect for case in cases])
    probabilities = _one_area_out(_class_model, rows, wanted, cases)
    model, at = _class_model().fit(rows, wanted), _best_at(wanted, probabilities, beta)
    return VectorClass(_rounded(model.coef_[0]), round(float(model.intercept_[0]), 6), at), probabilities


def _fit_off_topic(cases: Sequence[Case]) -> FeatureClass:
    """Whether a message is not about SEND, from how it reads and from how little search finds; `at` is cross-fitted."""
    made = partial(LogisticRegression, C=10.0, max_iter=5000)
    found = [case for case in cases if "whole" in case.features]
    rows = np.array([[case.features.get(name, 0.0) for name in _OFF_TOPIC] for case in found])
    wanted = np.array([case.question.expect is Expect.OUT_OF_SCOPE for case in found])
    probabilities = _one_area_out(made, rows, wanted, found)
    model = made().fit(rows, wanted)
    intercept, at = round(float(model.intercept_[0]), 6), _best_at(wanted, probabilities, 1.0)
    return FeatureClass(_OFF_TOPIC, _rounded(model.coef_[0]), intercept, at)


def _one_area_out(
    model: Callable[[], LogisticRegression], rows: NDArray[Any], wanted: NDArray[np.bool_], cases: Sequence[Case]
) -> NDArray[np.float64]:
    """P(wanted) of each case from a fit on the other areas."""
    probabilities = np.zeros(len(rows))
    areas = np.array([case.question.area for case in cases])
    for area in set(areas.tolist()):
        out = areas == area
        probabilities[out] = model().fit(rows[~out], wanted[~out]).predict_proba(rows[out])[:, 1]
    return probabilities


def _class_model() -> LogisticRegression:
    return LogisticRegression(C=_CLASS_STRENGTH, class_weight="balanced", max_iter=2000)


def _best_at(wanted: NDArray[np.bool_], probabilities: NDArray[np.float64], beta: float) -> float:
    """The threshold with the best F-beta."""
    options = np.unique(probabilities[wanted])
    return float(options[int(np.argmax([_f_beta(wanted, probabilities >= option, beta) for option in options]))])


def _f_beta(wanted: NDArray[np.bool_], said: NDArray[np.bool_], beta: float) -> float:
    both = float((wanted & said).sum())
    return (1 + beta**2) * both / (beta**2 * float(wanted.sum()) + float(said.sum())) if both else 0.0


def _rounded(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(round(float(value), 5) for value in values)
