"""What is indexed, for staff: sources, old pages, contradictions, contacts. `setting` narrows each to one setting's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Engine, func, or_, select
from sqlalchemy.orm import Session

from knowledge.types import Contact, Scope
from store.sources import SourceCheck, SourceChecks
from store.tables import AreaRow, ConflictRow, DocumentRow, SettingRow

_OLD = timedelta(days=365)
_MOST = 200
CONFIRMED = "confirmed by staff"
"""Where a contact was seen that staff confirmed."""


@dataclass(frozen=True)
class SourceLine:
    """A source with its documents: how many, when one was last changed here, how old the oldest is, and its last check."""

    key: str
    documents: int
    seen: datetime | None
    oldest: date | None
    check: SourceCheck | None


class DatabaseContent:
    """The staff's view of the content of a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def sources(self, area: str, setting: str = "") -> Sequence[SourceLine]:
        """Sources by name: those that have documents, and those that were checked and have none."""
        query = (
            select(DocumentRow.source, func.count(), func.max(DocumentRow.seen), func.min(DocumentRow.updated))
            .where(*_of(area, setting)).group_by(DocumentRow.source).order_by(DocumentRow.source)
        )  # fmt: skip
        checks = {check.source: check for check in SourceChecks(self._engine).all(area)}
        with Session(self._engine) as session:
            lines = [
                SourceLine(key, number, seen, oldest, checks.get(key)) for key, number, seen, oldest in session.execute(query)
            ]
        known = {line.key for line in lines}
        empty = [SourceLine(key, 0, None, None, check) for key, check in checks.items() if key not in known and not setting]
        return sorted([*lines, *empty], key=lambda line: line.key)

    def old_documents(self, area: str, today: date, setting: str = "") -> Sequence[Mapping[str, Any]]:
        """Documents past their review date or over a year old, the oldest first."""
        query = (
            select(DocumentRow).where(*_of(area, setting))
            .where(or_(DocumentRow.review_by < today, DocumentRow.updated < today - _OLD))
            .order_by(DocumentRow.updated).limit(_MOST)
        )  # fmt: skip
        with Session(self._engine) as session:
            return [
                {"title": row.title, "url": row.url, "updated": row.updated, "review_by": row.review_by, "owner": row.owner}
                for row in session.scalars(query)
            ]

    def contradictions(self, area: str, setting: str = "") -> Sequence[Mapping[str, Any]]:
        """Pages that say something else than a statutory card."""
        query = (
            select(ConflictRow, DocumentRow).join(DocumentRow, DocumentRow.key == ConflictRow.document).where(*_of(area, setting))
        )
        with Session(self._engine) as session:
            return [
                {"title": page.title, "url": page.url, "sentence": row.sentence, "card": row.card, "found": row.found}
                for row, page in session.execute(query)
            ]

    def save_contact(self, area: str, key: str, contact: Contact) -> None:
        """Change an area's contact, or that of the setting of that slug."""
        facts = asdict(contact) | {"seen_on": contact.seen_on.isoformat() if contact.seen_on else None}
        with Session(self._engine) as session, session.begin():
            setting = session.get(SettingRow, (area, key))
            row = session.get(AreaRow, area)
            if row is None:
                return
            if setting is not None:
                setting.contact = facts
            elif key in row.contacts:
                row.contacts = {**row.contacts, key: facts}
            row.version = AreaRow.version + 1


def _of(area: str, setting: str) -> list[ColumnElement[bool]]:
    mine = [DocumentRow.area == area]
    return [*mine, DocumentRow.scope == Scope.of(area, setting).key] if setting else mine
