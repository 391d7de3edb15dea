"""Makes a service of one entry of an Open Referral feed.

One reader serves v1 (`eligibilitys`, `regular_schedules`, `physical_addresses`), UK 3.0 and HSDS 3 (`schedules`,
`addresses`, `phones` that point at a contact) and what Outpost adds (`local_offer`, `send_needs`): their names do
not clash, and real feeds mix them. Every field may be missing, null, or of another type.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from knowledge.services.hours import closing_days, opening_times
from knowledge.services.service import QUESTIONS, TEMPORARILY_CLOSED, Service, is_shown, unusable
from knowledge.services.words import (
    ages,
    checked_on,
    contact,
    day,
    email,
    line,
    listed,
    phone,
    price,
    rich,
    said,
    sentence,
    told,
    web,
    yes,
)  # fmt: skip

_GROUPS = {"adult": "adults", "child": "children", "teen": "teenagers", "family": "families", "female": "women", "male": "men"}
_NOT_VOICE = ("fax", "pager")
_MOST_LISTED = 6  # names of what it is listed under; a directory may give dozens
_MASKED = ("", "***")
Row = Mapping[str, Any]


def is_gone(row: Row, today: date) -> str | None:
    """Why an entry is no page: "" if it is gone or not shown today, the reason if that can't be told, None if it is one."""
    if not _is_visible(row) or line(row.get("discarded_at")):
        return ""
    if not is_shown(day(row.get("visible_from")), day(row.get("visible_to")), today):
        return ""
    return unusable(line(row.get("status")))


def service_of(row: Row, today: date) -> Service:
    """The service that an entry describes."""
    places = [_Place(each) for each in _locations(row)]
    shown = [place for place in places if _is_visible(place.row)]
    organisation = _first(row, "organization", "organisation")
    send, answers = _local_offer(row)
    return Service(
        id=line(row.get("id")),
        name=line(row.get("name")),
        about=_about(row),
        alert=told([sentence(line(row.get("alert")))]),
        closed=line(row.get("status")).lower() == TEMPORARILY_CLOSED or yes(row.get("temporarily_closed")) is True,
        audience=told(_audience(row)),
        times=_times(row, shown, today),
        places=told([*(place.words() for place in shown), *_areas(row)]),
        costs=told(_costs(row, today)),
        reach=told(_reach(row, shown, organisation)),
        applying=told(_applying(row)),
        access=told(each for place in shown for each in place.access(named=len(shown) > 1)) or told(_access(row)),
        languages=told(_languages(row)),
        send=send,
        answers=answers,
        listed=_listed(row),
        organisation=line(organisation.get("name")),
        url=web(row.get("url")) or web(organisation.get("website")) or web(organisation.get("url")),
        updated=checked_on(day(row.get("assured_date")), day(row.get("last_modified")) or day(row.get("updated_at")), today),
        until=day(row.get("visible_to")),
    )


class _Place:
    """A place with what a feed says of the service there."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.masked = yes(row.get("mask_exact_address")) is True
        self.name = "" if self.masked else line(row.get("name"))

    def words(self) -> str:
        """The place on one line; of a masked one only the town."""
        row = self.row
        if self.masked:
            return sentence(line(row.get("city")))
        addresses = [each for each in _rows(row, "addresses", "physical_addresses", "physical_address") if _is_visited(each)]
        lines = [self.name, *(_address(each) for each in addresses or [row])]
        address = ", ".join(dict.fromkeys(each for each in lines if each))
        virtual = "virtual" in line(row.get("location_type")).lower()
        online = f"Online: {web(row.get('url'))}" if virtual and web(row.get("url")) else ""
        more = [line(row.get(name)) for name in ("description", "transportation")]
        return " ".join(sentence(each) for each in (address, online, *more) if each)

    def access(self, *, named: bool) -> list[str]:
        """What it says of getting in and about, after its name if there are other places."""
        texts = [each for each in _access(self.row) if each]
        return [f"{self.name}: {each}" for each in texts] if named and self.name else texts


def _about(row: Row) -> str:
    texts = [rich(row.get("description")) or rich(row.get("interpretation")), said("Accreditations", row.get("accreditations"))]
    return "\n\n".join(text for text in texts if text)


def _audience(row: Row) -> Iterator[str]:
    yield ages(row.get("minimum_age", row.get("min_age")), row.get("maximum_age", row.get("max_age")))
    for each in _rows(row, "eligibilitys", "eligibilities", "eligibility"):
        yield ages(each.get("minimum_age"), each.get("maximum_age"))
        group = line(each.get("eligibility")) or line(each.get("name"))
        yield f"For {_GROUPS[group.lower()]}." if group.lower() in _GROUPS else sentence(group)
    yield sentence(line(row.get("eligibility_description")))
    needs = [line(each.get("name")) for each in _rows(row, "send_needs")]
    yield said("Needs that it supports", listed(need for need in needs if need))
    suits = [line(each.get("name")) for each in _rows(row, "suitabilities")]
    yield said("Suitable for", listed(each for each in suits if each))


def _times(row: Row, places: list[_Place], today: date) -> tuple[str, ...]:
    schedules = list(_rows(row, "regular_schedules", "schedules"))
    ids = {line(each.get("id")) for each in schedules}
    for place in places:
        at = _first(place.row, "at")
        own = [each for each in _rows(at, "regular_schedules", "schedules") if line(each.get("id")) not in ids - {""}]
        schedules += [{**each, "place": place.name if len(places) > 1 else ""} for each in own]
    named = [{**each, "place": each.get("place") or _where(each, places)} for each in schedules]
    links = [f"Dates and booking: {web(each.get('schedule_link'))}" for each in schedules if web(each.get("schedule_link"))]
    closed = closing_days(_rows(row, "holiday_schedules"), today)
    return told([*opening_times(named, today), *closed, *links])


def _where(schedule: Row, places: list[_Place]) -> str:
    """The name of the place that a schedule is for, if there are others."""
    if len(places) < 2:
        return ""
    at = _first(schedule, "service_at_location")
    wanted = line(at.get("id")) or line(schedule.get("service_at_location_id"))
    mine = [place.name for place in places if wanted and line(_first(place.row, "at").get("id")) == wanted]
    return (mine or [line(_first(at, "location").get("name"))])[0]


def _locations(row: Row) -> Iterator[Row]:
    for at in _rows(row, "service_at_locations", "service_at_location"):
        location = _first(at, "location")
        if location:
            yield {**location, "at": at}
    yield from _rows(row, "locations", "location")


def _is_visible(row: Row) -> bool:
    return yes(row.get("visible")) is not False


def _is_visited(address: Row) -> bool:
    return line(address.get("address_type")).lower() in ("", "physical")


def _address(row: Row) -> str:
    names = ("address_1", "address_2", "city", "region", "state_province", "postal_code")
    lines = [line(row.get(name)) for name in names]
    return ", ".join(dict.fromkeys(each for each in lines if each not in _MASKED))


def _areas(row: Row) -> Iterator[str]:
    for each in _rows(row, "service_areas"):
        yield said("Area covered", each.get("name") or each.get("service_area"))


def _costs(row: Row, today: date) -> Iterator[str]:
    options = [each for each in _rows(row, "cost_options") if is_shown(None, day(each.get("valid_to")), today)]
    prices = [
        price(
            each.get("option"), each.get("amount"), each.get("amount_description") or each.get("cost_type"), each.get("currency")
        )
        for each in options
    ]
    if yes(row.get("free")) is True and not any("£" in each for each in prices):
        yield "It is free."
    yield from prices
    for name in ("fees_description", "fees"):
        yield sentence(line(row.get(name)))


def _reach(row: Row, places: list[_Place], organisation: Row) -> Iterator[str]:
    at = [_first(place.row, "at") for place in places]
    holders: list[Row] = [row, *at, *(place.row for place in places)]
    contacts = [each for holder in holders for each in _rows(holder, "contacts")]
    linked: dict[str, list[Row]] = {line(each.get("id")): [] for each in contacts if line(each.get("id"))}
    general = list[Row]()
    for each in (each for holder in holders for each in _rows(holder, "phones") if _is_visible(each)):
        linked.get(line(each.get("contact_id")), general).append(each)
    contacts = [each for each in contacts if _is_visible(each)]  # a number that belongs to another is not told either
    ways = [_contact(each, linked.get(line(each.get("id")), [])) for each in contacts]
    known = " ".join(ways)
    ways += [said("Phone", number) for each in general if (number := _phone(each)) not in known]
    ways += [said("E-mail", email(row.get("email"))), said("Website", web(row.get("url")))]
    if not any(ways):
        ways = [said("Phone", _phone(each)) for each in _rows(organisation, "phones")]
        ways += [said("E-mail", email(organisation.get("email")))]
        ways += [said("Website", web(organisation.get("website")) or web(organisation.get("url")))]
    yield from ways
    for each in _rows(row, "links", "additional_websites", "additional_urls"):
        yield said(line(each.get("label")) or "See also", web(each.get("url")))


def _contact(row: Row, linked: Iterable[Row]) -> str:
    numbers = [phone(row.get("phone")), *(_phone(each) for each in (*_rows(row, "phones"), *linked))]
    return contact([row.get("name"), row.get("title"), row.get("department")], numbers, row.get("email"))


def _phone(row: Row) -> str:
    kind = line(row.get("type")).lower()
    if kind in _NOT_VOICE:
        return ""
    text = phone(row.get("number"), row.get("extension"))
    notes = [line(row.get("description")), kind if kind in ("text", "textphone", "video") else ""]
    note = "; ".join(each for each in notes if each)
    return f"{text} ({note})" if text and note else text


def _applying(row: Row) -> Iterator[str]:
    if yes(row.get("needs_referral")) is True:
        yield "You need a referral."
    yield sentence(line(row.get("application_process")))
    yield said("Waiting time", row.get("wait_time"))
    documents = [line(each.get("document")) or line(each.get("name")) for each in _rows(row, "required_documents")]
    yield said("You need", listed(each for each in documents if each))


def _access(row: Row) -> Iterator[str]:
    for each in _rows(row, "accessibility", "accessibility_for_disabilities", "accessibilities"):
        what, *more = told(line(each.get(name)) for name in ("accessibility", "name", "description", "details")) or ("",)
        yield sentence(" ".join((f"{what}:" if more and not what.endswith(".") else what, *more)))


def _languages(row: Row) -> Iterator[str]:
    names = [line(each.get("name")) or line(each.get("language")) for each in _rows(row, "languages")]
    yield sentence(listed(dict.fromkeys(name for name in names if len(name) > 2)))  # a code such as "cy" says nothing to a family
    yield sentence(line(row.get("interpretation_services")))


def _local_offer(row: Row) -> tuple[str, tuple[tuple[str, str], ...]]:
    offer = _first(row, "local_offer")
    texts = [rich(offer.get("description")), said("Report on SEND", web(offer.get("link")))]
    answers = []
    for number, each in enumerate(_rows(offer, "survey_answers")):
        asked, answer = line(each.get("question")), rich(each.get("answer"))
        mark = line(each.get("id"))
        place = int(mark) - 1 if mark in tuple("1234567") else number
        heading = asked or (QUESTIONS[place] if place < len(QUESTIONS) else "")
        if heading and answer:
            answers.append((heading, answer))
    return "\n\n".join(text for text in texts if text), tuple(answers)


def _listed(row: Row) -> tuple[str, ...]:
    terms = [_first(each, "taxonomy") or each for each in _rows(row, "service_taxonomys", "service_taxonomies")]
    terms += [
        _first(each, "taxonomy_term") for each in _rows(row, "attributes") if line(each.get("link_entity")) in ("", "service")
    ]
    terms += list(_rows(row, "taxonomies"))
    names = [line(each.get("name")) or line(each.get("term")) for each in terms]
    shown = dict.fromkeys(name for name in names if 3 <= len(name) <= 60 and not any(map(str.isdigit, name)))
    return tuple(shown)[:_MOST_LISTED]


def _rows(row: Row, *names: str) -> Iterator[Row]:
    """The objects under any of the names; a bare text stands for an object with that name."""
    for name in names:
        value = row.get(name)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                yield each
            elif isinstance(each, str) and each.strip():
                yield {"name": each}


def _first(row: Row, *names: str) -> Row:
    return next(_rows(row, *names), {})
