"""Measures whether a badly spelt question gets what it gets when it is spelt properly, on `evaluation/spelling/pairs.jsonl`.

python -m signpost.benches.spelling     # asks the data folder's assistant, prints each pair that comes out differently
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.turn import Assistant
from assistant.types import Audience, Context, Kind, Reply
from evaluation.intervals import share_text

PAIRS = Path("evaluation/spelling/pairs.jsonl")


@dataclass(frozen=True)
class Pair:
    """A question as it is typed, and as it is spelt in a dictionary."""

    said: str
    meant: str
    audience: Audience


@dataclass(frozen=True)
class Asked:
    """A pair with the reply to each of its two."""

    pair: Pair
    said: Reply
    meant: Reply

    @property
    def alike(self) -> bool:
        """The replies are of one kind, and an answer comes from the same page."""
        return _gist(self.said) == _gist(self.meant)

    @property
    def turned_away(self) -> bool:
        """Only the badly spelt one is said not to be about SEND."""
        return self.said.kind is Kind.OUT_OF_SCOPE and self.meant.kind is not Kind.OUT_OF_SCOPE

    @property
    def misled(self) -> bool:
        """Only the badly spelt one gets the answer of some page, or another page's answer."""
        return self.said.kind is Kind.ANSWER and not self.alike


def pairs(path: Path = PAIRS) -> Iterator[Pair]:
    """The table's pairs."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield Pair(row["said"], row["meant"], Audience(row["who"]))


def ask(assistant: Assistant, pair: Pair, area: str) -> Asked:
    """Both of a pair, each as the first message of a talk that has no school."""
    context = Context(area, audience=pair.audience, clarified=True, records=False)
    return Asked(pair, assistant.answer(pair.said, context), assistant.answer(pair.meant, context))


def table(asked: Sequence[Asked]) -> list[str]:
    """Markdown: what becomes of the badly spelt ones."""
    answered = [each for each in asked if each.meant.kind is Kind.ANSWER]
    rows = {
        "the same kind of reply, from the same page": (sum(each.alike for each in asked), len(asked)),
        "of those that are answered when spelt properly: the same page's answer": (
            sum(each.alike for each in answered),
            len(answered),
        ),
        "said not to be about SEND, though it is": (sum(each.turned_away for each in asked), len(asked)),
        "another answer, or one where there was none": (sum(each.misled for each in asked), len(asked)),
    }
    return ["| badly spelt questions | |", "|---|---|", *(f"| {what} | {share_text(*counts)} |" for what, counts in rows.items())]


def _gist(reply: Reply) -> tuple[str, ...]:
    cited = tuple(each.document for each in reply.citations[:1]) if reply.kind is Kind.ANSWER else ()
    return (reply.kind.value, *cited)
