"""What an answer that staff are writing would do: which questions it would answer, and how each is met now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.turn import Assistant
from assistant.types import Context, Kind
from knowledge.split import split
from knowledge.types import Document, Vectors
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


@dataclass(frozen=True)
class Beaten:
    """A part of a page that asks or tells what the new answer is about: whoever asks for it gets the answer instead."""

    title: str
    heading: str
    url: str


def wins_over(assistant: Assistant, document: Document, questions: Sequence[str], context: Context) -> list[Beaten]:
    """The parts of pages whose own heading is near enough to the new answer that it would be given in their place."""
    vectors, found = _vectors(assistant, document), {}
    for question in questions:
        for reading in assistant.try_out(question, context).readings:
            hit = reading.hit
            if not hit.document.kind.startswith("curated"):
                found[hit.passage.id] = Beaten(hit.document.title, hit.passage.headings[-1], hit.document.url)
    parts = list(dict.fromkeys(found.values()))
    if not parts or not len(vectors):
        return []
    headings = assistant.parts.encoder.encode([part.heading for part in parts])
    near = (headings @ vectors.T).max(axis=1) >= assistant.parts.dialogue.curated_at
    return [part for part, wins in zip(parts, near, strict=True) if wins]


def preview(assistant: Assistant, document: Document, questions: Sequence[str], context: Context) -> list[Tried]:
    """Try `document` on each question, with the encoder and the threshold that serve. Nothing is recorded or published."""
    vectors = _vectors(assistant, document)
    at = assistant.parts.dialogue.curated_at
    tried = []
    for question in questions:
        explained = assistant.try_out(question, context)
        _, vector = assistant.understand(question, context)
        near = float((vectors @ vector).max()) if len(vectors) else 0.0
        cited = explained.reply.citations
        tried.append(Tried(question, near >= at, near, explained.reply.kind, cited[0].title if cited else ""))
    return tried


def _vectors(assistant: Assistant, document: Document) -> Vectors:
    pieces = split(document.title, document.body)
    return assistant.parts.encoder.encode([unit for piece in pieces for unit in units(piece)])
