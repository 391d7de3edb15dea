"""Says in plain words why a passage that came near was not given as the answer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from assistant.data_files import DATA, read_yaml
from assistant.features import AnswerKind
from assistant.types import Decision, Outcome, Reading, Reason
from knowledge.words import content_words

_MOST_WORDS = 4


@dataclass(frozen=True)
class Near:
    """A passage that came near, with every reason that is known."""

    reading: Reading
    why: str


def why_not(
    query: str, readings: Sequence[Reading], decision: Decision | None, needed: float, kinds: Sequence[AnswerKind]
) -> list[Near]:
    """The readings with their reasons; `needed` is the probability from which an answer is given."""
    return [Near(each, _why(query, each, decision if place == 0 else None, needed, kinds)) for place, each in enumerate(readings)]


def _why(query: str, reading: Reading, decision: Decision | None, needed: float, kinds: Sequence[AnswerKind]) -> str:
    say = _sentences()
    if decision is not None and decision.outcome is Outcome.ANSWER:
        return str(say["given" if decision.sure else "uncertain"])
    text = " ".join((*reading.hit.passage.headings, reading.hit.passage.text))
    lacking = [say["kinds"][kind.name] for kind in kinds if kind.asked.search(query) and not kind.told.search(text)]
    unsaid = _unsaid(_without_kinds(query, kinds), text)
    reasons = [say["lacks"].format(things=" or ".join(lacking))] if lacking else []
    reasons += [say["words"].format(words=", ".join(unsaid))] if unsaid else []
    reasons = reasons or [say["unsure"]]
    if decision is not None and decision.reason is Reason.UNSURE:
        reasons.append(say["chance"].format(percent=round(100 * decision.probability), needed=round(100 * needed)))
    first, *others = reasons
    return "; ".join((first, *(each[:1].lower() + each[1:] for each in others)))


def _without_kinds(query: str, kinds: Sequence[AnswerKind]) -> str:
    """The question without words such as "how much", which say what kind of thing is asked for."""
    for kind in kinds:
        query = kind.asked.sub(" ", query)
    return query


def _unsaid(query: str, text: str) -> list[str]:
    """Words of the question that have no form in the text, as they were typed."""
    there = set(content_words(text))
    typed = re.findall(r"[^\W\d_]+", query)
    return [word for word in dict.fromkeys(typed) if content_words(word) and not set(content_words(word)) & there][:_MOST_WORDS]


@cache
def _sentences() -> Mapping[str, Any]:
    found: Mapping[str, Any] = read_yaml(DATA / "why_not.yml")
    return found
