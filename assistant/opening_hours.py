"""When an office opens again, from the hours in its contact: "Monday to Thursday, 9am to 5pm; Friday 9am to 1pm".

Only hours that are understood to the last word count. Anything else ("in term time", "by arrangement") is shown as it
is written, so that no opening time is made up. Bank holidays are not known here: the sentence that uses this says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from assistant.london import LONDON

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = "(?:" + "|".join(_DAYS) + ")s?"
_TIME = r"(?:\d{1,2}(?:[.:]\d{2})? ?(?:am|pm)|(?:12 )?(?:noon|midday))"
_SPAN = rf"{_TIME} ?(?:to|-|–|until) ?{_TIME}"
_CLAUSE = re.compile(rf"({_DAY}(?: to {_DAY}|(?:, ?| and |, and ){_DAY})*),? ({_SPAN}(?:(?:, | and ){_SPAN})*)")
_SAYS_NOTHING_OF_OPENING = re.compile(
    r"(?:leave a message|answerphone|answer phone|voicemail) at (?:all )?other times|(?:closed|not) on (?:bank|public) holidays"
)


@dataclass(frozen=True)
class Span:
    """Open on one day of the week (0 is Monday), from `opens` until `closes`."""

    weekday: int
    opens: time
    closes: time


def read_hours(text: str) -> tuple[Span, ...]:
    """The times at which an office is open; none if anything in `text` is not understood."""
    found: list[Span] = []
    for clause in re.split(r";|\.(?= |$)", " ".join(text.lower().split())):
        said = clause.strip(" ,")
        if not said or _SAYS_NOTHING_OF_OPENING.fullmatch(said):
            continue
        read = _CLAUSE.fullmatch(said)
        if read is None:
            return ()
        try:
            spans = [tuple(map(_time, re.findall(_TIME, span))) for span in re.findall(_SPAN, read[2])]
        except ValueError:
            return ()
        found += [Span(day, opens, closes) for day in _days(read[1]) for opens, closes in spans]
    return tuple(found) if all(span.opens < span.closes for span in found) else ()


def is_open(hours: Sequence[Span], now: datetime) -> bool:
    """True if the office is open at `now` (with its time zone)."""
    here = now.astimezone(LONDON)
    return any(span.weekday == here.weekday() and span.opens <= here.time() < span.closes for span in hours)


def opens_next(hours: Sequence[Span], now: datetime) -> datetime | None:
    """When the office opens next, in London's time; None if nothing is known of it."""
    here = now.astimezone(LONDON)
    return min((opens for opens in _openings(hours, here) if opens > here), default=None)


def spoken(moment: datetime) -> str:
    """`Monday 30 November at 9.30am`."""
    if (moment.hour, moment.minute) == (12, 0):
        return f"{moment:%A} {moment.day} {moment:%B} at 12 noon"
    hour = f"{moment.hour % 12 or 12}{f'.{moment.minute:02}' if moment.minute else ''}{'am' if moment.hour < 12 else 'pm'}"
    return f"{moment:%A} {moment.day} {moment:%B} at {hour}"


def _openings(hours: Sequence[Span], here: datetime) -> Iterator[datetime]:
    for ahead in range(8):
        day = here.date() + timedelta(days=ahead)
        yield from (datetime.combine(day, span.opens, LONDON) for span in hours if span.weekday == day.weekday())


def _days(said: str) -> list[int]:
    """The days of `monday to wednesday, friday and sunday`."""
    found: list[int] = []
    for between, name in re.findall(rf"(to )?({_DAY})", said):
        day = _DAYS.index(name.removesuffix("s") if name not in _DAYS else name)
        if between and found:
            after = (found[-1] + 1) % 7
            while after != day:
                found.append(after)
                after = (after + 1) % 7
        found.append(day)
    return found


def _time(said: str) -> time:
    """`9.30am`; raises ValueError for one that no clock shows."""
    if "noon" in said or "midday" in said:
        return time(12)
    hour, _, minute = said.rstrip("apm ").replace(":", ".").partition(".")
    if not 1 <= int(hour) <= 12:
        raise ValueError(said)
    return time(int(hour) % 12 + (12 if said.endswith("pm") else 0), int(minute or 0))
