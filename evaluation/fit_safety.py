"""Fits the numbers of the safety screen for the encoder that ships.

    python -m evaluation.fit_safety

Training: `evaluation/safety/train.jsonl`, and the questions of the packs named in `PACKS`, where everything
that is not labelled `safeguarding` counts as harmless. Scores of the first stage are cross-fitted in five
folds before the second stage weighs them, so that it does not trust them more than they deserve.
`disclosure_at` is the threshold with the least cost on the cross-fitted training messages, where a missed
disclosure costs as much as `MISS_COST` false alarms.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from assistant.data_files import DATA
from assistant.safety import Level, SafetyScreen, pieces
from assistant.safety_model import FEATURES, Neighbours, SafetyModel, Words, features_of, grams
from assistant.safety_rules import Findings, SafetyRules
from evaluation.intervals import share_text
from evaluation.questions import Expect, read_questions
from knowledge.encoder import Encoder, OnnxEncoder
from knowledge.types import Vectors

MISS_COST = 40
FOLDS = 5
OWN = Path("evaluation/safety")
PACKS = tuple(Path("evaluation/packs") / name for name in ("hollinsea", "norcombe", "wexbridge", "carrowby"))
HELD_OUT = (Path("evaluation/packs/tarnmouth"), Path("samples/larkmere"))
_GAMMA, _MARGIN, _WORDS_STRENGTH, _STRENGTH = 2.0, 4.0, 20.0, 1.0


@dataclass(frozen=True)
class Message:
    """A labelled message with what the rules and the encoder see of it."""

    text: str
    harm: bool
    kind: str
    findings: Findings
    vectors: Vectors


def messages(texts: Sequence[tuple[str, bool, str]], rules: SafetyRules, encoder: Encoder) -> list[Message]:
    """Messages from (text, is a disclosure, kind)."""
    parts = [pieces(text) for text, _, _ in texts]
    rows = encoder.encode([part for each in parts for part in each])
    found, start = [], 0
    for (text, harm, kind), each in zip(texts, parts, strict=True):
        found.append(Message(text, harm, kind, rules.find(text), rows[start : start + len(each)]))
        start += len(each)
    return found


def own(name: str) -> list[tuple[str, bool, str]]:
    """Our own labelled messages."""
    rows = [json.loads(line) for line in (OWN / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    return [(row["text"], row["label"] == "disclosure", row["kind"]) for row in rows]


def of_pack(pack: Path) -> list[tuple[str, bool, str]]:
    """A pack's questions as messages."""
    return [(q.text, q.expect is Expect.SAFEGUARDING, q.expect.value) for q in read_questions(pack / "questions.jsonl")]


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


def features(message: Message, neighbours: Neighbours, words: Words) -> list[float]:
    """One message's features in their fixed order."""
    scores = [float(score) for score in neighbours.scores(message.vectors)]
    row = features_of(message.findings, scores, words.score(message.findings.words))
    return [row[name] for name in FEATURES]


def fit(given: Sequence[Message], encoder: str) -> SafetyModel:
    """The whole model, fitted on `given`."""
    fold = np.array([zlib.crc32(message.text.encode()) % FOLDS for message in given])
    rows, labels = np.zeros((len(given), len(FEATURES))), np.array([message.harm for message in given])
    for number in range(FOLDS):
        judges = first_stage([message for message, part in zip(given, fold, strict=True) if part != number])
        for i in np.flatnonzero(fold == number):
            rows[i] = features(given[int(i)], *judges)
    spread = rows.std(axis=0)
    spread[spread < 1e-9] = 1.0
    probabilities = np.zeros(len(given))
    for number in range(FOLDS):
        out = fold == number
        probabilities[out] = _second(rows[~out] / spread, labels[~out]).predict_proba(rows[out] / spread)[:, 1]
    at = _threshold(probabilities, labels, np.array([message.findings.always for message in given]))
    second = _second(rows / spread, labels)
    neighbours, words = first_stage(given)
    weights = {name: float(weight) for name, weight in zip(FEATURES, second.coef_[0] / spread, strict=True)}
    counts = {"messages": len(given), "disclosures": int(labels.sum())}
    return SafetyModel(encoder, neighbours, words, weights, float(second.intercept_[0]), at, at / 2, counts)


def _second(rows: NDArray[np.float64], labels: NDArray[np.bool_]) -> LogisticRegression:
    return LogisticRegression(C=_STRENGTH, max_iter=2000).fit(rows, labels)


def _threshold(probabilities: NDArray[np.float64], labels: NDArray[np.bool_], always: NDArray[np.bool_]) -> float:
    best, least = 0.5, float("inf")
    for at in np.unique(np.round(probabilities, 4)):
        said = (probabilities >= at) | always
        cost = MISS_COST * float((labels & ~said).sum()) + float((~labels & said).sum())
        if cost <= least:
            best, least = float(at), cost
    return max(0.01, best * 0.9)


def figures(name: str, given: Sequence[tuple[str, bool, str]], screen: SafetyScreen) -> None:
    """Print what is missed and what is a false alarm."""
    levels = [screen.screen(text).level for text, _, _ in given]
    harm = [level for level, (_, is_harm, _) in zip(levels, given, strict=True) if is_harm]
    missed = sum(level is not Level.DISCLOSURE for level in harm)
    print(f"{name}: missed {share_text(missed, len(harm))}")
    print(f"{name}: missed even with a gentle line {share_text(sum(level is Level.NONE for level in harm), len(harm))}")
    for kinds, label in ((("idiom",), "idioms"), (None, "all harmless")):
        rest = [
            level for level, (_, is_harm, kind) in zip(levels, given, strict=True) if not is_harm and (not kinds or kind in kinds)
        ]
        if rest:
            print(f"{name}: false alarms, {label} {share_text(sum(level is Level.DISCLOSURE for level in rest), len(rest))}")


def main() -> None:
    """Fit, save, and print the figures on what was held out."""
    encoder, rules = OnnxEncoder(DATA / "encoder"), SafetyRules.load(DATA / "safety.yml")
    given = messages([*own("train"), *(row for pack in PACKS for row in of_pack(pack))], rules, encoder)
    model = fit(given, encoder.digest)
    model.save(DATA / "safety_model.json")
    loaded = SafetyModel.load(DATA / "safety_model.json")
    screen = SafetyScreen(rules, loaded, encoder)
    print(f"disclosure_at {loaded.disclosure_at:.3f}, caution_at {loaded.caution_at:.3f}, {dict(loaded.fitted_on)}")
    figures("own held-out half", own("held_out"), screen)
    for pack in HELD_OUT:
        figures(pack.name, of_pack(pack), screen)


if __name__ == "__main__":
    main()
