"""Finds when a page says that it was last updated, and until when it says that it holds.

Real pages write dates in many ways: "Last updated: 14th July 2026", "Reviewed November 2025",
"Next review: September 2023", "April 2018 - March 2023", "2015-16", "01/09/2026".
"""

from __future__ import annotations

import re
from bisect import bisect_left
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january", "feb february", "mar march", "apr april", "may", "jun june",
            "jul july", "aug august", "sep sept september", "oct october", "nov november",
            "dec december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_DAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,? )?(?P<d>\d{1,2})(?:st|nd|rd|th)?(?: of)?"
_YEAR = r"(?P<y>(?:19|20)\d\d)"
_SLASHED = r"(?<![\d/.\-])(?P<d>\d{1,2})[/.\-](?P<n>\d{1,2})[/.\-](?P<y>(?:20)?\d\d)"
_TERMS = {"autumn": (9, 12), "winter": (12, 12), "spring": (1, 4), "summer": (4, 8)}  # first and last month
_TERM = "(?:" + "|".join(_TERMS) + ")"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?<!\d)(?P<y>20\d\d)[-/.](?P<n>\d{1,2})[-/.](?P<d>\d{1,2})(?!\d)",
        rf"{_DAY} (?P<m>{_MONTH}),? {_YEAR}",
        rf"(?P<m>{_MONTH}) (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? {_YEAR}",
        rf"{_SLASHED}(?!\d)",
        rf"(?P<m>{_MONTH}),? {_YEAR}",
        rf"(?<![\d/])(?P<n>0?[1-9]|1[0-2])/{_YEAR}(?!\d)",
        rf"(?P<term>{_TERM})(?: term)?,? {_YEAR}",
    )
)
_UPDATED = re.compile(
    r"(?:last (?:updated|reviewed|modified|checked|changed)|(?:page )?updated(?: on)?|"
    r"(?:policy |report )?reviewed(?: and (?:updated|approved))?(?: by [a-z ]{1,30})?|"
    r"date (?:of (?:last )?(?:review|issue|publication)|published|approved)|"
    r"(?:published|approved|written|revised|agreed)(?: on| in| by [a-z ]{1,30}(?:on|in))?|"
    r"version(?: date)?(?: \d{1,2}(?:\.\d{1,2}){0,2}(?![\d/.]),?)?)"
    r"(?: (?:on|in|at|by))?\s{0,3}[:\-–(]?\s{0,3}(?=.)",
    re.IGNORECASE,
)
_REVIEW = re.compile(
    r"(?:(?:next|due for|date (?:of|for) next|to be) review(?:ed)?(?: (?:date|due|on|by|in))*|"
    r"review(?:ed again| (?:date|due|by|again))(?: (?:on|by|in))?|valid (?:until|to)|expires?(?: on)?)"
    r"\s{0,3}[:\-–]?\s{0,3}(?=.)",
    re.IGNORECASE,
)
_PERIOD = re.compile(
    rf"(?P<m1>{_MONTH}) (?P<y1>20\d\d)\s*(?:-|–|—|to|until)\s*(?P<m2>{_MONTH}) (?P<y2>20\d\d)",
    re.IGNORECASE,
)
_SCHOOL_YEAR = re.compile(r"\b(?P<y1>20\d\d)\s?[-/–]\s?(?:20)?(?P<y2>\d\d)\b")
_NEAR = 40  # characters after the label in which its date must stand
_COMING = re.compile(r"\bnext\b.{0,4}\Z|\b(?:will|must|should|be|being)(?:\s\w+ and)?\s\Z", re.IGNORECASE)
"""Before a label: it says what is to come."""
_NEW_LINE = re.compile(r"(?:^|\n)[\s#>*_|\-]*$")
_ENDS = re.compile(r"\n\s*\n|(?<!\bM[rs])(?<!\bMrs)(?<!\bDr)(?<!\bSt)[.!?]\s+(?=[A-Z])")
_BEFORE = 40  # characters before a label that are looked at


@dataclass(frozen=True)
class PageDates:
    """When a page was last changed, and the last day that it claims to hold for."""

    updated: date | None = None
    review_by: date | None = None


def find_dates(title: str, body: str, today: date | None = None) -> PageDates:
    """The dates that a page states of itself; None where it states none. It was not updated after `today`."""
    updated = _after(_UPDATED, body, latest=today or date.today())
    review_by = _after(_REVIEW, body, last_day=True)
    head = f"{title}\n{body[:600]}"
    period = _PERIOD.search(head)
    if review_by is None and period:
        review_by = _day(period["y2"], period["m2"], None, last_day=True)
    year = _SCHOOL_YEAR.search(head)
    if review_by is None and year and int(year["y1"]) % 100 + 1 == int(year["y2"]):
        review_by = date(int(year["y1"]) + 1, 8, 31)
    return PageDates(updated, review_by)


def is_dated(sentence: str) -> bool:
    """True of a sentence that says when a page was written, changed or reviewed, or until when it holds."""
    return _after(_UPDATED, sentence) is not None or _after(_REVIEW, sentence) is not None


def parse_date(text: str, *, last_day: bool = False) -> date | None:
    """The first date in `text`; a month alone is its first day, or its last with `last_day`."""
    found = [match for form in _FORMS if (match := form.search(text))]
    for match in sorted(found, key=lambda match: (match.start(), -match.end())):
        part = match.groupdict()
        month = part.get("m") or part.get("n")
        if part.get("term"):
            month = str(_TERMS[part["term"].lower()][int(last_day)])
        day = _day(part["y"], month, part.get("d"), last_day=last_day)
        if day:
            return day
    return None


def _after(label: re.Pattern[str], body: str, *, last_day: bool = False, latest: date = date.max) -> date | None:
    """The last date after a label that speaks of the page; if none does, after any."""
    starts = sorted(match.start() for each in (_UPDATED, _REVIEW) for match in each.finditer(body))
    plain, other = list[date](), list[date]()
    for match in label.finditer(body):
        before = body[max(0, match.start() - _BEFORE) : match.start()]
        if label is _UPDATED and _COMING.search(before):
            continue
        end = min([match.end() + _NEAR, *starts[(at := bisect_left(starts, match.end())) : at + 1]])
        tail = _ENDS.split(body[match.end() : end])[0]
        day = parse_date(tail, last_day=last_day)
        if day and day <= latest:
            said = match.group().lower()
            (plain if "last" in said or ":" in said or _NEW_LINE.search(before) else other).append(day)
    return max(plain or other, default=None)


def _day(year: str, month: str | None, day: str | None, *, last_day: bool) -> date | None:
    try:
        y = int(year) + (2000 if len(year) == 2 else 0)
        text = (month or "").lower().rstrip(".")
        m = _MONTHS.get(text) or int(text)
        d = int(day) if day else (monthrange(y, m)[1] if last_day else 1)
        return date(y, m, d)
    except ValueError:
        return None
