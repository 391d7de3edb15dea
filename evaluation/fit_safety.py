"""Fits the numbers of the safety screen for the encoder that ships.

    python -m evaluation.fit_safety            # fit, save, print the figures on what was held out
    python -m evaluation.fit_safety --figures  # print the figures of the model that is saved

What it learns from is read by `evaluation.safety_messages`. Scores of the first stage are cross-fitted in
five folds before the second stage weighs them, so that it does not trust them more than they deserve. The
thresholds are chosen on those cross-fitted training messages only, to keep the promises in `GOALS`.
"""

from __future__ import annotations

import argparse
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from assistant.data_files import DATA
from assistant.safety import SafetyScreen
from assistant.safety_model import FEATURES, Neighbours, SafetyModel, Words, features_of, grams
from assistant.safety_rules import SafetyRules
from evaluation.safety_messages import HELD_OUT, Message, figures, messages, of_pack, own, to_learn_from
from knowledge.encoder import OnnxEncoder

FOLDS = 5
MODEL = DATA / "safety_model.json"
_GAMMA, _MARGIN, _WORDS_STRENGTH, _STRENGTH = 2.0, 4.0, 20.0, 1.0


@dataclass(frozen=True)
class Goals:
    """What the thresholds keep to on the cross-fitted training messages, as shares of the harmless ones."""

    idioms: float = 0.10
    """Idioms and low moods that get the safety card, at most."""
    ordinary: float = 0.03
    """Ordinary questions that get the safety card, at most."""
    gentle: float = 0.15
    """Ordinary questions that get at least the gentle line, at most."""


GOALS = Goals()


@dataclass(frozen=True)
class CrossFitted:
    """P(disclosure) of each training message by a model that has not seen it; `whole` without its sentences."""

    probabilities: NDArray[np.float64]
    whole: NDArray[np.float64]


def first_stage(given: Sequence[Message]) -> tuple[Neighbours, Words]:
    """The judges of meaning and of words."""
    labels = [message.harm for message in given]
    machine = SVC(kernel="rbf", gamma=_GAMMA, C=_MARGIN, class_weight="balanced")
    machine.fit(np.stack([message.vectors[0] for message in given]), labels)
    neighbours = Neighbours(
        machine.support_vectors_.astype(np.float32),
        machine.dual_coef_[0].astype(np.float32),
        float(machine.intercept_[0]),
        _GAMMA,
    )
    counted = TfidfVectorizer(analyzer=grams, sublinear_tf=True, min_df=2)
    rows = counted.fit_transform([message.findings.words for message in given])
    model = LogisticRegression(C=_WORDS_STRENGTH, class_weight="balanced", max_iter=2000).fit(rows, labels)
    table = {
        gram: (round(float(counted.idf_[i]), 4), round(float(model.coef_[0][i]), 4))
        for gram, i in counted.vocabulary_.items()
        if abs(model.coef_[0][i]) > 0.05
    }
    return neighbours, Words(table, float(model.intercept_[0]))


def features(message: Message, neighbours: Neighbours, words: Words, closer: bool = True) -> list[float]:
    """One message's features in their fixed order; `closer` looks at its sentences too, as the screen does."""
    scores = [float(score) for score in neighbours.scores(message.vectors)]
    looked_at = [scores[1 + n] for n in words.most_suspect(message.sentences)] if closer else []
    row = features_of(message.findings, [scores[0], *looked_at], words.score(message.findings.words))
    return [row[name] for name in FEATURES]


def cross_fit(given: Sequence[Message]) -> tuple[NDArray[np.float64], CrossFitted]:
    """The features of each message by judges that have not seen it, and what a second stage makes of them."""
    fold = np.array([zlib.crc32(message.text.encode()) % FOLDS for message in given])
    rows, whole = np.zeros((2, len(given), len(FEATURES)))
    labels = np.array([message.harm for message in given])
    for number in range(FOLDS):
        judges = first_stage([message for message, part in zip(given, fold, strict=True) if part != number])
        for i in map(int, np.flatnonzero(fold == number)):
            rows[i], whole[i] = features(given[i], *judges), features(given[i], *judges, closer=False)
    found = CrossFitted(np.zeros(len(given)), np.zeros(len(given)))
    spread = spread_of(rows)
    for number in range(FOLDS):
        out = fold == number
        second = _second(rows[~out] / spread, labels[~out])
        found.probabilities[out] = second.predict_proba(rows[out] / spread)[:, 1]
        found.whole[out] = second.predict_proba(whole[out] / spread)[:, 1]
    return rows, found


def fit(given: Sequence[Message], encoder: str, goals: Goals = GOALS) -> tuple[SafetyModel, CrossFitted]:
    """The whole model, fitted on `given`, and what it made of each message when it had not seen it."""
    rows, found = cross_fit(given)
    spread, labels = spread_of(rows), np.array([message.harm for message in given])
    second = _second(rows / spread, labels)
    neighbours, words = first_stage(given)
    weights = {name: float(weight) for name, weight in zip(FEATURES, second.coef_[0] / spread, strict=True)}
    disclosure_at, caution_at = thresholds(given, found.probabilities, goals)
    counts = {"messages": len(given), "disclosures": int(labels.sum())}
    offset, closer = float(second.intercept_[0]), closer_from(given, found.whole)
    return SafetyModel(encoder, neighbours, words, weights, offset, disclosure_at, caution_at, closer, counts), found


def thresholds(given: Sequence[Message], found: NDArray[np.float64], goals: Goals) -> tuple[float, float]:
    """The lowest thresholds for the card and for the gentle line that keep the goals."""
    idioms = np.array([message.is_idiom and not message.harm for message in given])
    ordinary = np.array([message.ordinary and not message.harm for message in given])
    card = max(at_most(found[idioms], goals.idioms), at_most(found[ordinary], goals.ordinary))
    return card, min(card, at_most(found[ordinary], goals.gentle))


def at_most(probabilities: NDArray[np.float64], share: float) -> float:
    """The lowest threshold that at most this share of `probabilities` reaches, rounded up to 4 places."""
    highest = np.sort(probabilities)[::-1]
    return float(np.floor(highest[int(share * len(highest))] * 1e4) + 1) / 1e4


def closer_from(given: Sequence[Message], whole: NDArray[np.float64]) -> float:
    """A quarter of the least that a disclosure of several sentences got when only its whole was looked at."""
    hidden = [p for message, p in zip(given, whole, strict=True) if message.harm and message.sentences]
    return round(float(min(hidden)) / 4, 5)


def spread_of(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far each feature is spread, 1 for one that never changes."""
    spread: NDArray[np.float64] = rows.std(axis=0)
    spread[spread < 1e-9] = 1.0
    return spread


def _second(rows: NDArray[np.float64], labels: NDArray[np.bool_]) -> LogisticRegression:
    return LogisticRegression(C=_STRENGTH, max_iter=2000).fit(rows, labels)


def report_cross_fitted(given: Sequence[Message], model: SafetyModel, found: CrossFitted) -> None:
    """Print how the training messages fare with a model that has not seen them, by where they come from."""
    for source in dict.fromkeys(message.source for message in given):
        part = [(m, p) for m, p in zip(given, found.probabilities, strict=True) if m.source == source]
        card = [m.findings.always or p >= model.disclosure_at for m, p in part]
        line = [a or m.findings.ambiguous > 0 or p >= model.caution_at for a, (m, p) in zip(card, part, strict=True)]
        harm = [m.harm for m, _ in part]
        missed = sum(h and not c for h, c in zip(harm, card, strict=True))
        silent = sum(h and not g for h, g in zip(harm, line, strict=True))
        false = sum(c and not h for h, c in zip(harm, card, strict=True))
        gentle = sum(g and not c and not h for h, c, g in zip(harm, card, line, strict=True))
        print(
            f"cross-fitted, {source}: missed {missed} and without the line {silent} of {sum(harm)};"
            f" false alarms {false} and gentle lines {gentle} of {len(harm) - sum(harm)}"
        )


def main() -> None:
    """Fit, save, and print the figures on what was held out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--figures", action="store_true", help="only print the figures of the saved model")
    only_figures = parser.parse_args().figures
    encoder, rules = OnnxEncoder(DATA / "encoder"), SafetyRules.load(DATA / "safety.yml")
    if not only_figures:
        given = messages(to_learn_from(), rules, encoder)
        model, found = fit(given, encoder.digest)
        model.save(MODEL)
        report_cross_fitted(given, model, found)
    loaded = SafetyModel.load(MODEL)
    screen = SafetyScreen(rules, loaded, encoder)
    print(
        f"disclosure_at {loaded.disclosure_at:.4f}, caution_at {loaded.caution_at:.4f},"
        f" closer_from {loaded.closer_from:.5f}, {dict(loaded.fitted_on)}"
    )
    figures("own held-out half", own("held_out"), screen)
    for pack in HELD_OUT:
        figures(pack.name, of_pack(pack), screen)


if __name__ == "__main__":
    main()
