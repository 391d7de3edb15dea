"""People who want to know when their question has been answered: by a code, or by an e-mail that is kept for that only."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.orm import Session

from store.curated import LIVE
from store.outbox import new_reference
from store.tables import CuratedRow, FollowUpRow

KEPT_DAYS = 180
_LIVE = select(CuratedRow.id).where(CuratedRow.state == LIVE)


@dataclass(frozen=True)
class FollowUp:
    """A question that somebody waits for. `key` is the hash of the code, `curated` the answer while that is live."""

    key: str
    area: str
    setting: str
    audience: str
    question: str
    email: str
    curated: int | None
    asked: datetime


class FollowUps:
    """The waiting questions of a database. Codes are stored as hashes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, area: str, setting: str, audience: str, question: str, email: str = "") -> str:
        """Wait for an answer to a (redacted) question; the code to look it up with."""
        code = new_reference().removeprefix("SP-")
        facts = {"area": area, "setting": setting, "audience": audience, "question": question, "email": email}
        row = FollowUpRow(code=_hashed(code), created=_now(), curated=None, **facts)
        with Session(self._engine) as session, session.begin():
            session.add(row)
        return code

    def look_up(self, area: str, code: str) -> FollowUp | None:
        """The question of a code; None if there is none of that code in this area."""
        with Session(self._engine) as session:
            row = session.get(FollowUpRow, _hashed(code))
            if row is None or row.area != area:
                return None
            return replace(_follow_up(row), curated=session.scalar(_LIVE.where(CuratedRow.id == row.curated)))

    def waiting(self, area: str) -> Sequence[FollowUp]:
        """All questions of an area that have no answer yet, or whose answer was withdrawn or has expired."""
        unanswered = FollowUpRow.curated.is_(None) | FollowUpRow.curated.not_in(_LIVE)
        query = select(FollowUpRow).where(FollowUpRow.area == area, unanswered)
        with Session(self._engine) as session:
            return [_follow_up(row) for row in session.scalars(query)]

    def waits(self, email: str) -> int:
        """How many questions wait for an address, in all areas."""
        query = select(func.count()).where(func.lower(FollowUpRow.email) == email.lower())
        with Session(self._engine) as session:
            return session.scalar(query) or 0

    def answered(self, key: str, curated: int) -> None:
        """Note the answer; the address is deleted."""
        with Session(self._engine) as session, session.begin():
            session.execute(update(FollowUpRow).where(FollowUpRow.code == key).values(curated=curated, email=""))

    def purge(self, now: datetime | None = None) -> int:
        """Delete what has waited for half a year; says how many."""
        limit = (now or _now()) - timedelta(days=KEPT_DAYS)
        with Session(self._engine) as session, session.begin():
            return int(session.execute(delete(FollowUpRow).where(FollowUpRow.created < limit)).rowcount)  # type: ignore[attr-defined]


def _hashed(code: str) -> str:
    plain = "".join(char for char in code.upper() if char.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def _follow_up(row: FollowUpRow) -> FollowUp:
    return FollowUp(row.code, row.area, row.setting, row.audience, row.question, row.email, row.curated, row.created)


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
