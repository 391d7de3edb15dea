"""Finds what a long message asks: the part that asks, and as much of the story before it as it takes to understand that.

A story holds the words of many pages, so that one is found which is about it and does not answer; the sentence that asks leaves
out what it is about ("how long will he wait for us"). So both are read, and what they say of a page is averaged
(docs/adr/0016-stories.md).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
_CLAUSE = re.compile(r"(?<=[,;:])\s+|\s+(?=(?:and|but|so|because|cos|coz|anyway)\s)", re.IGNORECASE)
_LONG_SENTENCE = 25  # words from which a sentence is taken clause by clause
_SHORT_QUESTION = 3  # words that a question has at least
_LEAD_IN = r"^\W*(?:(?:and|also|so|but|anyway|please|roughly|just|then|now)\W+)*"
_STATES = re.compile(
    rf"{_LEAD_IN}(?:what an?\b|how (?:lovely|nice|funny|can that be|is that fair)\b|which (?:is|was|were|i|he|she|we|they)\b"
    r"|(?:when|where) (?:an?|the|i|we|he|she|they|it|you|my|our|his|her)\b"
    r"|(?:has|have) (?:been|done|had|got|gone|never|always)\b)"
    r"|^\W*(?:and )?so (?:am|are|is|do|does|did|has|have|will) (?:i|we|he|she|they)\W*$",
    re.IGNORECASE,
)
_ASKS = re.compile(
    rf"{_LEAD_IN}(?:who|whos|what|whats|when|where|wheres|how|hows|why|which|whose|can|could|do|does|did|is|are|am|will|would|"
    r"should|has|have|may|any ?(?:one|body|where|idea|chance))\b",
    re.IGNORECASE,
)
_WANTS = re.compile(
    r"\b(?:wan(?:t|ted|na)|need(?:ed)?|like|love|wish|have) (?:to )?"
    r"(?:know|hear|ask|see|find|tell|sign|speak|talk|some(?:body|one|where))\b"
    r"|\b(?:wonder(?:ed|ing)?|i'?m asking|tell me|let me know|looking for|after is|if i knew|nobody'?s told|whether|no idea)\b",
    re.IGNORECASE,
)
_EXCLAIMS = re.compile(rf"{_LEAD_IN}how (?:can that be|is that fair)\b", re.IGNORECASE)
_ASKS_WITHIN = re.compile(
    r"\b(?:is|are|was|do|does|did|can|could|will|would|should|am) (?:there|i|we|he|she|they|it|you|that|this)\b"
    r"|\b(?:who|what|where|how|which) (?:do|does|did|is|are|can|will|would|much|many|long|often|days?|times?|dates?)\b"
    r"|\bwhat'?s\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class StoryRules:
    """How a story is taken; lengths count words. Data in `dialogue.yml`."""

    longest: int
    """A message of more words is a story."""
    context: int
    """The part that asks and what is kept before it have at most so many."""
    doubt: float
    """How much less sure an answer to a story is, in logits."""


def with_context(text: str, rules: StoryRules) -> str:
    """A story cut to the part that asks and what stands before it; any other message as it is."""
    if len(text.split()) <= rules.longest:
        return text
    parts = _parts(text)
    last = _asking(parts)
    first, total = last, len(parts[last].split())
    while first and total + len(parts[first - 1].split()) <= rules.context:
        first -= 1
        total += len(parts[first].split())
    return " ".join(parts[first : last + 1])


def part_that_asks(text: str, rules: StoryRules) -> str:
    """The part of a story that asks, with the one before it if that is short; nothing of a message that is none."""
    if len(text.split()) <= rules.longest:
        return ""
    parts = _parts(text)
    last = _asking(parts)
    alone = len(parts[last].split()) > 2 * _SHORT_QUESTION
    return " ".join(parts[last if alone else max(0, last - 1) : last + 1])


def sentences(text: str) -> list[str]:
    """The sentences of a message; a line is one too."""
    return [found.group().strip() for found in _SENTENCE.finditer(text) if found.group().strip()]


def _parts(text: str) -> list[str]:
    """Its sentences, long ones clause by clause."""
    return [part for each in sentences(text) for part in (_clauses(each) if len(each.split()) > _LONG_SENTENCE else [each])]


def _clauses(sentence: str) -> list[str]:
    cuts = [0, *(found.end() for found in _CLAUSE.finditer(sentence)), len(sentence)]
    return [part for start, end in pairwise(cuts) if (part := sentence[start:end].strip())]


def _asking(parts: list[str]) -> int:
    """The number of the last part that asks: with a question mark, or else by its words; the last of all if none does."""
    for asks in (is_question, asks_plainly, _WANTS.search, _ASKS_WITHIN.search):
        found = [number for number, part in enumerate(parts) if asks(part)]
        if found:
            return found[-1]
    return len(parts) - 1


def is_question(part: str) -> bool:
    """True of what ends in a question mark and is meant so: not "really?" or "how can that be?"."""
    return part.endswith("?") and len(part.split()) >= _SHORT_QUESTION and not _EXCLAIMS.match(part)


def asks_plainly(part: str) -> bool:
    """True of what begins as a question does: "who is", "can he"."""
    return bool(_ASKS.match(part)) and not _STATES.match(part)
