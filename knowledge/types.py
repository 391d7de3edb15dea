"""The frozen values that travel from a source to a search hit.

Ranking facts live on `SearchHit`, never on `Passage`: content does not change because
somebody searched for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""Rows of length-1 vectors, shape (texts, dimensions)."""


class Level(StrEnum):
    """How wide a scope is, from widest to narrowest."""

    NATIONAL = "national"
    AREA = "area"
    SETTING = "setting"


@dataclass(frozen=True, order=True)
class Scope:
    """Where a passage is valid: everywhere in England, in one area, or in one setting."""

    level: Level
    area: str = ""
    setting: str = ""

    @property
    def key(self) -> str:
        """`national`, `area/fernshire` or `setting/fernshire/millbrook`."""
        return "/".join(part for part in (self.level, self.area, self.setting) if part)

    @classmethod
    def of(cls, area: str | None, setting: str | None) -> Scope:
        """The narrowest scope that the two slugs describe."""
        if area and setting:
            return cls(Level.SETTING, area, setting)
        return cls(Level.AREA, area) if area else NATIONAL

    @classmethod
    def from_key(cls, key: str) -> Scope:
        """The scope that `key` was made from. Raises ValueError if its level is not known."""
        level, _, rest = key.partition("/")
        area, _, setting = rest.partition("/") if level == Level.SETTING else (rest, "", "")
        return cls(Level(level), area, setting)


NATIONAL = Scope(Level.NATIONAL)


@dataclass(frozen=True)
class Contact:
    """A person or service to reach. Empty strings stand for what is not known."""

    name: str
    role: str = ""
    phone: str = ""
    email: str = ""
    url: str = ""
    hours: str = ""
    out_of_hours_phone: str = ""
    seen_at: str = ""
    seen_on: date | None = None


@dataclass(frozen=True)
class Setting:
    """A nursery, school or college of an area."""

    slug: str
    name: str
    aliases: tuple[str, ...]
    phase: str
    urn: str
    website: str
    contact: Contact


@dataclass(frozen=True)
class Area:
    """One council's territory, as its pack describes it."""

    slug: str
    name: str
    local_offer_url: str
    contacts: Mapping[str, Contact]
    settings: tuple[Setting, ...] = ()
    sites: tuple[str, ...] = ()
    """Origins (`https://www.school.example`) of the sites that may embed the chat."""


def _is_curated(kind: str) -> bool:
    """True for the kinds of answers that staff wrote: `curated`, and `curated_parent` for one audience."""
    return kind.startswith("curated")


@dataclass(frozen=True)
class Document:
    """One page, file or service, converted to plain Markdown (headings, lists, paragraphs)."""

    id: str
    scope: Scope
    title: str
    body: str
    url: str = ""
    owner: str = ""
    updated: date | None = None
    review_by: date | None = None
    kind: str = "page"

    @property
    def heads(self) -> str:
        """What its headings stand under: its title; nothing for an answer by staff, whose headings are whole questions."""
        return "" if _is_curated(self.kind) else self.title


@dataclass(frozen=True)
class Passage:
    """The unit that is found and cited: some paragraphs under one heading of a document."""

    id: int
    document_id: str
    scope: Scope
    ordinal: int
    headings: tuple[str, ...]
    text: str
    digest: str
    topics: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class DocumentFacts:
    """What a citation shows of a document."""

    id: str
    scope: Scope
    title: str
    url: str
    owner: str
    updated: date | None
    review_by: date | None
    kind: str
    seen: datetime | None = None

    @property
    def curated(self) -> bool:
        """True if it is an answer that staff wrote."""
        return _is_curated(self.kind)


@dataclass(frozen=True)
class SearchHit:
    """A passage with the scores that ranked it.

    `whole` and `sentences` are cosines with the passage and with each of its sentences, `dense` joins
    them; `lexical` is BM25 on its own scale; `topic` is the overlap of topics, 0 to 1.
    """

    passage: Passage
    document: DocumentFacts
    dense: float
    whole: float
    sentences: tuple[float, ...]
    lexical: float
    topic: float
    score: float
    rank: int


@dataclass(frozen=True)
class Skipped:
    """Something that was not ingested, with the reason and the next step in plain words."""

    where: str
    why: str
    document: str | None = ""
    """The id of the document that stays as it was; None if it can't be told which; empty if it is no document."""


@dataclass(frozen=True)
class Withdrawn:
    """A document that its source says may not be shown (any more): it is deleted, whatever else of the source can't be read."""

    document: str


SourceItem = Document | Skipped | Withdrawn


@dataclass(frozen=True)
class IngestionReport:
    """Document ids by what happened to them."""

    created: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()

    @property
    def changed(self) -> bool:
        """True when an index has to be rebuilt."""
        return bool(self.created or self.updated or self.deleted)
