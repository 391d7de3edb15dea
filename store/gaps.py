"""Gaps: questions that were not answered, in clusters that keep their identity as more arrive.

Leader clustering (Hartigan, Clustering Algorithms, 1975, chapter 3): a question joins the cluster whose centre is nearest,
if the cosine is at least `JOINS_AT`; otherwise it leads a new one. The centre is the mean of its questions' vectors.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from store.tables import GapRow, UnansweredRow

JOINS_AT = (
    0.58  # cosine; below it, questions of two wordings fall apart, above it different questions join (docs/reference/gaps.md)
)
FEWEST_PEOPLE = 3
"""A cluster of fewer people shows no wording."""
STATES = ("new", "assigned", "answered", "passed", "not_for_us")
OPEN_STATES = ("new", "assigned", "passed")
_STATUTORY = 1.5  # a gap under a statutory heading counts so much more
_NEED = {"confident": 0.5, "unhelpful": 0.8, "unsure": 1.0, "nothing_found": 1.2}  # `confident`: answered, but only just


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
        """Put every question that is in no cluster into one; says how many. Safe to call at any time."""
        with Session(self._engine) as session, session.begin():
            fresh = session.scalars(
                select(UnansweredRow)
                .where(UnansweredRow.gap.is_(None), UnansweredRow.vector.is_not(None))
                .order_by(UnansweredRow.id)
            ).all()
            for area in sorted({row.area for row in fresh}):
                _join(session, area, [row for row in fresh if row.area == area])
            return len(fresh)

    def all(self, area: str, setting: str = "", state: str = "") -> list[Gap]:
        """The clusters of an area (of one setting, in one state), the most pressing first."""
        query = select(GapRow).where(GapRow.area == area, GapRow.merged_into.is_(None))
        if setting:
            query = query.where(GapRow.setting == setting)
        if state:
            query = query.where(GapRow.state == state)
        with Session(self._engine) as session:
            found = [_gap(row, self._examples(session, row)) for row in session.scalars(query)]
        return sorted(found, key=lambda gap: (-gap.rank, gap.id))

    def get(self, area: str, gap_id: int) -> Gap | None:
        """One cluster; the one that it was merged into, if it was."""
        with Session(self._engine) as session:
            row = session.get(GapRow, gap_id)
            while row is not None and row.merged_into is not None:
                row = session.get(GapRow, row.merged_into)
            return _gap(row, self._examples(session, row)) if row is not None and row.area == area else None

    def wordings(self, gap_id: int, most: int = 50) -> list[str]:
        """The redacted questions of a cluster, newest first; none if fewer than three people asked."""
        with Session(self._engine) as session:
            row = session.get(GapRow, gap_id)
            return list(self._examples(session, row, most)) if row else []

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
                centre = _vector(kept.centre) * kept.questions + _vector(row.centre) * row.questions
                kept.centre, kept.people = _bytes(centre), kept.people + row.people - len(both)
                kept.need = max(kept.need, row.need)
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
            fresh = _led_by(moved[0])
            session.add(fresh)
            session.flush()
            for question in moved:
                question.gap = fresh.id
            taken = np.sum([_vector(each.vector or b"") for each in moved], axis=0)
            fresh.questions, fresh.people = len(moved), len({each.asker or each.id for each in moved})
            fresh.centre = _bytes(taken)
            row.centre = _bytes(_vector(row.centre) * row.questions - taken)
            row.questions, row.people = row.questions - len(moved), max(1, row.people - fresh.people)
            return fresh.id

    def question_rows(self, gap_id: int) -> list[tuple[int, str]]:
        """Ids and redacted words of a cluster's questions, for splitting; none if fewer than three people asked."""
        with Session(self._engine) as session:
            gap = session.get(GapRow, gap_id)
            if gap is None or gap.people < FEWEST_PEOPLE:
                return []
            rows = session.scalars(select(UnansweredRow).where(UnansweredRow.gap == gap_id).order_by(UnansweredRow.id.desc()))
            return [(row.id, row.text) for row in rows]

    def totals(self, area: str) -> dict[str, int]:
        """How many clusters are in each state."""
        query = select(GapRow.state, func.count()).where(GapRow.area == area, GapRow.merged_into.is_(None)).group_by(GapRow.state)
        with Session(self._engine) as session:
            return {str(state): int(number) for state, number in session.execute(query)}

    def by_topic(self, area: str) -> dict[str, tuple[int, int]]:
        """Topic to (gaps, people) of what was asked and is still not answered."""
        query = (
            select(GapRow.topic, func.count(), func.sum(GapRow.people))
            .where(GapRow.area == area, GapRow.merged_into.is_(None), GapRow.state.in_(OPEN_STATES)).group_by(GapRow.topic)
        )  # fmt: skip
        with Session(self._engine) as session:
            return {str(topic): (int(gaps), int(people)) for topic, gaps, people in session.execute(query)}

    @staticmethod
    def _examples(session: Session, row: GapRow, most: int = 3) -> tuple[str, ...]:
        if row.people < FEWEST_PEOPLE:
            return ()
        query = select(UnansweredRow.text).where(UnansweredRow.gap == row.id).order_by(UnansweredRow.id.desc()).limit(most * 3)
        return tuple(dict.fromkeys(session.scalars(query)))[:most]


def _join(session: Session, area: str, fresh: Sequence[UnansweredRow]) -> None:
    rows = list(session.scalars(select(GapRow).where(GapRow.area == area, GapRow.merged_into.is_(None)).order_by(GapRow.id)))
    width = len(_vector(fresh[0].vector or b""))
    centres = np.zeros((len(rows) + len(fresh), width), dtype=np.float32)
    for place, row in enumerate(rows):
        centres[place] = _unit(_vector(row.centre))
    askers: dict[int, set[str]] = {}
    for question in fresh:
        vector = _vector(question.vector or b"")
        place = int(np.argmax(centres[: len(rows)] @ vector)) if rows else -1
        if place < 0 or float(centres[place] @ vector) < JOINS_AT:
            row = _led_by(question)
            session.add(row)
            session.flush()
            rows.append(row)
            place = len(rows) - 1
        else:
            row = rows[place]
            _count(session, row, question, vector, askers)
        centres[place] = _unit(_vector(row.centre))
        askers.setdefault(row.id, set()).add(question.asker)
        question.gap = row.id


def _count(
    session: Session, row: GapRow, question: UnansweredRow, vector: NDArray[np.float32], askers: dict[int, set[str]]
) -> None:
    if row.id not in askers:
        askers[row.id] = set(session.scalars(select(UnansweredRow.asker).where(UnansweredRow.gap == row.id)))
    row.people += 1 if not question.asker or question.asker not in askers[row.id] else 0
    row.centre = _bytes(_vector(row.centre) * row.questions + vector)
    row.questions += 1
    row.last = max(row.last, question.asked)
    row.need = max(row.need, _need(question))
    row.setting = row.setting if row.setting == question.setting or row.state == "passed" else ""
    row.state = "new" if row.state == "answered" and question.reason == "unhelpful" else row.state


def _askers(session: Session, gap_id: int) -> set[str]:
    return set(session.scalars(select(UnansweredRow.asker).where(UnansweredRow.gap == gap_id, UnansweredRow.asker != "")))


def _led_by(question: UnansweredRow) -> GapRow:
    return GapRow(
        area=question.area, setting=question.setting, topic=question.topic, label="", state="new", owner="", due=None, notes="",
        people=1, questions=1, need=_need(question), first=question.asked, last=question.asked, centre=question.vector or b"",
        merged_into=None, curated=None,
    )  # fmt: skip


def _need(question: UnansweredRow) -> float:
    statutory = question.topic.startswith(("S1", "L2", "P", "Y"))
    return _NEED.get(question.reason, 1.0) * (_STATUTORY if statutory else 1.0)


def _gap(row: GapRow, examples: tuple[str, ...]) -> Gap:
    return Gap(
        row.id, row.area, row.setting, row.topic, row.label, row.state, row.owner, row.due, row.notes, row.people, row.questions,
        row.people * row.need, row.first, row.last, row.curated, examples,
    )  # fmt: skip


def _vector(raw: bytes) -> NDArray[np.float32]:
    return np.frombuffer(raw, dtype=np.float16).astype(np.float32)


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    return vector / max(float(np.linalg.norm(vector)), 1e-9)


def _bytes(vector: NDArray[np.float32]) -> bytes:
    return _unit(vector).astype(np.float16).tobytes()


def now() -> datetime:
    """UTC, as the tables keep it."""
    return datetime.now(UTC).replace(tzinfo=None)
