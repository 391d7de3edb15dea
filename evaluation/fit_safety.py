"""Fits the numbers of the safety screen for the encoder that ships.

    python -m evaluation.fit_safety            # fit, save, print the figures on what was held out
    python -m evaluation.fit_safety --figures  # print the figures of the model that is saved

It learns from `evaluation/safety/train.jsonl`, the examples in `assistant/data/safety_examples.yml`, the words of
`intents/` (all but the safety intent), the complaints and questions of `evaluation/routing/train.jsonl`, and the
questions of the packs that are not held out, where everything that is not labelled `safeguarding` counts as harmless.
Scores of the first stage are cross-fitted in five folds before the second stage weighs them, so that it does not trust
them more than they deserve; those of the harm judge come from `evaluation.train_harm_judge`, which does the same. The second
stage also weighs what the first has not learned from: long harmless messages in families' own words, questions told as stories,
and disclosures buried in such. The thresholds are chosen on the cross-fitted messages, to keep to `Goals`.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from assistant.data_files import DATA
from assistant.harm_judge import HarmJudge
from assistant.safety import SafetyScreen, level_of, sentences
from assistant.safety_model import FEATURES, Neighbours, SafetyModel, Words, features_of, grams
from assistant.safety_rules import Findings, SafetyRules
from assistant.safety_text import clip
from evaluation.safety_figures import figures, report_held_out
from evaluation.safety_messages import JUDGED, LONG, STORY, Labelled, name_of, to_learn_from, to_weigh
from knowledge.encoder import Encoder, OnnxEncoder
from knowledge.types import Vectors

FOLDS = 5
MODEL = DATA / "safety_model.json"
_GAMMA, _MARGIN, _WORDS_STRENGTH, _STRENGTH = 2.0, 4.0, 20.0, 1.0
_BURIED_WEIGHT = 0.5  # of a disclosure that is buried in other text, beside 1 for any other message
_IDIOM, _SHORT = "idiom", "short"
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Goals:
    """What the thresholds keep to on the cross-fitted training messages, as shares of the harmless ones."""

    idioms: float = 0.10
    """Idioms and low moods that get the safety card, at most."""
    ordinary: float = 0.015
    """Ordinary questions that get the safety card, at most."""
    gentle: float = 0.12
    """Ordinary questions that get at least the gentle line, at most."""
    short: float = 0.10
    """Short harmless turns of a chat that get the safety card, at most."""
    short_gentle: float = 0.30
    """Short harmless turns that get at least the gentle line, at most."""
    long: float = 0.20
    """Long harmless stories that get the safety card, at most."""
    stories: float = 0.25
    """Questions told as stories that get the safety card, at most."""


@dataclass(frozen=True)
class Message:
    """A labelled message with what the rules and the encoder see of it.

    `vectors` has a row for the whole message and one for each of `sentences`, which are as the rules read them.
    """

    said: Labelled
    findings: Findings
    vectors: Vectors
    sentences: tuple[str, ...]
    judged: float
    """The logit of a harm judge that has not learned from it."""

    @property
    def harm(self) -> bool:
        """Whether it is a disclosure."""
        return self.said.harm

    @property
    def learned_from(self) -> bool:
        """Whether the first stage learns from it too."""
        return self.said.source not in ("families", "buried", STORY)

    @property
    def fold(self) -> int:
        """One of five; that of the disclosure that is buried in it."""
        return self.said.part(FOLDS)

    @property
    def weight(self) -> float:
        """How much it counts in the second stage."""
        return _BURIED_WEIGHT if self.said.source == "buried" else 1.0

    @property
    def is_idiom(self) -> bool:
        """An idiom, or a low mood that is no disclosure."""
        return self.said.kind == _IDIOM

    @property
    def ordinary(self) -> bool:
        """A question as families ask it, not one written to be hard for the screen."""
        return self.said.source in ("packs", "intents", "routing")


def messages(given: Sequence[Labelled], rules: SafetyRules, encoder: Encoder, judged: Callable[[str], float]) -> list[Message]:
    """What the rules, the encoder and the harm judge see of each text."""
    parts = [sentences(one.text) for one in given]
    rows = encoder.encode([text for one, each in zip(given, parts, strict=True) for text in (clip(one.text), *each)])
    found, start = [], 0
    for one, each in zip(given, parts, strict=True):
        end = start + 1 + len(each)
        read = tuple(rules.words(part) for part in each)
        found.append(Message(one, rules.find(one.text), rows[start:end], read, judged(one.text)))
        start = end
    return found


def judged_unseen(judge: HarmJudge) -> Callable[[str], float]:
    """The logit of a message by a judge that has not learned from it: kept from its training, or else by `judge`."""
    kept: dict[str, float] = json.loads(JUDGED.read_text(encoding="utf-8"))
    return lambda text: kept[name_of(text)] if name_of(text) in kept else judge.score(text)


def first_stage(given: Sequence[Message]) -> tuple[Neighbours, Words]:
    """The judges of meaning and of words."""
    given = [message for message in given if message.learned_from]
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
    """One message's features in their fixed order, as the screen finds them."""
    scores = [float(score) for score in neighbours.scores(message.vectors)]
    looked_at = words.most_suspect(message.sentences)
    told = [words.score(text) for text in (message.findings.words, *(message.sentences[n] for n in looked_at))]
    row = features_of(message.findings, [scores[0], *(scores[1 + n] for n in looked_at)], told, message.judged)
    return [row[name] for name in FEATURES]


def cross_fit(given: Sequence[Message]) -> tuple[Floats, Floats]:
    """The features of each message by judges that have not seen it, and P(disclosure) from them."""
    fold, weights = np.array([message.fold for message in given]), np.array([message.weight for message in given])
    rows, found = np.zeros((len(given), len(FEATURES))), np.zeros(len(given))
    labels = np.array([message.harm for message in given])
    for number in range(FOLDS):
        judges = first_stage([message for message, part in zip(given, fold, strict=True) if part != number])
        for i in map(int, np.flatnonzero(fold == number)):
            rows[i] = features(given[i], *judges)
    spread = spread_of(rows)
    for number in range(FOLDS):
        out = fold == number
        second = _second(rows[~out] / spread, labels[~out], weights[~out])
        found[out] = second.predict_proba(rows[out] / spread)[:, 1]
    return rows, found


def fit(given: Sequence[Message], encoder: str, judge: str, goals: Goals) -> tuple[SafetyModel, Floats]:
    """The whole model, fitted on `given`, and what it made of each message when it had not seen it."""
    rows, found = cross_fit(given)
    spread, labels = spread_of(rows), np.array([message.harm for message in given])
    second = _second(rows / spread, labels, np.array([message.weight for message in given]))
    neighbours, words = first_stage(given)
    weights = {name: float(weight) for name, weight in zip(FEATURES, second.coef_[0] / spread, strict=True)}
    disclosure_at, caution_at = thresholds(given, found, goals)
    learned = np.array([message.learned_from for message in given])
    counts = {"messages": int(learned.sum()), "disclosures": int(labels[learned].sum()), "weighed": int((~learned).sum())}
    offset = float(second.intercept_[0])
    return SafetyModel(encoder, judge, neighbours, words, weights, offset, disclosure_at, caution_at, counts), found


def thresholds(given: Sequence[Message], found: Floats, goals: Goals) -> tuple[float, float]:
    """The lowest thresholds for the card and for the gentle line that keep the goals."""
    idioms = np.array([message.is_idiom and not message.harm for message in given])
    ordinary = np.array([message.ordinary and not message.harm for message in given])
    short = np.array([message.said.kind == _SHORT and not message.harm for message in given])
    long = np.array([message.said.source == LONG and not message.harm for message in given])
    stories = np.array([message.said.source == STORY for message in given])

    def highest(*bounds: tuple[NDArray[np.bool_], float]) -> float:
        return max(at_most(found[which], share) for which, share in bounds if which.any())

    told = ((long, goals.long), (stories, goals.stories))
    card = highest((idioms, goals.idioms), (ordinary, goals.ordinary), (short, goals.short), *told)
    return card, min(card, highest((ordinary, goals.gentle), (short, goals.short_gentle)))


def at_most(probabilities: Floats, share: float) -> float:
    """The lowest threshold that at most this share of `probabilities` reaches, rounded up to 4 places."""
    highest = np.sort(probabilities)[::-1]
    return float(np.floor(highest[int(share * len(highest))] * 1e4) + 1) / 1e4


def spread_of(rows: Floats) -> Floats:
    """How far each feature is spread, 1 for one that never changes."""
    spread: Floats = rows.std(axis=0)
    spread[spread < 1e-9] = 1.0
    return spread


def _second(rows: Floats, labels: NDArray[np.bool_], weights: Floats) -> LogisticRegression:
    return LogisticRegression(C=_STRENGTH, max_iter=4000).fit(rows, labels, sample_weight=weights)


def report_cross_fitted(given: Sequence[Message], model: SafetyModel, found: Floats) -> None:
    """Print how the training messages fare with a model that has not seen them, by where they come from."""
    levels = [level_of(float(p), m.findings, model) for m, p in zip(given, found, strict=True)]
    for source in dict.fromkeys(message.said.source for message in given):
        part = [(m.harm, m.said.kind, level) for m, level in zip(given, levels, strict=True) if m.said.source == source]
        figures(f"cross-fitted {source}", part)


def main() -> None:
    """Fit, save, and print the figures on what was held out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--figures", action="store_true", help="only print the figures of the saved model")
    parser.add_argument("--data", type=Path, default=os.environ.get("SIGNPOST_DATA", "data"), help="where the models were built")
    given = parser.parse_args()
    encoder, rules = OnnxEncoder(DATA / "encoder"), SafetyRules.load(DATA / "safety.yml")
    judge = HarmJudge(given.data / "harm_judge")
    if not given.figures:
        seen = messages([*to_learn_from(), *to_weigh()], rules, encoder, judged_unseen(judge))
        model, found = fit(seen, encoder.digest, judge.digest, Goals())
        model.save(MODEL)
        report_cross_fitted(seen, model, found)
    loaded = SafetyModel.load(MODEL)
    loaded.fits(encoder.digest, judge.digest)
    screen = SafetyScreen(rules, loaded, encoder, judge)
    print(f"disclosure_at {loaded.disclosure_at:.4f}, caution_at {loaded.caution_at:.4f}, {dict(loaded.fitted_on)}")
    report_held_out(screen)


if __name__ == "__main__":
    main()
