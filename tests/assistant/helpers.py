"""Builders of values for the tests of this folder."""

from __future__ import annotations

from datetime import date

from assistant.types import Reading, Understanding
from knowledge.sentences import sentences
from knowledge.types import Area, Contact, DocumentFacts, Passage, Scope, SearchHit, Setting

AREA_SCOPE = Scope.of("brookshire", None)


def hit(
    text: str, *, document: str = "page", scope: Scope = AREA_SCOPE, updated: date | None = None,
    review_by: date | None = None, dense: float = 0.5, rank: int = 1, headings: tuple[str, ...] = ("Page", "Heading"),
    kind: str = "page",
) -> SearchHit:  # fmt: skip
    facts = DocumentFacts(document, scope, headings[0], "https://x.example", "Brookshire Council", updated, review_by, kind)
    passage = Passage(rank, f"brookshire/{document}", scope, 0, headings, text, f"digest-{document}-{rank}")
    return SearchHit(passage, facts, dense, dense, (), 5.0, 0.0, dense, rank)


def reading(text: str, evidence: dict[str, float] | None = None, score: float = 1.0, **facts: object) -> Reading:
    parts = tuple(sentences(text))
    given = evidence or {}
    marks = tuple(next((mark for start, mark in given.items() if part.startswith(start)), 0.1) for part in parts)
    return Reading(hit(text, **facts), score, parts, marks)  # type: ignore[arg-type]


def understanding(text: str, intent: str = "faq", confidence: float = 0.5, **facts: object) -> Understanding:
    return Understanding(text, text, intent, confidence, **facts)  # type: ignore[arg-type]


def area(**contacts: Contact) -> Area:
    return Area("brookshire", "Brookshire Council", "", contacts or CONTACTS, (OAK, ELM, ASH))


CONTACTS = {
    "sendiass": Contact("Brook Advice", phone="01632 960001"),
    "send_team": Contact("Brookshire SEND Team", phone="01632 960002"),
    "safeguarding": Contact("Brookshire Front Door", phone="01632 960003", out_of_hours_phone="01632 960004"),
}
OAK = Setting("oak", "Oak Primary School", (), "primary", "", "", Contact("Ada Finch", "SENCO", "01632 960011"))
ELM = Setting("elm", "Elm College", (), "college", "", "", Contact("", "Head of Learning Support", "", "als@elm.example"))
ASH = Setting("ash", "Ash School", (), "special", "", "", Contact("", ""))
