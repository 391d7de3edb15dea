"""What is indexed, for staff: sources, old pages, contradictions, contacts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Engine, func, or_, select
from sqlalchemy.orm import Session

from knowledge.types import Contact
from store.tables import AreaRow, ConflictRow, DocumentRow, SettingRow

_OLD = timedelta(days=365)
_MOST = 200


class DatabaseContent:
    """The staff's view of the content of a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def sources(self, area: str) -> Sequence[Mapping[str, Any]]:
        """Sources of an area: name, number of documents, when they were last changed here."""
        query = (
            select(DocumentRow.source, func.count(), func.max(DocumentRow.seen), func.min(DocumentRow.updated))
            .where(DocumentRow.area == area).group_by(DocumentRow.source).order_by(DocumentRow.source)
        )  # fmt: skip
        with Session(self._engine) as session:
            return [
                {"name": name, "documents": number, "seen": seen, "oldest": oldest}
                for name, number, seen, oldest in session.execute(query)
            ]

    def old_documents(self, area: str, today: date) -> Sequence[Mapping[str, Any]]:
        """Documents past their review date or over a year old, the oldest first."""
        query = (
            select(DocumentRow).where(DocumentRow.area == area)
            .where(or_(DocumentRow.review_by < today, DocumentRow.updated < today - _OLD))
            .order_by(DocumentRow.updated).limit(_MOST)
        )  # fmt: skip
        with Session(self._engine) as session:
            return [
                {"title": row.title, "url": row.url, "updated": row.updated, "review_by": row.review_by, "owner": row.owner}
                for row in session.scalars(query)
            ]

    def contradictions(self, area: str) -> Sequence[Mapping[str, Any]]:
        """Pages that say something else than a statutory card."""
        query = (
            select(ConflictRow, DocumentRow)
            .join(DocumentRow, DocumentRow.key == ConflictRow.document)
            .where(DocumentRow.area == area)
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
            if setting is not None:
                setting.contact = facts
            elif row is not None and key in row.contacts:
                row.contacts = {**row.contacts, key: facts}
