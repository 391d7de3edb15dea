"""Makes services of the rows of an export of Open Objects / Idox Directory ("kb5").

An export holds what its directory keeps to itself: rows that are hidden (`ecd_opt_out_website`), streets that are
hidden, and home addresses and numbers (`private_*`). None of that is read. Lists have a line for each item.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from knowledge.services.columns import REFERRAL, Row, identifier
from knowledge.services.service import QUESTIONS, Service, is_shown
from knowledge.services.words import (
    ages,
    checked_on,
    contact,
    day,
    line,
    listed,
    parts,
    phone,
    rich,
    said,
    sentence,
    sentences,
    told,
    web,
    yes,
)  # fmt: skip

OPT_OUT = "ecd_opt_out_website"
"""The column that says whether the website shows an entry, and its street."""
SIGNS = ("externalid", OPT_OUT, "lo_boolean", "lo_details", "venue_name", "parent_organisation")
"""Columns that tell an export of this kind."""
NAMES = re.compile(
    r"(?:ecd|lo|venue|contact|private|public_address|record|sharingportal|date|parent_organisation|cqc|submitter|location|vendor|"
    r"general|early_years|cost|referral|review|admin|notes|_)_.*|[a-z]*channel|"
    r"title|service_type|description|website|agerange|logo|images|files|related_links|dfes_urn|registered_setting_identifier|"
    r"parent_organisation|places_range|services|supporting|attributes|keywords|group_assignment|dormant|entrysource|externalid|"
    r"lastupdated|latitude|longitude|facebook|twitter|instagram|linkedin|youtube|vimeo|soundcloud|pinterest|owner|sector|"
    r"coronavirus_status|urn|setting"
)
"""Names of columns that such exports have, read here or not."""
_ANSWERS = (
    ("general_01", "general_02", "early_years_4"), ("general_06", "early_years_1"), ("early_years_2",),
    ("general_05", "early_years_3"), ("general_04", "early_years_5"), ("general_03", "early_years_6", "lo_school_04"),
    ("general_07", "early_years_7", "lo_school_05"),
)  # fmt: skip
_CHANNELS = ("familychannel", "parentchannel", "youthchannel", "childrenscentrechannel", "localofferchannel")
_NO_ACCESS = ("accessible website", "cooking")  # listed among the facilities of a venue
_BANDS = re.compile(r"(\d{1,2})\s*[-–]\s*(\d{1,2})")
_PERIOD = re.compile(r"\s*(?:-|–|to)\s*(?=\d{1,2}/)")
_MOST_LISTED = 6
_FULL, _TOWN, _NOWHERE = "full visibility", "hide street level location", "hide full location"
IDS = ("externalid", "record_id", "title")
_STAFF_ONLY = ("private_", "notes_private", "admin_history")
_HIDDEN = ("hide completely", "admin access only")


class Unclear(ValueError):
    """A row that says in words unknown here whether it may be shown: it is not, even if it was."""


def kb5(row: Row, titles: Mapping[str, str], today: date) -> Service | None:
    """The service of a row; None if it may not be shown, or not today. `titles` are those of all rows by `externalid`.

    Raises Unclear.
    """
    shown = _shown(row)
    start, end = _period(row.get("record_activity_range", ""))
    if shown is None or yes(row.get("dormant")) or not is_shown(start, end, today):
        return None
    websites = told(web(each) for each in row.get("website", "").split())
    provision = said("Kind of SEN provision", listed(parts(row.get("lo_sen_provision_type"))))
    return Service(
        id=identifier(row, IDS),
        name=line(row.get("title")),
        about=rich(row.get("description")),
        audience=told([_ages(row), _needs(row), said("Suitable for", listed(parts(row.get("supporting"))))]),
        times=told([*sentences(row.get("date_session_info")), *sentences(row.get("ecd_timetable_otherhours"))]),
        places=told([_place(row, shown)]),
        costs=_costs(row),
        reach=told([*_people(row), *(said("Website", each) for each in websites)]),
        applying=told([REFERRAL[yes(row.get("referral_required"))], *sentences(row.get("referral_notes"))]),
        access=_access(row),
        send="\n\n".join(told([rich(row.get("lo_details")), provision])),
        answers=tuple(_answers(row)),
        listed=told(each.split(" > ")[-1] for name in _CHANNELS for each in parts(row.get(name)))[:_MOST_LISTED],
        organisation=line(titles.get(row.get("parent_organisation", ""))),
        url=web(row.get("__url")) or next(iter(websites), ""),
        updated=checked_on(day(row.get("lastupdated")), None, today),
        until=end,
    )


def titles(rows: Iterable[Row]) -> dict[str, str]:
    """The names of the organisations of an export by `externalid`, but of those that are hidden."""
    return {row["externalid"]: row.get("title", "") for row in rows if row.get("externalid") and not _is_hidden(row)}


def keeps_private(columns: Iterable[str]) -> bool:
    """True if an export holds what only staff see, and does not say which of its rows they alone see."""
    names = set(columns)
    return OPT_OUT not in names and any(name.startswith(_STAFF_ONLY) for name in names)


def _is_hidden(row: Row) -> bool:
    return " ".join(row.get(OPT_OUT, "").lower().split()).startswith(_HIDDEN)


def _shown(row: Row) -> str | None:
    """How much of its place an entry shows: all of it, the town, or nothing; None hides the entry.

    An entry that says nothing shows its place, unless it is childcare, which is often at somebody's home.
    """
    value = " ".join(row.get(OPT_OUT, "").lower().split())
    if not value:
        home = OPT_OUT not in row or "childcare" in row.get("service_type", "").lower()
        return _TOWN if home else _FULL
    if _is_hidden(row):
        return None
    found = next((known for known in (_FULL, _TOWN, _NOWHERE) if value.startswith(known)), None)
    if found is None:
        raise Unclear(f"{OPT_OUT} '{value[:60]}' is not known, so it is not shown: use a value that the directory has")
    return found


def _period(text: str) -> tuple[date | None, date | None]:
    """The first and the last day on which an entry is shown, of a text such as "01/09/2026 - 31/08/2027"."""
    days = [day(each) for each in _PERIOD.split(text)]
    return days[0], days[1] if len(days) > 1 else None


def _place(row: Row, shown: str) -> str:
    lines = [line(row.get(f"venue_address_{number}")) for number in range(1, 6)]
    if shown == _TOWN:
        return sentence(", ".join(told(each for each in lines[3:] if not any(map(str.isdigit, each)))))
    whole = told([line(row.get("venue_name")), *lines, line(row.get("venue_postcode"))])
    return sentence(", ".join(whole)) if shown == _FULL else ""


def _ages(row: Row) -> str:
    bands = [_BANDS.sub(r"\1 to \2", each) for each in parts(row.get("lo_age_bands"))]
    if bands:
        return "All ages." if "all ages" in (each.lower() for each in bands) else f"Ages {listed(bands)}."
    return ages(_age(row, "from"), _age(row, "to"))


def _age(row: Row, end: str) -> float | None:
    """Years and months as years."""
    months = [
        int(text) * times
        for unit, times in (("years", 12), ("months", 1))
        if (text := row.get(f"ecd_age_{end}_{unit}", "")).isdecimal() and len(text) < 4
    ]
    return round(sum(months) / 12, 4) if months else None


def _needs(row: Row) -> str:
    needs = parts(row.get("lo_needs_level"))
    if any(each.lower() == "all needs met" for each in needs):
        return "It says that it can meet all needs."
    return said("Needs that it supports", listed(needs))


def _costs(row: Row) -> tuple[str, ...]:
    given = [each.lower() for each in parts(row.get("attributes"))]
    free = "It is free." if "service/activity is free" in given else "It is free or low cost." if "free/low cost" in given else ""
    return told([free, *sentences(row.get("cost_description"))])


def _people(row: Row) -> Iterator[str]:
    numbers = map(phone, parts(row.get("contact_telephone")))
    yield contact([row.get("contact_name"), row.get("contact_position")], numbers, row.get("contact_email"))
    numbers = map(phone, parts(row.get("lo_contact_telephone")))
    yield contact([row.get("lo_contact_name"), "for questions about SEND"], numbers, row.get("lo_contact_email"))


def _access(row: Row) -> tuple[str, ...]:
    facilities = [sentence(each) for each in parts(row.get("venue_facilities")) if each.lower() not in _NO_ACCESS]
    wheelchairs = sentences(row.get("ecd_sp_wheelchairaccess_details")) if yes(row.get("ecd_sp_wheelchairaccess")) else ()
    return told([*facilities, *wheelchairs])


def _answers(row: Row) -> Iterator[tuple[str, str]]:
    for asked, names in zip(QUESTIONS, _ANSWERS, strict=True):
        if answer := "\n\n".join(told(rich(row.get(name)) for name in names)):
            yield asked, answer
