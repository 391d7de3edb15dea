"""The day and the time in London, which families and staff live by. What is stored is in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def london_today() -> date:
    """The date in London now."""
    return datetime.now(LONDON).date()


def london_time(stored: datetime) -> datetime:
    """A stored moment (UTC, without a time zone) as London's clocks show it."""
    return stored.replace(tzinfo=UTC).astimezone(LONDON)
