"""Fits what says a message's subject, for choosing the contact, for the encoder that ships.

    python -m evaluation.fit_routing

Training: `evaluation/routing/train.jsonl` (text, subject), which counts `OWN_COUNTS` times as much as a line of the
rest: the examples of the intents, with their subjects, and what families ask of a school in the packs named in
`PACKS`. `MessageModel.at` is the largest probability of a quarrel at which, cross-fitted in five folds, at most
`MOST_ASTRAY` of our own quarrels would go to the setting that they may be about.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from assistant.contacts import OWN, Route, load_routes, route_of, subject_said
from assistant.data_files import DATA
from assistant.intents import load_intents
from assistant.message_model import GramWeights, MessageModel, grams
from evaluation.intervals import share_text
from evaluation.questions import Expect, read_questions
from knowledge.encoder import OnnxEncoder
from knowledge.types import Vectors

TRAINING = Path("evaluation/routing/train.jsonl")
PACKS = tuple(Path("evaluation/packs") / name for name in ("hollinsea", "norcombe", "wexbridge", "carrowby"))
MODEL = DATA / "routing_model.json"
OWN_COUNTS = 4.0
MOST_ASTRAY = 0.02
FOLDS = 5
_STRENGTH, _FEWEST = 6.0, 3  # of the regression; messages that must hold a word for it to count
_SAME = {"independent": "advice"}  # subjects that lead to the same people


@dataclass(frozen=True)
class Labelled:
    """A message with its subject, and how much it counts."""

    text: str
    subject: str
    counts: float = 1.0


@dataclass(frozen=True)
class Fitted:
    """The regression with the words it counts."""

    counted: TfidfVectorizer
    regression: LogisticRegression

    def shares(self, texts: Sequence[str], vectors: Vectors) -> NDArray[np.float64]:
        """Probabilities, a row for each text, a column for each subject in the order of the names."""
        rows: NDArray[np.float64] = self.regression.predict_proba(hstack([csr_matrix(vectors), self.counted.transform(texts)]))
        return rows


def own(path: Path = TRAINING) -> Iterator[Labelled]:
    """Our own labelled messages."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield Labelled(str(row["text"]), str(row["subject"]), OWN_COUNTS)


def of_intents(folder: Path = Path("intents")) -> Iterator[Labelled]:
    """The examples of every intent that has a subject."""
    for intent in load_intents(folder):
        if intent.subject:
            yield from (Labelled(text, _SAME.get(intent.subject, intent.subject)) for text in intent.examples)


def of_school(pack: Path, routes: Sequence[Route]) -> Iterator[Labelled]:
    """Questions that a setting's own page answers or comes near to, if their words say nothing else."""
    for question in read_questions(pack / "questions.jsonl"):
        page = next(iter(question.gold), question.near or "")
        of_area = not page or page.startswith("lo-") or "-lo-" in page or "-dir-" in page
        if question.setting and not of_area and question.expect in (Expect.ANSWER, Expect.HANDOFF):
            said = subject_said(question.text, routes)
            if not said or said.contact == OWN:
                yield Labelled(question.text, "school")


def regress(given: Sequence[Labelled], vectors: Vectors) -> Fitted:
    """A rare subject's messages count more, but not so much that it becomes as likely as a common one."""
    often = Counter(each.subject for each in given)
    counts = np.array([each.counts * often[each.subject] ** -0.5 for each in given])
    counted = TfidfVectorizer(analyzer=grams, sublinear_tf=True, min_df=_FEWEST)
    rows = hstack([csr_matrix(vectors), counted.fit_transform([each.text for each in given])]).tocsr()
    regression = LogisticRegression(C=_STRENGTH, max_iter=3000)
    return Fitted(counted, regression.fit(rows, [each.subject for each in given], sample_weight=counts / counts.mean()))


def cross_fitted(given: Sequence[Labelled], vectors: Vectors) -> NDArray[np.float64]:
    """Probabilities for each message from a fit that has not seen it, shape (messages, subjects)."""
    fold = np.array([zlib.crc32(each.text.encode()) % FOLDS for each in given])
    shares = np.zeros((len(given), len({each.subject for each in given})))
    for number in range(FOLDS):
        kept, out = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        fitted = regress([given[i] for i in map(int, kept)], vectors[kept])
        shares[out] = fitted.shares([given[i].text for i in map(int, out)], vectors[out])
    return shares


def doubt_at(given: Sequence[Labelled], shares: NDArray[np.float64], routes: Sequence[Route]) -> float:
    """The threshold of doubt; prints what it costs."""
    names = sorted({each.subject for each in given})
    quarrels = np.array([route_of(name, routes).quarrel for name in names])
    schools = np.array([route_of(name, routes).contact == OWN for name in names])
    doubt, to_school = shares[:, quarrels].sum(axis=1), schools[shares.argmax(axis=1)]
    unsaid = np.array([each.counts == OWN_COUNTS and subject_said(each.text, routes) is None for each in given])
    is_quarrel = unsaid & np.array([route_of(each.subject, routes).quarrel for each in given])
    is_school = unsaid & np.array([route_of(each.subject, routes).contact == OWN for each in given])
    at = 0.5
    while at > 0.01 and (is_quarrel & to_school & (doubt < at)).sum() > MOST_ASTRAY * is_quarrel.sum():
        at = round(at - 0.01, 2)
    astray = is_quarrel & to_school & (doubt < at)
    turned_away = is_school & to_school & (doubt >= at)
    print(f"quarrels that would go to the school {share_text(int(astray.sum()), int(is_quarrel.sum()))}")
    print(f"school questions sent to SENDIASS {share_text(int(turned_away.sum()), int(is_school.sum()))}")
    return at


def model_of(fitted: Fitted, encoder: OnnxEncoder, at: float, messages: int) -> MessageModel:
    """The numbers as they are served; of two classes the first scores 0."""
    wide, weights, offsets = encoder.dimensions, fitted.regression.coef_, fitted.regression.intercept_
    classes = tuple(str(each) for each in fitted.regression.classes_)
    if len(classes) == 2:
        weights, offsets = np.vstack([np.zeros_like(weights), weights]), np.append([0.0], offsets)
    rows = {str(gram): int(row) for gram, row in fitted.counted.vocabulary_.items()}
    said = GramWeights(rows, fitted.counted.idf_.astype(np.float32), weights[:, wide:].T.astype(np.float32))
    numbers = weights[:, :wide].astype(np.float32), offsets.astype(np.float32)
    return MessageModel(encoder.digest, classes, *numbers, said, at, {"messages": messages})


def main() -> None:
    """Fit, save, and say how it does."""
    encoder, routes = OnnxEncoder(DATA / "encoder"), load_routes(DATA / "routing.yml")
    given = [*own(), *of_intents(), *(each for pack in PACKS for each in of_school(pack, routes))]
    vectors = encoder.encode([each.text for each in given])
    at = doubt_at(given, cross_fitted(given, vectors), routes)
    model_of(regress(given, vectors), encoder, at, len(given)).save(MODEL)
    print(f"a quarrel from {at}, {len(given)} messages")


if __name__ == "__main__":
    main()
