"""Keeps conversations for a limited time: their slots and last events, never what was typed.

The key is hashed before it is stored: whoever reads the database can't take over a conversation.
"""

from __future__ import annotations

import hashlib
import logging
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, delete, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from store.tables import ConversationRow

log = logging.getLogger(__name__)
_MOST_IN_MEMORY = 2000


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


class DatabaseConversations:
    """Trackers by key; each is forgotten `minutes` after it was last touched.

    While the database can't be written (a full disk), this process keeps its conversations in memory, so that
    families still get their replies.
    """

    def __init__(self, engine: Engine, minutes: float, now: Callable[[], datetime] = _now) -> None:
        self._engine = engine
        self._time = timedelta(minutes=minutes)
        self._now = now
        self._memory: OrderedDict[str, tuple[dict[str, Any], datetime]] = OrderedDict()

    def load(self, key: str) -> dict[str, Any] | None:
        """The tracker of `key`; None if there is none, or its time is over."""
        name, limit = _hashed(key), self._now() - self._time
        tracker, touched = self._memory.get(name, (None, limit))
        if tracker is None:
            with Session(self._engine) as session:
                row = session.get(ConversationRow, name)
                tracker, touched = (row.tracker, row.touched) if row else (None, limit)
        return tracker if touched >= limit else None

    def start(self, key: str, tracker: dict[str, Any]) -> None:
        """Keep the tracker of a new conversation."""
        self._keep(_hashed(key), tracker, new=True)

    def save(self, key: str, tracker: dict[str, Any]) -> None:
        """Keep the tracker, and count its time anew; a conversation that was deleted meanwhile stays deleted."""
        name = _hashed(key)
        self._keep(name, tracker, new=name in self._memory)

    def delete(self, key: str) -> None:
        """Forget a conversation at once."""
        self._memory.pop(_hashed(key), None)
        with Session(self._engine) as session, session.begin():
            session.execute(delete(ConversationRow).where(ConversationRow.token == _hashed(key)))

    def purge(self) -> int:
        """Delete what is over; says how many."""
        limit = self._now() - self._time
        for name in [name for name, (_, touched) in list(self._memory.items()) if touched < limit]:
            self._memory.pop(name, None)
        with Session(self._engine) as session, session.begin():
            done = session.execute(delete(ConversationRow).where(ConversationRow.touched < limit))
            return int(done.rowcount)  # type: ignore[attr-defined]

    def _keep(self, name: str, tracker: dict[str, Any], *, new: bool) -> None:
        now, tracker = self._now(), _without_past(tracker)
        try:
            with Session(self._engine) as session, session.begin():
                if new:
                    session.merge(ConversationRow(token=name, tracker=tracker, touched=now))
                else:
                    known = update(ConversationRow).where(ConversationRow.token == name)
                    session.execute(known.values(tracker=tracker, touched=now))
            self._memory.pop(name, None)
        except SQLAlchemyError as error:
            log.error("a conversation is kept in memory (%s): see whether the disk is full", type(error).__name__)
            self._memory[name] = (tracker, now)
            self._memory.move_to_end(name)
            if len(self._memory) > _MOST_IN_MEMORY:
                self._memory.popitem(last=False)


def _without_past(tracker: dict[str, Any]) -> dict[str, Any]:
    """The slots as they are: their events would keep the questions before the last one."""
    events = tracker.get("events")
    return {**tracker, "events": [each for each in events if each["event"] != "slot"]} if events else tracker


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
