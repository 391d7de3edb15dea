"""What an answer that staff are writing would do: the real turn is run, with the answer laid over the live index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.decide import curated_nearness
from assistant.read import AT_ONCE, read
from assistant.recorder import Recorder
from assistant.retrieve import scopes_for
from assistant.turn import Assistant
from assistant.types import Context, Kind, Reading, Reply
from knowledge.encoder import Encoder
from knowledge.index import ScopeIndex
from knowledge.library import Library, ScopeView
from knowledge.patched import PatchedIndex
from knowledge.search import search
from knowledge.split import split
from knowledge.topics import TopicMapper
from knowledge.types import Document, DocumentFacts, Passage, Scope
from knowledge.units import units, words_of

_MOST_PARTS = 12  # parts of pages that are asked for


@dataclass(frozen=True)
class Tried:
    """One question: the reply with the new answer, how near that is (a cosine), and what is said without it."""

    question: str
    reply: Reply
    answered: bool
    """True if the reply is the new answer."""
    sure: bool
    """True if it is, and is not said to be uncertain."""
    nearness: float
    now: Kind
    page: str
    """The page that is shown without it, if one is: the new answer would win over it."""
    near: tuple[Reading, ...] = ()
    """What is near without it."""

    @property
    def card(self) -> str:
        """The statutory card that would be shown in place of the new answer, because the answer contradicts it."""
        return self.reply.citations[0].title if self.answered and len(self.reply.citations) > 1 else ""


@dataclass(frozen=True)
class Beaten:
    """A part of a page in whose place the new answer is given to whoever asks for it."""

    title: str
    heading: str
    url: str


@dataclass(frozen=True)
class Trial:
    """The live assistant without an answer and with it, and the answer's document. Nothing is recorded or published."""

    without: Assistant
    given: Assistant
    key: str

    def tried(self, questions: Sequence[str], context: Context) -> list[Tried]:
        """Each question as a family would ask it."""
        return [self._one(question, context) for question in questions]

    def wins_over(self, tried: Sequence[Tried], context: Context) -> list[Beaten]:
        """The parts of near pages whose own heading is answered by the new answer from now on."""
        hits = [reading.hit for each in tried for reading in each.near[:AT_ONCE]]
        pages = [hit for hit in hits if not hit.document.kind.startswith(("curated", "card"))]
        parts: dict[Beaten, Passage] = {}
        for hit in pages:
            parts.setdefault(Beaten(hit.document.title, hit.passage.headings[-1], hit.document.url), hit.passage)
        return [part for part, passage in [*parts.items()][:_MOST_PARTS] if self._takes(part.heading, passage, context)]

    def _one(self, question: str, context: Context) -> Tried:
        before, after = self.without.explain(question, context), self.given.explain(question, context)
        near = [curated_nearness(each) for each in after.readings if each.hit.passage.document_id == self.key]
        cited = before.reply.citations
        answered = any(each.document == _id_of(self.key) for each in after.reply.citations)
        page = cited[0].title if cited else ""
        sure = answered and (after.decision is None or after.decision.sure)
        return Tried(question, after.reply, answered, sure, max(near, default=0.0), before.reply.kind, page, before.readings)

    def _takes(self, heading: str, passage: Passage, context: Context) -> bool:
        """True if the new answer is given to whoever asks for the heading of `passage`."""
        if not self._reads_better(heading, passage, context):
            return False
        return any(each.document == _id_of(self.key) for each in self.given.explain(heading, context).reply.citations)

    def _reads_better(self, heading: str, passage: Passage, context: Context) -> bool:
        """True if the new answer comes before the passage itself, or is near: a whole turn reads 16 passages more to say so."""
        parts = self.given.parts
        understanding, vector = self.given.understand(heading, context)
        scopes = scopes_for(context, understanding.setting, national=parts.national)
        found = search(parts.library, scopes, self.given.search_query(understanding, vector), parts.candidates, parts.weights)
        both = [hit for hit in found if hit.passage.document_id == self.key or hit.passage.id == passage.id]
        readings = read(parts.abbreviations.expand(understanding.query), both, parts.readers)
        written = [each for each in readings if each.hit.passage.document_id == self.key]
        return any(each is readings[0] or curated_nearness(each) >= parts.dialogue.curated_at for each in written)


def try_answer(assistant: Assistant, document: Document, mapper: TopicMapper, silent: Recorder) -> Trial:
    """A trial of `document`, which may be a draft, or a change to an answer that is live. `silent` records nothing."""
    parts = replace(assistant.parts, recorder=silent)
    key = f"{document.scope.area}/{document.id}"
    given = replace(parts, library=_overlaid(parts.library, document, key, parts.encoder, mapper))
    view = _view(parts.library.view(document.scope), key, ScopeIndex.build([], [], []), {})
    bare = replace(parts, library=_Overlay(parts.library, document.scope, view))
    return Trial(Assistant(bare), Assistant(given), key)


class _Overlay(Library):
    """A library in which one scope's view is another."""

    def __init__(self, under: Library, scope: Scope, view: ScopeView) -> None:
        self._under = under
        self._scope = scope
        self._laid = view

    def view(self, scope: Scope) -> ScopeView:
        """The view laid over, or the live one."""
        return self._laid if scope == self._scope else self._under.view(scope)


def _overlaid(library: Library, document: Document, key: str, encoder: Encoder, mapper: TopicMapper) -> Library:
    pieces = split(document.heads, document.body)
    vectors = [encoder.encode(units(piece)) for piece in pieces]
    topics = mapper.topics(np.stack([rows[0] for rows in vectors])) if pieces else []
    passages = {
        -place: Passage(-place, key, document.scope, place, piece.headings, piece.text, piece.digest, named)
        for place, (piece, named) in enumerate(zip(pieces, topics, strict=True), 1)
    }
    fresh = ScopeIndex.build(list(passages), vectors, [words_of(piece) for piece in pieces])
    facts = DocumentFacts(
        document.id, document.scope, document.title, document.url, document.owner, document.updated, document.review_by,
        document.kind,
    )  # fmt: skip
    return _Overlay(library, document.scope, _view(library.view(document.scope), key, fresh, passages, facts))


def _view(
    live: ScopeView, key: str, fresh: ScopeIndex, passages: dict[int, Passage], facts: DocumentFacts | None = None
) -> ScopeView:
    """The live view without the document `key`, and with the passages given in its place."""
    gone = frozenset(name for name, each in live.passages.items() if each.document_id == key)
    index = PatchedIndex(live.index, gone, fresh)
    documents = {**live.documents, key: facts} if facts else live.documents
    return ScopeView(live.version, index, {**live.passages, **passages}, documents)


def _id_of(key: str) -> str:
    return key.partition("/")[2]
