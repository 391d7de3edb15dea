"""Says in words when a service is open.

Rules come as parts of RFC 5545 (`freq`, `interval`, `byday`, `bymonthday`, `dtstart`) or as a weekday with
two times. A rule that has no plain words is left out: a family that is told a wrong day goes for nothing.
Times are taken as what the clock shows in the United Kingdom, in winter and in summer, even when they end in "Z":
nobody opens an hour later in summer. Times of another time zone are left out.
"""

from __future__ import annotations

import re
from calendar import day_name, month_name
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from knowledge.services.words import day, line, listed, number, sentence, told, yes

_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_NAMES = tuple(day_name)
_WORK_DAYS, _ALL_DAYS = frozenset(range(5)), frozenset(range(7))
_ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}
_MONTHS = {1: "every month", 2: "every other month"}
_BY_DAY = re.compile(r"([+-]?\d{1,2})?\s*([A-Za-z]{2,9})")
_TIME = re.compile(
    r"(?:\d{4}-\d\d-\d\dT)?(\d{1,2})[:.](\d\d)(?:[:.]\d\d(?:\.\d+)?)?\s*(am|pm)?\s*(Z|[+-]\d\d:?\d\d)?", re.IGNORECASE
)
_LOCAL = ("", "z", "+0000", "+0100", "-0000")
_NOT_SAID = ("byweekno", "byyearday", "bymonth", "bysetpos", "count")
_DAY = 24 * 60  # minutes
_FEWEST_IN_RUN = 3  # days in a row that are said as "Monday to Thursday"


@dataclass(frozen=True)
class _Rule:
    """A rule in words but for its days, which rules alike are joined on."""

    pattern: str = ""
    days: frozenset[int] = frozenset()
    hours: str = ""
    period: str = ""
    place: str = ""
    whole: str = ""
    """The days in words, where they are no days of the week."""


def opening_times(rows: Iterable[Mapping[str, Any]], today: date) -> tuple[str, ...]:
    """When the rules in `rows` say that a service is open, rules alike joined; what is over is left out.

    A row may have a `place`, for a service that is open at several.
    """
    rules: dict[_Rule, frozenset[int]] = {}
    more: list[str] = []
    for row in rows:
        if (end := _end(row)) and end < today:
            continue
        rule = _rule(row, today)
        if rule:
            key = replace(rule, days=frozenset())
            rules[key] = rules.get(key, frozenset()) | rule.days
        more += [sentence(line(row.get(name))) for name in ("description", "notes", "attending_type")]
    return told([*(_in_words(replace(rule, days=days)) for rule, days in rules.items()), *more])


def closing_days(rows: Iterable[Mapping[str, Any]], today: date) -> tuple[str, ...]:
    """When `holiday_schedules` say that a service is closed, or open at other hours; what is over is left out."""
    texts = []
    for row in rows:
        start, end = day(row.get("start_date")), day(row.get("end_date"))
        closed, hours = yes(row.get("closed")), _hours(row.get("opens_at"), row.get("closes_at"))
        if not start or not end or not start <= end or end < today or closed is None or not (closed or hours):
            continue
        when = f"on {_date(start)}" if start == end else f"from {_date(start)} to {_date(end)}"
        texts.append(f"Closed {when}." if closed else f"Open {when}, {hours}.")
    return told(texts)


def in_days(days: frozenset[int]) -> str:
    """Days of the week (Monday is 0) in words."""
    first, last = min(days), max(days)
    run = last - first + 1 == len(days) >= _FEWEST_IN_RUN
    return f"{_NAMES[first]} to {_NAMES[last]}" if run else listed(_NAMES[each] for each in sorted(days))


def _in_words(rule: _Rule) -> str:
    when = rule.whole
    if rule.days == _ALL_DAYS and rule.pattern == "Every":
        when = "Every day"
    elif rule.days:
        days = in_days(rule.days)
        when = days if rule.pattern == "Every" and " to " in days else f"{rule.pattern} {days}"
    if rule.place and not when.startswith(_NAMES):
        when = when[0].lower() + when[1:]
    text = ", ".join(part for part in (when, rule.hours, rule.period) if part)
    return f"{rule.place}: {text}." if rule.place else f"{text}."


def _rule(row: Mapping[str, Any], today: date) -> _Rule | None:
    freq, interval = line(row.get("freq")).upper(), number(row.get("interval")) or 1
    days, dates = _days(row), _month_days(row)
    if days is None or dates is None or interval != int(interval) or any(line(row.get(name)) for name in _NOT_SAID):
        return None
    start = day(row.get("dtstart"))
    rule = _Rule(
        hours=_hours(row.get("opens_at"), row.get("closes_at")), period=_period(row, today), place=line(row.get("place"))
    )
    if freq == "MONTHLY":
        return _monthly(rule, days, dates, int(interval), start)
    if dates or any(ordinal for ordinal, _ in days):
        return None
    if not freq and not days:
        return (
            replace(rule, whole=f"On {_NAMES[start.weekday()]} {_date(start)}", period="") if start and start >= today else None
        )
    plain = frozenset(each for _, each in days)
    if freq == "DAILY" and not plain:
        return replace(rule, pattern="Every", days=_ALL_DAYS) if interval == 1 else None
    if (freq == "DAILY" and interval != 1) or freq not in ("", "DAILY", "WEEKLY"):
        return None
    plain = plain or (frozenset({start.weekday()}) if start else frozenset())
    pattern = {1: "Every", 2: "Every other"}.get(int(interval), f"Every {int(interval)} weeks, on")
    return replace(rule, pattern=pattern, days=plain) if plain else None


def _monthly(rule: _Rule, days: list[tuple[int, int]], dates: list[int], interval: int, start: date | None) -> _Rule | None:
    months = _MONTHS.get(interval)
    if not months or (days and dates):
        return None
    if days and not any(ordinal for ordinal, _ in days):  # every such day of the month
        return replace(rule, pattern="Every", days=frozenset(each for _, each in days)) if interval == 1 else None
    if days:
        if not all(ordinal in _ORDINALS for ordinal, _ in days):
            return None
        weekdays = {each for _, each in days}
        if len(weekdays) == 1:
            said = f"{listed(_ORDINALS[ordinal] for ordinal, _ in days)} {_NAMES[min(weekdays)]}"
        else:
            said = listed(f"{_ORDINALS[ordinal]} {_NAMES[each]}" for ordinal, each in days)
        return replace(rule, whole=f"The {said} of {months}")
    dates = dates or ([start.day] if start and start.day <= 28 else [])
    if not dates or not all(each == -1 or 1 <= each <= 31 for each in dates):
        return None
    said = listed("last day" if each == -1 else _nth(each) for each in dates)
    return replace(rule, whole=f"On the {said} of {months}")


def _days(row: Mapping[str, Any]) -> list[tuple[int, int]] | None:
    """Each day as (which of the month or 0, day of the week); None if one can't be told."""
    value = next((row[name] for name in ("byday", "weekday", "dayofweek", "day_of_week", "day") if row.get(name)), "")
    texts = value if isinstance(value, list) else re.split(r"[,;&]|\band\b", value if isinstance(value, str) else "")
    days = []
    for text in texts:
        if not (word := line(text)):
            continue
        match = _BY_DAY.fullmatch(word)
        name = match[2].lower().rstrip("s") if match else ""
        found = [index for index, each in enumerate(_NAMES) if name and each.lower().startswith(name.removesuffix("s"))]
        if not match or len(found) != 1:
            return None
        days.append((int(match[1] or 0), found[0]))
    return None if value and not days else list(dict.fromkeys(days))


def _month_days(row: Mapping[str, Any]) -> list[int] | None:
    value = row.get("bymonthday")
    texts = value if isinstance(value, list) else line(value).split(",")
    words = [word for text in texts if (word := line(text))]
    if not all(re.fullmatch(r"[+-]?\d{1,2}", word) for word in words):
        return None
    return list(dict.fromkeys(int(word) for word in words))


def _hours(opens: Any, closes: Any) -> str:
    """Two times in words ("9.30am to 3pm"); "" if they can't be told, or the second is before the first."""
    start, end = _minutes(opens), _minutes(closes)
    if start is None or end is None:
        return f"from {_clock(start)}" if start is not None and not line(closes) else ""
    if start == 0 and end in (_DAY - 1, _DAY):
        return "all day"
    end = _DAY if end == 0 and start else end
    return f"{_clock(start)} to {_clock(end)}" if start < end else ""


def _minutes(value: Any) -> int | None:
    match = _TIME.fullmatch(line(value))
    if not match or (match[4] or "").lower().replace(":", "") not in _LOCAL:
        return None
    hour, minute, half = int(match[1]), int(match[2]), (match[3] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0) if 1 <= hour <= 12 else 99
    minutes = hour * 60 + minute
    return minutes if minute < 60 and minutes <= _DAY else None


def _clock(minutes: int) -> str:
    if minutes % _DAY == 0:
        return "midnight"
    if minutes == _DAY // 2:
        return "noon"
    hour, minute = divmod(minutes, 60)
    return f"{(hour - 1) % 12 + 1}{f'.{minute:02}' if minute else ''}{'am' if hour < 12 else 'pm'}"


def _end(row: Mapping[str, Any]) -> date | None:
    return min((each for name in ("valid_to", "until") if (each := day(row.get(name)))), default=None)


def _period(row: Mapping[str, Any], today: date) -> str:
    start, end = day(row.get("valid_from")), _end(row)
    parts = (f"from {_date(start)}" if start and start > today else "", f"until {_date(end)}" if end else "")
    return " ".join(part for part in parts if part)


def _date(day_: date) -> str:
    return f"{day_.day} {month_name[day_.month]} {day_.year}"


def _nth(number_: int) -> str:
    ending = "th" if 10 <= number_ % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number_ % 10, "th")
    return f"{number_}{ending}"
