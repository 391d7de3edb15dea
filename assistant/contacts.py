"""Chooses who can help: by subject and setting, from the routing table (`data/routing.yml`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from assistant.errors import DataError
from assistant.replies import Replies
from assistant.types import ContactCard
from knowledge.types import Area, Contact, Setting

FALLBACK = "sendiass"
_KEYS = frozenset({"senco", "sendiass", "send_team", "safeguarding", "health"})


@dataclass(frozen=True)
class Route:
    """One line of the routing table; `subject` "" fits every question."""

    subject: str
    contact: str
    also: str = ""


def load_routes(path: Path) -> tuple[Route, ...]:
    """Read the table. Raises DataError for a line with an unknown contact."""
    routes = []
    for number, row in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")), 1):
        route = Route(str(row.get("subject", "")), str(row.get("contact", "")), str(row.get("also", "")))
        if route.contact not in _KEYS or route.also not in _KEYS | {""}:
            raise DataError(f"{path}, line {number}: contact '{route.contact}' should be one of {', '.join(sorted(_KEYS))}")
        routes.append(route)
    return tuple(routes)


def cards_for(
    subject: str, area: Area, setting: Setting | None, routes: Sequence[Route], replies: Replies
) -> tuple[ContactCard, ...]:
    """The contact for `subject`, then who else can help. Never empty if the area has any contact."""
    route = next((each for each in routes if each.subject in (subject, "")), Route("", FALLBACK))
    keys = dict.fromkeys(key for key in (route.contact, route.also) if key)
    cards = [card for key in keys if (card := _card(key, area, setting, replies))]
    if not cards or (len(cards) == 1 and cards[0].key == "health"):
        cards += [card for key in (FALLBACK, "send_team") if (card := _card(key, area, setting, replies))][:1]
    return tuple(cards)


def display_name(contact: Contact, setting: Setting | None = None) -> str:
    """`Ruth Abara, SENCO at Millbrook Primary School`, or the service's name."""
    if contact.role and setting is not None:
        role = f"the {contact.role}" if not contact.name else contact.role
        return ", ".join(part for part in (contact.name, f"{role} at {setting.name}") if part)
    return contact.name


def setting_of(area: Area, slug: str | None) -> Setting | None:
    """The setting of that slug in this area, if there is one."""
    return next((each for each in area.settings if each.slug == slug), None)


def _card(key: str, area: Area, setting: Setting | None, replies: Replies) -> ContactCard | None:
    if key == "senco":
        if setting is None or not (setting.contact.phone or setting.contact.email):
            return None
        return ContactCard(key, setting.contact, replies.say("why.senco", setting=setting.name))
    if key == "health":
        return None
    contact = area.contacts.get(key)
    return ContactCard(key, contact, replies.say(f"why.{key}")) if contact else None
