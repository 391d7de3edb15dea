"""How each source of an area was last taken in, and how far a run that is going on has got."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, delete, select, true, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from store.tables import SourceCheckRow

IDLE, RUNNING, FAILED = "idle", "running", "failed"
_MOST_PROBLEMS = 200
_DEAD_AFTER = timedelta(minutes=10)
"""A run that has said nothing for so long has died with its process; another may start."""


@dataclass(frozen=True)
class SourceCheck:
    """A source: when it was last checked, what that changed, and what could not be read (where and why)."""

    id: int
    area: str
    source: str
    pack: str
    state: str
    checked: datetime | None
    done: int = 0
    total: int = 0
    changes: Mapping[str, int] = field(default_factory=dict)
    problems: Sequence[tuple[str, str]] = ()


class SourceChecks:
    """The checks of a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, area: str, source: str, pack: str, total: int, *, take_over: bool = False) -> bool:
        """Note that a source is being taken in; False if another process is at it, unless it is to be taken over."""
        now = _now()
        facts = {"pack": pack, "state": RUNNING, "touched": now, "done": 0, "total": total}
        dead = true() if take_over else SourceCheckRow.touched < now - _DEAD_AFTER
        free = (SourceCheckRow.state != RUNNING) | dead
        mine = (SourceCheckRow.area == area) & (SourceCheckRow.source == source)
        with Session(self._engine) as session, session.begin():
            if session.execute(update(SourceCheckRow).where(mine, free).values(**facts)).rowcount:  # type: ignore[attr-defined]
                return True
            if session.scalar(select(SourceCheckRow.id).where(mine)) is not None:
                return False
        try:
            with Session(self._engine) as session, session.begin():
                session.add(SourceCheckRow(area=area, source=source, checked=None, changes={}, problems=[], **facts))
        except IntegrityError:
            return False
        return True

    def step(self, area: str, source: str, done: int, total: int) -> None:
        """Note how many items of how many have been read."""
        self._set(area, source, done=done, total=total, touched=_now())

    def end(self, area: str, source: str, changes: Mapping[str, int], problems: Sequence[tuple[str, str]]) -> None:
        """Note that it was read to the end."""
        kept = [list(each) for each in problems[:_MOST_PROBLEMS]]
        self._set(area, source, state=IDLE, checked=_now(), touched=_now(), changes=dict(changes), problems=kept)

    def failed(self, area: str, source: str, why: str) -> None:
        """Note that it could not be read at all; what was live stays live."""
        self._set(area, source, state=FAILED, checked=_now(), touched=_now(), problems=[["", why]])

    def forget(self, area: str, source: str) -> None:
        """Note nothing more of a source that is gone."""
        with Session(self._engine) as session, session.begin():
            session.execute(delete(SourceCheckRow).where(SourceCheckRow.area == area, SourceCheckRow.source == source))

    def all(self, area: str) -> list[SourceCheck]:
        """The sources of an area by name."""
        query = select(SourceCheckRow).where(SourceCheckRow.area == area).order_by(SourceCheckRow.source)
        with Session(self._engine) as session:
            return [_check(row) for row in session.scalars(query)]

    def _set(self, area: str, source: str, **values: object) -> None:
        mine = (SourceCheckRow.area == area) & (SourceCheckRow.source == source)
        with Session(self._engine) as session, session.begin():
            session.execute(update(SourceCheckRow).where(mine).values(**values))


def _check(row: SourceCheckRow) -> SourceCheck:
    dead = row.state == RUNNING and row.touched < _now() - _DEAD_AFTER
    return SourceCheck(
        row.id, row.area, row.source, row.pack, FAILED if dead else row.state, row.checked, row.done, row.total, row.changes,
        tuple((str(where), str(why)) for where, why in row.problems),
    )  # fmt: skip


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
