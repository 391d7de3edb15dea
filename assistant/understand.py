"""What a message means: its intent, the settings it names, and a query that stands alone."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.intents import Intent, IntentMatcher
from assistant.types import Context, Entity, Understanding
from knowledge.words import words

_TOPICS_FROM = 5  # nearest intents whose topics the question may belong to
_TOPIC_NEAR = 0.35


@dataclass(frozen=True)
class Abbreviations:
    """Short forms with what they stand for, from the glossary; unclear ones are left alone."""

    expansions: Mapping[str, str]

    @classmethod
    def load(cls, path: Path) -> Abbreviations:
        """Short forms from the glossary that have one meaning only; those that clash are left alone."""
        expansions: dict[str, str] = {}
        with path.open(encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle):
                short = [row["term"], *(row["aliases"] or "").split(";")]
                for form in (each.strip() for each in short):
                    is_short = re.fullmatch(r"[A-Za-z][A-Za-z0-9]{1,8}s?", form) and any(ch.isupper() for ch in form[1:])
                    if is_short and not row["clashes_with"].strip() and form.lower() != row["expansion"].lower():
                        expansions.setdefault(form.lower(), row["expansion"])
        return cls(expansions)

    def expand(self, text: str) -> str:
        """`text` with the expansion of each short form added at the end, for retrieval only."""
        found = [self.expansions[word] for word in dict.fromkeys(words(text)) if word in self.expansions]
        missing = [long for long in found if long.lower() not in text.lower()]
        return f"{text} ({'; '.join(missing)})" if missing else text


def understand(
    text: str,
    query: str,
    vector: NDArray[np.float32],
    matcher: IntentMatcher,
    entities: Sequence[Entity],
    context: Context,
) -> Understanding:
    """The message as one value. `query` is what it asks when it stands alone, `vector` the encoder's for that."""
    query = _SPACE.sub(" ", query).strip()
    ranking = matcher.rank(vector, text)
    name, near = ranking[0] if ranking else ("", 0.0)
    intents = [(matcher.intents[each], score) for each, score in ranking[:_TOPICS_FROM]]
    named = tuple(dict.fromkeys(entity.value for entity in entities if entity.kind == "setting"))
    setting = context.setting or (named[0] if len(named) == 1 else None)
    return Understanding(
        text=text, query=query, intent=name, confidence=near, ranking=ranking[:10], entities=tuple(entities),
        topics=_topics(intents), setting=setting, settings=named,
    )  # fmt: skip


_SPACE = re.compile(r"\s+")


def _topics(intents: Sequence[tuple[Intent, float]]) -> dict[str, float]:
    found: dict[str, float] = {}
    for intent, near in intents:
        if near >= _TOPIC_NEAR:
            for topic in intent.topics:
                found[topic] = max(found.get(topic, 0.0), near)
    return found
