"""Scores replies against labelled questions exactly as evaluation/README.md says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from assistant.compose import answer_shown
from assistant.turn import Explained
from assistant.types import Kind, Reason
from evaluation.questions import Expect, Question

# The words that do not count when a reply is compared with a span; part of the scoring's definition.
_STOP = frozenset(
    """a about above after again all also am an and any are as at be because been before
being but by can could did do does doing for from had has have having he her here hers him his how
i if in into is it its itself me more most my no nor not of off on once only or other our out over
own same she should so some such than that the their them then there these they this those through
to too under until up very was we were what when where which while who whom why will with would you
your""".split()
)
_FALSE_WHEN = frozenset({Expect.HANDOFF, Expect.OUT_OF_SCOPE})


@dataclass(frozen=True)
class Result:
    """One line of RESULTS.jsonl. `kind` is one of the five of the labels, or `clarify` or `smalltalk`."""

    id: str
    kind: str
    documents: tuple[str, ...]
    text: str
    probability: float | None
    reason: str
    milliseconds: float

    def row(self) -> Mapping[str, object]:
        """As written to RESULTS.jsonl."""
        return asdict(self)


@dataclass(frozen=True)
class Scored:
    """A question with its result and what the scoring says of it."""

    question: Question
    result: Result
    right: bool
    gold_rank: int | None = None
    best_right: bool = False
    other_setting: bool = False
    sure: bool = True
    """False for an answer that was said to be uncertain (ADR 0014)."""
    likely: float | None = None
    """P(the best passage answers) by the trees of the policy; None if something else decided, as for who asks for a person."""

    @property
    def answered(self) -> bool:
        """True if the reply was an answer."""
        return self.result.kind == Kind.ANSWER.value

    @property
    def false_answer(self) -> bool:
        """An answer where none is published, or to something that is not about SEND."""
        return is_false(self.question, self.result)

    @property
    def failed(self) -> bool:
        """True if the turn crashed: the family is handed over, and nothing was measured."""
        return self.result.reason == Reason.FAILED.value


def content_words(text: str) -> set[str]:
    """The distinct words that count: lower-case runs of a-z and 0-9, over one character, no stop words."""
    return {word for word in re.findall(r"[a-z0-9]+", text.lower()) if len(word) > 1 and word not in _STOP}


def result_of(question: Question, explained: Explained, milliseconds: float) -> Result:
    """What a reader of RESULTS.jsonl needs of one reply."""
    reply = explained.reply
    kind = reply.kind.value
    if reply.kind is Kind.HANDOFF and reply.reason is Reason.ASKED_FOR_PERSON:
        kind = Expect.CONTACT.value
    return Result(
        question.id, kind, tuple(each.document for each in reply.citations), reply.text,
        reply.probability, reply.reason.value if reply.reason else "", round(milliseconds, 1),
    )  # fmt: skip


def holds_answer(question: Question, documents: tuple[str, ...], text: str) -> bool:
    """True if the text is from a gold document and holds at least half of the span's content words."""
    span = content_words(question.answer_span or "")
    shown = len(span & content_words(text)) >= len(span) / 2
    return shown and any(document in question.gold for document in documents)


def is_right(question: Question, result: Result) -> bool:
    """The scoring's own rule. A turn that crashed is never right, although it hands over."""
    if result.reason == Reason.FAILED.value:
        return False
    if question.expect is not Expect.ANSWER:
        return result.kind == question.expect.value
    return result.kind == Kind.ANSWER.value and holds_answer(question, result.documents, result.text)


def is_false(question: Question, result: Result) -> bool:
    """An answer where none is published, or to something that is not about SEND."""
    return result.kind == Kind.ANSWER.value and question.expect in _FALSE_WHEN


def score(question: Question, explained: Explained, milliseconds: float) -> Scored:
    """One question with all that is measured about its reply."""
    result = result_of(question, explained, milliseconds)
    ranked = dict.fromkeys(reading.hit.document.id for reading in explained.readings)
    rank = next((n for n, name in enumerate(ranked, 1) if name in question.gold), None)
    cited = {reading.hit.document.id: reading.hit.document.scope for reading in explained.readings}
    wrong = any(
        (scope := cited.get(name)) is not None and scope.setting and question.setting and scope.setting != question.setting
        for name in result.documents
    )
    decision = explained.decision
    sure = decision is None or decision.sure
    likely = decision.probability if decision and decision.features else None
    return Scored(question, result, is_right(question, result), rank, _best_right(question, explained), wrong, sure, likely)


def _best_right(question: Question, explained: Explained) -> bool:
    """Whether the best reading would have been right, had it been shown."""
    if question.expect is not Expect.ANSWER or not explained.readings:
        return False
    shown = answer_shown(explained.readings[:6])
    return holds_answer(question, shown.documents, f"{shown.text} {shown.more_text}")
