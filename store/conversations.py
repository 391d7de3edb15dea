"""Keeps conversations for a limited time: their slots and last events, never what was typed.

The key is hashed before it is stored: whoever reads the database can't take over a conversation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, delete
from sqlalchemy.orm import Session

from store.tables import ConversationRow


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


class DatabaseConversations:
    """Trackers by key; each is forgotten `minutes` after it was last touched."""

    def __init__(self, engine: Engine, minutes: float, now: Callable[[], datetime] = _now) -> None:
        self._engine = engine
        self._time = timedelta(minutes=minutes)
        self._now = now

    def load(self, key: str) -> dict[str, Any] | None:
        """The tracker of `key`; None if there is none, or its time is over."""
        with Session(self._engine) as session:
            row = session.get(ConversationRow, _hashed(key))
            return row.tracker if row and row.touched >= self._now() - self._time else None

    def save(self, key: str, tracker: dict[str, Any]) -> None:
        """Keep the tracker, and count its time anew."""
        with Session(self._engine) as session, session.begin():
            session.merge(ConversationRow(token=_hashed(key), tracker=tracker, touched=self._now()))

    def delete(self, key: str) -> None:
        """Forget a conversation at once."""
        with Session(self._engine) as session, session.begin():
            session.execute(delete(ConversationRow).where(ConversationRow.token == _hashed(key)))

    def purge(self) -> int:
        """Delete what is over; says how many."""
        with Session(self._engine) as session, session.begin():
            done = session.execute(delete(ConversationRow).where(ConversationRow.touched < self._now() - self._time))
            return int(done.rowcount)  # type: ignore[attr-defined]


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
