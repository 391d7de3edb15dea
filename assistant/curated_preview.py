"""What an answer that staff are writing would do: which questions it would answer, and how each is met now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.turn import Assistant
from assistant.types import Context, Kind
from knowledge.split import split
from knowledge.types import Document
from knowledge.units import units


@dataclass(frozen=True)
class Tried:
    """One question: whether the new answer would be given, how near it is (a cosine), and what is said without it."""

    question: str
    answered: bool
    nearness: float
    now: Kind
    page: str
    """The page that is shown now, if one is: the new answer would win over it."""


def preview(assistant: Assistant, document: Document, questions: Sequence[str], context: Context) -> list[Tried]:
    """Try `document` on each question, with the encoder and the threshold that serve. Nothing is recorded or published."""
    pieces = split(document.title, document.body)
    encoder = assistant.parts.encoder
    vectors = encoder.encode([unit for piece in pieces for unit in units(piece)])
    at = assistant.parts.dialogue.curated_at
    tried = []
    for question in questions:
        explained = assistant.try_out(question, context)
        _, vector = assistant.understand(question, context)
        near = float((vectors @ vector).max()) if len(vectors) else 0.0
        cited = explained.reply.citations
        tried.append(Tried(question, near >= at, near, explained.reply.kind, cited[0].title if cited else ""))
    return tried
