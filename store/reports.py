"""Counts for staff: replies by day, kind, topic, setting and voice; what was asked and what changed. No family's words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from assistant.london import london_time
from store.gaps import whole
from store.tables import CountRow, CuratedRow

SMALLEST = 5
"""Counts under this are hidden ("fewer than 5")."""
_REPLIES = ("answer", "clarify", "handoff", "out_of_scope", "safeguarding", "smalltalk")


@dataclass(frozen=True)
class Doing:
    """How it is doing over some days. Numbers are replies."""

    since: date
    days: Mapping[date, int] = field(default_factory=dict)
    kinds: Mapping[str, int] = field(default_factory=dict)
    topics: Mapping[str, int] = field(default_factory=dict)
    settings: Mapping[str, int] = field(default_factory=dict)
    audiences: Mapping[str, int] = field(default_factory=dict)
    helpful: int = 0
    unhelpful: int = 0
    misread: int = 0


@dataclass(frozen=True)
class Change:
    """One line of "You asked, we did"."""

    asked: str
    people: int
    did: str
    answer: str
    when: date
    setting: str


class Reports:
    """Reports over a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def doing(self, area: str, today: date, days: int = 30, setting: str = "") -> Doing:
        """The counts of the last `days` days."""
        since = today - timedelta(days=days - 1)
        query = select(CountRow).where(CountRow.area == area, CountRow.day >= since)
        if setting:
            query = query.where(CountRow.setting == setting)
        by: dict[str, Counter[str]] = {name: Counter() for name in ("kind", "topic", "setting", "audience")}
        per_day: Counter[date] = Counter()
        with Session(self._engine) as session:
            for row in session.scalars(query):
                by["kind"][row.kind] += row.number
                if row.kind in _REPLIES:
                    per_day[row.day] += row.number
                    by["topic"][row.topic] += row.number
                    by["setting"][row.setting] += row.number
                    by["audience"][row.audience] += row.number
        kinds = {kind: by["kind"][kind] for kind in _REPLIES if by["kind"][kind]}
        return Doing(
            since, {since + timedelta(days=step): per_day[since + timedelta(days=step)] for step in range(days)}, kinds,
            dict(by["topic"].most_common(12)), dict(by["setting"].most_common(20)), dict(by["audience"]),
            by["kind"]["helpful"], by["kind"]["unhelpful"], by["kind"]["misread"],
        )  # fmt: skip

    def changes(self, area: str, first: date, last: date, setting: str = "") -> list[Change]:
        """What was asked and what changed: answers that went live in that time, in staff's own words, by day."""
        query = select(CuratedRow).where(CuratedRow.area == area, CuratedRow.state.in_(("live", "expired")))
        if setting:
            query = query.where(CuratedRow.setting == setting)
        found = []
        with Session(self._engine) as session:
            for row in session.scalars(query):
                gap = whole(session, row.gap) if row.gap else None
                day = london_time(row.approved or row.updated).date()
                if first <= day <= last:
                    found.append(Change(row.questions[0], gap.people if gap else 0, row.change, row.text, day, row.setting))
        return sorted(found, key=lambda change: change.when)


def shown(number: int) -> str:
    """A count that can't point at anybody."""
    return str(number) if number == 0 or number >= SMALLEST else f"fewer than {SMALLEST}"
