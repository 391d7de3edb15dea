"""What the decision looks at: how well the best passage fits the question, from many sides.

Every feature is a plain number with a name; docs/reference/decision.md says what each is for.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.data_files import read_yaml
from assistant.errors import DataError
from assistant.reader import hit_score
from assistant.types import Reading, Understanding
from knowledge.words import content_words

_UNREAD = -8.0  # the cross-encoder's logit of a passage that it did not read
_MOST_LEAD = 6.0  # a lead over this says no more
_NAMES = (
    "first", "late", "late_best", "first_best", "whole", "sentence", "lexical", "answers", "answers_sentence", "cross",
    "cross_any", "lead", "lead_document", "coverage", "intent", "length",
)  # fmt: skip


@dataclass(frozen=True)
class AnswerKind:
    """One kind of thing that can be asked for, and how a text looks that gives it."""

    name: str
    asked: re.Pattern[str]
    told: re.Pattern[str]
    weighed: bool
    """True if it is a feature of its own, not only one of `kinds_missing`."""


def load_answer_kinds(path: Path) -> tuple[AnswerKind, ...]:
    """Read the kinds of answer. Raises DataError for a pattern that is not valid."""
    rows = read_yaml(path)
    try:
        return tuple(
            AnswerKind(
                name,
                re.compile(row["asked"], re.IGNORECASE),
                re.compile(row["told"], re.IGNORECASE),
                bool(row.get("weighed", False)),
            )
            for name, row in rows.items()
        )
    except (re.error, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{path}: {error}; mend that entry") from error


def feature_names(kinds: Sequence[AnswerKind]) -> tuple[str, ...]:
    """The names of what `features_of` gives."""
    return *_NAMES, *(_kind_name(kind) for kind in kinds if kind.weighed), "kinds_missing"


def features_of(understanding: Understanding, readings: Sequence[Reading], kinds: Sequence[AnswerKind]) -> Mapping[str, float]:
    """The features of the best of `readings` (which are in order, best first, and not empty)."""
    best, hit = readings[0], readings[0].hit
    others = [reading for reading in readings[1:] if reading.hit.passage.document_id != hit.passage.document_id]
    sentence = best_sentence(best)
    features = {
        "first": hit_score(hit),
        "late": best.late,
        "late_best": max(reading.late for reading in readings),
        "first_best": max(hit_score(reading.hit) for reading in readings),
        "whole": hit.whole,
        "sentence": max(hit.sentences, default=hit.whole),
        "lexical": hit.lexical / (hit.lexical + 8.0),
        "answers": 1 / (1 + math.exp(-best.answers)) if best.answers is not None else 0.0,
        "answers_sentence": max(best.evidence, default=0.0),
        "cross": best.cross if best.cross is not None else _UNREAD,
        "cross_any": _any_of([reading.cross for reading in readings if reading.cross is not None]),
        "lead": min(_MOST_LEAD, best.score - readings[1].score) if len(readings) > 1 else _MOST_LEAD,
        "lead_document": min(_MOST_LEAD, best.score - others[0].score) if others else _MOST_LEAD,
        "coverage": _coverage(understanding.query, " ".join((*hit.passage.headings, hit.passage.text))),
        "intent": understanding.confidence,
        "length": math.log1p(len(understanding.query.split())),
    }
    return features | _kind_features(understanding.query, hit.passage.text, sentence, kinds)


def _any_of(logits: Sequence[float]) -> float:
    """The logit that any of them answers, as the cross-encoder was trained: against a score of 0 for "nothing answers this"."""
    return math.log(sum(math.exp(logit) for logit in logits)) if logits else _UNREAD


def best_sentence(reading: Reading) -> str:
    """The sentence that is nearest to the question."""
    if not reading.sentences:
        return ""
    return max(zip(reading.evidence, reading.sentences, strict=True))[1]


def _coverage(query: str, text: str) -> float:
    asked = set(content_words(query))
    return len(asked & set(content_words(text))) / len(asked) if asked else 0.0


def _kind_name(kind: AnswerKind) -> str:
    return f"kind_{kind.name}"


def _kind_features(query: str, passage: str, sentence: str, kinds: Sequence[AnswerKind]) -> dict[str, float]:
    """Per kind asked for: 1 if the sentence gives it, -1 if not; 0 if it was not asked for."""
    features, missing = {}, 0.0
    for kind in kinds:
        asked = bool(kind.asked.search(query))
        if kind.weighed:
            features[_kind_name(kind)] = float(asked) * (1.0 if kind.told.search(sentence) else -1.0)
        missing += asked and not kind.told.search(passage)
    return features | {"kinds_missing": missing}
