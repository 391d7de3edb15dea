"""The tables. A document's key is `area/id`, so that two areas may use the same id. Dates and times are UTC."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, MetaData, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s", "fk": "fk_%(table_name)s_%(column_0_name)s", "pk": "pk_%(table_name)s",
}  # fmt: skip


class Base(DeclarativeBase):
    """The root of all tables; names of constraints are fixed so that migrations can find them."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012


class AreaRow(Base):
    """One council's territory. `given`: its contacts and those of `setting/oak`, as the pack last gave them."""

    __tablename__ = "areas"
    slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    name: Mapped[str]
    local_offer_url: Mapped[str]
    contacts: Mapped[dict[str, Any]]
    given: Mapped[dict[str, Any]] = mapped_column(default=dict)
    sites: Mapped[list[Any]] = mapped_column(default=list)
    version: Mapped[int] = mapped_column(default=0)


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


class SourceCheckRow(Base):
    """A source as it was last taken in. `pack` is the folder of the area pack that names it; "" for a single file."""

    __tablename__ = "source_checks"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    area: Mapped[str] = mapped_column(String(80))
    source: Mapped[str] = mapped_column(String(300))
    pack: Mapped[str]
    state: Mapped[str] = mapped_column(String(20))
    checked: Mapped[datetime | None]
    touched: Mapped[datetime]
    done: Mapped[int]
    total: Mapped[int]
    changes: Mapped[dict[str, Any]]
    problems: Mapped[list[Any]]
    __table_args__ = (UniqueConstraint("area", "source"),)


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
    """A question that was not answered, redacted; kept 30 days. `asker` tells people apart for a day, never who they are."""

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
    asker: Mapped[str] = mapped_column(String(16), default="")
    topic: Mapped[str] = mapped_column(String(20), default="")
    vector: Mapped[bytes | None] = mapped_column(LargeBinary)
    gap: Mapped[int | None] = mapped_column(index=True)


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


class StaffRow(Base):
    """Somebody who may sign in to the staff screens. `password` is an argon2 hash, or empty."""

    __tablename__ = "staff"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    email: Mapped[str] = mapped_column(String(200), unique=True)
    name: Mapped[str]
    role: Mapped[str] = mapped_column(String(20))
    area: Mapped[str] = mapped_column(String(80))
    setting: Mapped[str] = mapped_column(String(80))
    password: Mapped[str]
    active: Mapped[bool]
    failures: Mapped[int]
    locked_until: Mapped[datetime | None]


class StaffSessionRow(Base):
    """A signed-in browser. Tokens are stored as hashes."""

    __tablename__ = "staff_sessions"
    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    csrf: Mapped[str] = mapped_column(String(64))
    expires: Mapped[datetime] = mapped_column(index=True)


class SignInLinkRow(Base):
    """A link that lets somebody set a password, once."""

    __tablename__ = "sign_in_links"
    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    expires: Mapped[datetime]


class AuditRow(Base):
    """Who changed what, with how it was before and after."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(index=True)
    who: Mapped[str] = mapped_column(String(200))
    area: Mapped[str] = mapped_column(String(80), index=True)
    action: Mapped[str] = mapped_column(String(40))
    what: Mapped[str] = mapped_column(String(120))
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]


class GapRow(Base):
    """A cluster of questions that were not answered. Its id stays when more arrive; `centre` is the mean of their vectors."""

    __tablename__ = "gaps"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    area: Mapped[str] = mapped_column(String(80), index=True)
    setting: Mapped[str] = mapped_column(String(80))
    topic: Mapped[str] = mapped_column(String(20))
    label: Mapped[str]
    state: Mapped[str] = mapped_column(String(20))
    owner: Mapped[str] = mapped_column(String(200))
    due: Mapped[date | None]
    notes: Mapped[str]
    people: Mapped[int]
    questions: Mapped[int]
    need: Mapped[float]
    first: Mapped[datetime]
    last: Mapped[datetime]
    centre: Mapped[bytes] = mapped_column(LargeBinary)
    merged_into: Mapped[int | None]
    curated: Mapped[int | None]


class CuratedRow(Base):
    """An answer written by staff; while it is live, a document of source `curated`. `approved` is when it first was."""

    __tablename__ = "curated_answers"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    area: Mapped[str] = mapped_column(String(80), index=True)
    setting: Mapped[str] = mapped_column(String(80))
    audience: Mapped[str] = mapped_column(String(20))
    questions: Mapped[list[Any]]
    text: Mapped[str]
    title: Mapped[str]
    url: Mapped[str]
    owner: Mapped[str]
    review_by: Mapped[date | None]
    expires: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(20))
    author: Mapped[str] = mapped_column(String(200))
    gap: Mapped[int | None]
    change: Mapped[str]
    created: Mapped[datetime]
    updated: Mapped[datetime]
    approved: Mapped[datetime | None]


class OutboxRow(Base):
    """A hand-over that waits to be sent, was sent, or could not be. The words are deleted when it has arrived or is discarded."""

    __tablename__ = "outbox"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    area: Mapped[str] = mapped_column(String(80))
    recipient: Mapped[str] = mapped_column(String(200))
    reply_to: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str]
    body: Mapped[str]
    state: Mapped[str] = mapped_column(String(20), index=True)
    tries: Mapped[int]
    next_try: Mapped[datetime] = mapped_column(index=True)
    claimed: Mapped[datetime | None]
    problem: Mapped[str]
    created: Mapped[datetime]
    sent: Mapped[datetime | None]


class FollowUpRow(Base):
    """Somebody who wants to know when a question has been answered; by code, or by an address that is kept for that only."""

    __tablename__ = "follow_ups"
    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    area: Mapped[str] = mapped_column(String(80), index=True)
    setting: Mapped[str] = mapped_column(String(80))
    audience: Mapped[str] = mapped_column(String(20))
    question: Mapped[str]
    email: Mapped[str] = mapped_column(String(200))
    created: Mapped[datetime] = mapped_column(index=True)
    curated: Mapped[int | None]
