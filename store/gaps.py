"""Gaps: questions that were not answered, in clusters (`store.clustering`), as staff work with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, func, select, text, update
from sqlalchemy.orm import Session

from store.clustering import bytes_of, join, led_by, vector_of
from store.tables import GapRow, UnansweredRow

FEWEST_PEOPLE = 3
"""A cluster of fewer people shows no wording."""
STATES = ("new", "assigned", "answered", "passed", "not_for_us")
OPEN_STATES = ("new", "assigned", "passed")
TO_DO_STATES = ("new", "assigned")
"""What waits for the area's own staff: what was passed to a setting waits for its editors."""


@dataclass(frozen=True)
class Gap:
    """A cluster as staff see it. `examples` are redacted questions, none if too few people asked."""

    id: int
    area: str
    setting: str
    topic: str
    label: str
    state: str
    owner: str
    due: date | None
    notes: str
    people: int
    questions: int
    rank: float
    first: datetime
    last: datetime
    curated: int | None
    examples: tuple[str, ...] = ()


class Gaps:
    """The clusters of a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def cluster(self) -> int:
        """Put every question that is in no cluster into one; says how many. Safe to call at any time, from any worker."""
        loose = UnansweredRow.gap.is_(None) & UnansweredRow.vector.is_not(None)
        with Session(self._engine) as session:
            if session.scalar(select(UnansweredRow.id).where(loose).limit(1)) is None:
                return 0
        with Session(self._engine) as session, session.begin():
            _alone(session)
            fresh = session.scalars(select(UnansweredRow).where(loose).order_by(UnansweredRow.id)).all()
            for area in sorted({row.area for row in fresh}):
                join(session, area, [row for row in fresh if row.area == area])
            return len(fresh)

    def all(self, area: str, setting: str = "", states: Sequence[str] = (), most: int | None = None) -> list[Gap]:
        """The clusters of an area (of one setting, in some states), the most pressing first; at most `most`."""
        query = select(GapRow).where(GapRow.area == area, GapRow.merged_into.is_(None))
        if setting:
            query = query.where(GapRow.setting == setting)
        if states:
            query = query.where(GapRow.state.in_(states))
        query = query.order_by((GapRow.people * GapRow.need).desc(), GapRow.id).limit(most)
        with Session(self._engine) as session:
            rows = session.scalars(query).all()
            examples = _examples(session, rows)
            return [_gap(row, examples[row.id]) for row in rows]

    def get(self, area: str, gap_id: int) -> Gap | None:
        """One cluster; the one that it was merged into, if it was."""
        with Session(self._engine) as session:
            row = whole(session, gap_id)
            return _gap(row, _examples(session, [row])[row.id]) if row is not None and row.area == area else None

    def wordings(self, gap_id: int, most: int = 50) -> list[str]:
        """The redacted questions of a cluster, newest first; none if fewer than three people asked."""
        with Session(self._engine) as session:
            row = session.get(GapRow, gap_id)
            return list(_examples(session, [row], most)[row.id]) if row else []

    def change(self, gap_id: int, **values: object) -> None:
        """Set state, owner, due, notes, label, setting or curated."""
        with Session(self._engine) as session, session.begin():
            session.execute(update(GapRow).where(GapRow.id == gap_id).values(**values))

    def merge(self, area: str, into: int, others: Iterable[int]) -> None:
        """Make several clusters one; the first keeps its identity."""
        with Session(self._engine) as session, session.begin():
            kept = session.get(GapRow, into)
            if kept is None or kept.area != area:
                return
            for other in others:
                row = session.get(GapRow, other)
                if row is None or row.area != area or row.id == into:
                    continue
                both = _askers(session, into) & _askers(session, other)
                session.execute(update(UnansweredRow).where(UnansweredRow.gap == other).values(gap=into))
                centre = vector_of(kept.centre) * kept.questions + vector_of(row.centre) * row.questions
                kept.centre, kept.people = bytes_of(centre), kept.people + row.people - len(both)
                kept.need, kept.curated = max(kept.need, row.need), kept.curated or row.curated
                kept.setting = kept.setting if kept.setting == row.setting or kept.state == "passed" else ""
                kept.notes = "\n".join(each for each in (kept.notes, row.notes) if each)
                kept.questions += row.questions
                kept.first, kept.last = min(kept.first, row.first), max(kept.last, row.last)
                row.merged_into = into

    def split(self, area: str, gap_id: int, question_ids: Sequence[int]) -> int | None:
        """Take questions out of a cluster into one of their own; its id."""
        with Session(self._engine) as session, session.begin():
            row = session.get(GapRow, gap_id)
            moved = session.scalars(
                select(UnansweredRow).where(UnansweredRow.gap == gap_id, UnansweredRow.id.in_(question_ids))
            ).all()
            if row is None or row.area != area or not moved or len(moved) >= row.questions:
                return None
            fresh = led_by(moved[0])
            session.add(fresh)
            session.flush()
            for question in moved:
                question.gap = fresh.id
            taken = np.sum([vector_of(each.vector or b"") for each in moved], axis=0)
            movers = {each.asker or each.id for each in moved}
            fresh.questions, fresh.people, fresh.need = len(moved), len(movers), row.need
            fresh.first, fresh.last = min(each.asked for each in moved), max(each.asked for each in moved)
            fresh.centre = bytes_of(taken)
            row.centre = bytes_of(vector_of(row.centre) * row.questions - taken)
            gone = movers - _askers(session, gap_id)  # who has a question left here still counts
            row.questions, row.people = row.questions - len(moved), max(1, row.people - len(gone))
            return fresh.id

    def question_rows(self, gap_id: int) -> list[tuple[int, str]]:
        """Ids and redacted words of a cluster's questions, for splitting; none if fewer than three people asked."""
        with Session(self._engine) as session:
            gap = session.get(GapRow, gap_id)
            if gap is None or gap.people < FEWEST_PEOPLE:
                return []
            rows = session.scalars(select(UnansweredRow).where(UnansweredRow.gap == gap_id).order_by(UnansweredRow.id.desc()))
            return [(row.id, row.text) for row in rows]

    def totals(self, area: str, setting: str = "") -> dict[str, int]:
        """How many clusters of an area (of one setting) are in each state."""
        query = select(GapRow.state, func.count()).where(GapRow.area == area, GapRow.merged_into.is_(None)).group_by(GapRow.state)
        query = query.where(GapRow.setting == setting) if setting else query
        with Session(self._engine) as session:
            return {str(state): int(number) for state, number in session.execute(query)}

    def open_centres(self, area: str) -> list[tuple[int, NDArray[np.float32]]]:
        """People and centre of every cluster that is still open."""
        query = select(GapRow.people, GapRow.centre).where(
            GapRow.area == area, GapRow.merged_into.is_(None), GapRow.state.in_(OPEN_STATES)
        )
        with Session(self._engine) as session:
            return [(int(people), vector_of(centre)) for people, centre in session.execute(query)]

    def asked_about(self, gap_id: int) -> Mapping[str, int]:
        """Setting ("" for none) to the number of questions about it that are still kept, the most first."""
        with Session(self._engine) as session:
            return dict(Counter(session.scalars(select(UnansweredRow.setting).where(UnansweredRow.gap == gap_id))).most_common())

    def split_by_setting(self, area: str, gap_id: int) -> list[int]:
        """Give each setting's questions a cluster of their own, but for the most asked about; the ids of the new ones."""
        first, *others = self.asked_about(gap_id) or [""]
        fresh = []
        for setting in others:
            with Session(self._engine) as session:
                mine = select(UnansweredRow.id).where(UnansweredRow.gap == gap_id, UnansweredRow.setting == setting)
                fresh.append(self.split(area, gap_id, session.scalars(mine).all()))
        if any(fresh):
            self.change(gap_id, setting=first)
        return [each for each in fresh if each is not None]


def whole(session: Session, gap_id: int) -> GapRow | None:
    """One cluster's row; that of the one that it was merged into, if it was."""
    row = session.get(GapRow, gap_id)
    while row is not None and row.merged_into is not None:
        row = session.get(GapRow, row.merged_into)
    return row


def _alone(session: Session) -> None:
    """Wait until nobody else is clustering: two who read the same questions would count them twice."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE gaps IN SHARE ROW EXCLUSIVE MODE"))
    else:
        session.execute(update(GapRow).where(GapRow.id < 0).values(notes=""))  # SQLite locks as soon as it may write


def _examples(session: Session, rows: Sequence[GapRow], most: int = 3) -> dict[int, tuple[str, ...]]:
    """The newest wordings of each cluster by its id; none if fewer than three people asked."""
    told = [row.id for row in rows if row.people >= FEWEST_PEOPLE]
    place = func.row_number().over(partition_by=UnansweredRow.gap, order_by=UnansweredRow.id.desc()).label("place")
    newest = select(UnansweredRow.gap, UnansweredRow.text, place).where(UnansweredRow.gap.in_(told)).subquery()
    query = select(newest.c.gap, newest.c.text).where(newest.c.place <= most * 3).order_by(newest.c.gap, newest.c.place)
    found: dict[int, dict[str, None]] = {row.id: {} for row in rows}
    for gap, words in session.execute(query):
        found[gap][words] = None
    return {gap: tuple(words)[:most] for gap, words in found.items()}


def _askers(session: Session, gap_id: int) -> set[str]:
    return set(session.scalars(select(UnansweredRow.asker).where(UnansweredRow.gap == gap_id, UnansweredRow.asker != "")))


def _gap(row: GapRow, examples: tuple[str, ...]) -> Gap:
    return Gap(
        row.id, row.area, row.setting, row.topic, row.label, row.state, row.owner, row.due, row.notes, row.people, row.questions,
        row.people * row.need, row.first, row.last, row.curated, examples,
    )  # fmt: skip
