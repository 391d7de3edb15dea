"""Makes services of the rows of Signpost's own CSV file: one row a service, in plain words.

The columns of `OWN` are documented in docs/reference/area-pack.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from knowledge.errors import ConversionError
from knowledge.services.service import TEMPORARILY_CLOSED, Service, is_shown, unusable
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

Row = Mapping[str, str]
OWN = (
    "id", "name", "description", "alert", "organisation", "url", "website", "phone", "email", "contact_name", "contact_role",
    "address", "postcode", "area_covered", "min_age", "max_age", "ages", "needs", "eligibility", "when", "cost", "free",
    "referral", "how_to_apply", "waiting_time", "accessibility", "languages", "local_offer", "status", "shown_from",
    "shown_until", "updated", "urn", "setting",
)  # fmt: skip
OWN_IDS = ("id", "name")
REFERRAL = {True: "You need a referral.", False: "You do not need a referral.", None: ""}
_SEVERAL = r"[\n;]+"


def own(row: Row, today: date) -> Service | None:
    """The service of a row; None if it is gone or not shown today. Raises ConversionError if that can't be told."""
    status, end = line(row.get("status")), day(row.get("shown_until"))
    why = unusable(status)
    if why:
        raise ConversionError(why)
    if why is not None or not is_shown(day(row.get("shown_from")), end, today):
        return None
    return Service(
        id=identifier(row, OWN_IDS),
        name=line(row.get("name")),
        about=rich(row.get("description")),
        alert=sentences(row.get("alert")),
        closed=status.lower() == TEMPORARILY_CLOSED,
        audience=_audience(row),
        times=sentences(row.get("when")),
        places=told([_address(row), said("Area covered", row.get("area_covered"))]),
        costs=told(["It is free." if yes(row.get("free")) else "", *sentences(row.get("cost"))]),
        reach=_reach(row),
        applying=_applying(row),
        access=sentences(row.get("accessibility")),
        languages=told([sentence(listed(parts(row.get("languages"))))]),
        send=rich(row.get("local_offer")),
        organisation=line(row.get("organisation")),
        url=web(row.get("url")) or web(row.get("website")),
        updated=checked_on(day(row.get("updated")), None, today),
        until=end,
    )


def identifier(row: Row, names: Sequence[str]) -> str:
    """The first value that the columns `names` have; of the last, which names the service for people, only its words."""
    given = next((value for name in names[:-1] if (value := row.get(name))), "")
    title = row.get(names[-1], "")
    return given or re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or title


def _audience(row: Row) -> tuple[str, ...]:
    needs = said("Needs that it supports", listed(parts(row.get("needs"))))
    age = ages(row.get("min_age"), row.get("max_age"))
    return told([age, *sentences(row.get("ages")), needs, *sentences(row.get("eligibility"))])


def _address(row: Row) -> str:
    return sentence(", ".join(told([*parts(row.get("address"), r"\n+"), line(row.get("postcode"))])))


def _reach(row: Row) -> tuple[str, ...]:
    numbers = [phone(each) for each in parts(row.get("phone"), _SEVERAL)]
    person = contact([row.get("contact_name"), row.get("contact_role")], numbers, row.get("email"))
    return told([person, said("Website", web(row.get("website")) or web(row.get("url")))])


def _applying(row: Row) -> tuple[str, ...]:
    referral = row.get("referral")
    needed = [REFERRAL[yes(referral)]] if yes(referral) is not None else sentences(referral)
    return told([*needed, *sentences(row.get("how_to_apply")), said("Waiting time", row.get("waiting_time"))])
