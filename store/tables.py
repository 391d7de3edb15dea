"""The tables of content: areas, settings, sources, documents, passages, vectors.

A document's key is `area/id`, so that two areas may use the same id. Dates and times are UTC.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The root of all tables; names of constraints are fixed so that migrations can find them."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012


class AreaRow(Base):
    """One council's territory."""

    __tablename__ = "areas"
    slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    name: Mapped[str]
    local_offer_url: Mapped[str]
    contacts: Mapped[dict[str, Any]]
    sites: Mapped[list[Any]] = mapped_column(default=list)


class SettingRow(Base):
    """A nursery, school or college with its own contact."""

    __tablename__ = "settings"
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug", ondelete="CASCADE"), primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    name: Mapped[str]
    aliases: Mapped[list[Any]]
    phase: Mapped[str]
    urn: Mapped[str]
    website: Mapped[str]
    contact: Mapped[dict[str, Any]]


class DocumentRow(Base):
    """One page, file or service, converted to plain Markdown."""

    __tablename__ = "documents"
    key: Mapped[str] = mapped_column(String(400), primary_key=True)
    id: Mapped[str] = mapped_column(String(300))
    area: Mapped[str] = mapped_column(String(80))
    source: Mapped[str] = mapped_column(String(300))
    scope: Mapped[str] = mapped_column(String(200), index=True)
    title: Mapped[str]
    url: Mapped[str]
    owner: Mapped[str]
    body: Mapped[str]
    kind: Mapped[str] = mapped_column(String(20))
    digest: Mapped[str] = mapped_column(String(64))
    updated: Mapped[date | None]
    review_by: Mapped[date | None]
    seen: Mapped[datetime]
    __table_args__ = (Index("ix_documents_area_source", "area", "source"),)


class PassageRow(Base):
    """The unit that is found and cited. Ids are never used again, so that an old index can't mislead."""

    __tablename__ = "passages"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    document: Mapped[str] = mapped_column(ForeignKey("documents.key", ondelete="CASCADE"), index=True)
    scope: Mapped[str] = mapped_column(String(200), index=True)
    ordinal: Mapped[int]
    headings: Mapped[list[Any]]
    text: Mapped[str]
    digest: Mapped[str] = mapped_column(String(64))
    topics: Mapped[dict[str, Any]]
    __table_args__ = ({"sqlite_autoincrement": True},)


class VectorRow(Base):
    """The vector of a passage by what it says, kept so that it is computed once."""

    __tablename__ = "vectors"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    encoder: Mapped[str] = mapped_column(String(16), primary_key=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)


class ScopeRow(Base):
    """Counts the changes of each scope, so that every worker sees when its index is old."""

    __tablename__ = "scopes"
    scope: Mapped[str] = mapped_column(String(200), primary_key=True)
    version: Mapped[int]


class UnansweredRow(Base):
    """A question that could not be answered, redacted; deleted after 30 days (`signpost purge`)."""

    __tablename__ = "unanswered"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    area: Mapped[str] = mapped_column(String(80), index=True)
    setting: Mapped[str] = mapped_column(String(80))
    audience: Mapped[str] = mapped_column(String(20))
    text: Mapped[str]
    outcome: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(40))
    probability: Mapped[float | None]
    asked: Mapped[datetime] = mapped_column(index=True)


class CountRow(Base):
    """How many replies of a kind were given on a day; holds no words."""

    __tablename__ = "counts"
    day: Mapped[date] = mapped_column(primary_key=True)
    area: Mapped[str] = mapped_column(String(80), primary_key=True)
    setting: Mapped[str] = mapped_column(String(80), primary_key=True)
    audience: Mapped[str] = mapped_column(String(20), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    topic: Mapped[str] = mapped_column(String(20), primary_key=True)
    number: Mapped[int]


class ConflictRow(Base):
    """A page that says something else than a statutory card, for staff to see."""

    __tablename__ = "conflicts"
    document: Mapped[str] = mapped_column(String(400), primary_key=True)
    card: Mapped[str] = mapped_column(String(40), primary_key=True)
    sentence: Mapped[str]
    found: Mapped[datetime]


class ConversationRow(Base):
    """A conversation's slots and its last few events as Rasa writes them, deleted when it expires."""

    __tablename__ = "conversations"
    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    tracker: Mapped[dict[str, Any]]
    touched: Mapped[datetime] = mapped_column(index=True)
