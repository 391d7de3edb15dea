"""Makes services of the rows of Outpost's import file.

A service is one row, and further rows that point at it (`import_id_reference`) with more contacts, places, prices
and times. Contacts and places that are not visible are never read; of a masked place only the town is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from knowledge.services.columns import REFERRAL, Row
from knowledge.services.hours import opening_times
from knowledge.services.service import QUESTIONS, Service, is_shown
from knowledge.services.words import ages, contact, day, line, listed, parts, phone, price, rich, said, sentence, told, web, yes

_ANSWERS = (
    "outcomes", "recent_send_training", "parental_involvement", "information_sharing", "environment_accessibility",
    "how_to_start", "future_plans",
)  # fmt: skip
OUTPOST = (
    "import_id", "import_id_reference", "name", "description", "organisation", "url", "approved", "visible_from", "visible_to",
    "visible", "needs_referral", "min_age", "max_age", "service_taxonomies", "contact_name", "contact_title", "contact_visible",
    "contact_email", "contact_phone", "location_name", "location_address_1", "location_city", "location_postcode",
    "location_visible", "mask_exact_address", "location_accessibilities", "free", "cost_option", "cost_amount", "cost_type",
    "temporarily_closed", "schedules_opens_at", "schedules_closes_at", "scheduled_weekday", "links_label", "links_url",
    "suitabilities", "send_needs_support", "support_description", "recent_send_report", *_ANSWERS, "urn", "setting",
)  # fmt: skip
UNREAD = ("notes", "location_latitude", "location_longitude", "preferred_for_post", "labels", "is_local_offer")
_ADDRESS = ("location_name", "location_address_1", "location_city", "location_postcode")
_MOST_LISTED = 6


def outpost(rows: Sequence[Row], today: date) -> Service | None:
    """The service of its own row, which comes first, and of those that point at it; None if it is not shown today."""
    row = rows[0]
    start, end = day(row.get("visible_from")), day(row.get("visible_to"))
    hidden = yes(row.get("visible")) is False and not (start or end)  # dates, if there are any, decide
    if hidden or yes(row.get("approved")) is False or not is_shown(start, end, today):
        return None
    report = said("Report on SEND", web(row.get("recent_send_report")))
    places = [each for each in rows if yes(each.get("location_visible")) is not False]
    return Service(
        id=row.get("import_id", ""),
        name=line(row.get("name")),
        about=rich(row.get("description")),
        closed=yes(row.get("temporarily_closed")) is True,
        audience=_audience(row),
        times=opening_times([_schedule(each) for each in rows if each.get("scheduled_weekday")], today),
        places=told(_place(each) for each in places),
        costs=_costs(rows),
        reach=_reach(rows),
        applying=told([REFERRAL[yes(row.get("needs_referral")) or None]]),
        access=told(sentence(item) for each in places for item in parts(each.get("location_accessibilities"))),
        send="\n\n".join(told([rich(row.get("support_description")), report])),
        answers=tuple((asked, text) for asked, name in zip(QUESTIONS, _ANSWERS, strict=True) if (text := rich(row.get(name)))),
        listed=parts(row.get("service_taxonomies"))[:_MOST_LISTED],
        organisation=line(row.get("organisation")),
        url=web(row.get("url")),
        until=end,
    )


def _audience(row: Row) -> tuple[str, ...]:
    needs = said("Needs that it supports", listed(parts(row.get("send_needs_support"))))
    suits = said("Suitable for", listed(parts(row.get("suitabilities"))))
    return told([ages(row.get("min_age"), row.get("max_age")), needs, suits])


def _schedule(row: Row) -> dict[str, str | None]:
    names = {"weekday": "scheduled_weekday", "opens_at": "schedules_opens_at", "closes_at": "schedules_closes_at"}
    return {key: row.get(name) for key, name in names.items()}


def _place(row: Row) -> str:
    names = ("location_city",) if yes(row.get("mask_exact_address")) is True else _ADDRESS
    return sentence(", ".join(told(line(row.get(name)) for name in names)))


def _costs(rows: Sequence[Row]) -> tuple[str, ...]:
    prices = [price(each.get("cost_option"), each.get("cost_amount"), each.get("cost_type")) for each in rows]
    free = yes(rows[0].get("free")) is True and not any("£" in each for each in prices)
    return told(["It is free." if free else "", *prices])


def _reach(rows: Sequence[Row]) -> tuple[str, ...]:
    people = [_person(each) for each in rows if yes(each.get("contact_visible")) is not False]
    links = [said(line(each.get("links_label")) or "See also", web(each.get("links_url"))) for each in rows]
    return told([*people, said("Website", web(rows[0].get("url"))), *links])


def _person(row: Row) -> str:
    return contact(
        [row.get("contact_name"), row.get("contact_title")], [phone(row.get("contact_phone"))], row.get("contact_email")
    )
