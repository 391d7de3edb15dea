"""Chooses who can help: by subject and setting, from the routing table (`data/routing.yml`)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.data_files import read_yaml
from assistant.errors import DataError
from assistant.message_model import MessageModel
from assistant.replies import Replies
from assistant.types import Audience, ContactCard, Understanding
from knowledge.types import Area, Contact, Setting

FALLBACK = "sendiass"
OWN = "senco"
"""The setting's own named role: the SENCO, or who does that work in a college or special school."""
HEALTH = "health"
ADVICE = "advice"
"""The subject of whoever wants somebody to talk to."""
MEDICINE = "medicine"
_KEYS = frozenset({OWN, "sendiass", "send_team", "safeguarding", HEALTH, MEDICINE})
# No area's pack lists every clinic: the line says who, and the one number that is the same everywhere.
_NATIONAL = {HEALTH: Contact("NHS staff or your GP"), MEDICINE: Contact("Your GP, a pharmacist or NHS 111", phone="111")}
_HEALTH_FROM = 0.45  # less likely than this, a message ("how much") is not sent to the NHS, which has no one number to ring
_GAP = ".."
_MOST_BETWEEN = 4  # words that `..` stands for


@dataclass(frozen=True)
class Route:
    """One line of the routing table; `subject` "" fits every question.

    A message that says one of `words` is about this subject. A `quarrel` must not reach the setting it is about.
    """

    subject: str
    contact: str
    also: str = ""
    words: tuple[str, ...] = ()
    quarrel: bool = False


def load_routes(path: Path) -> tuple[Route, ...]:
    """Read the table. Raises DataError for a line with an unknown contact, or words that can't be read."""
    rows = read_yaml(path)
    return tuple(_route(f"{path}, line {number}", row) for number, row in enumerate(rows, 1))


def choose_subject(
    understanding: Understanding, vector: NDArray[np.float32], model: MessageModel, routes: Sequence[Route]
) -> str:
    """What a message is about, for choosing the contact; `vector` is the encoder's for its query.

    The first route whose words it says; else the likeliest subject. What may well be a quarrel never goes to the
    setting itself: SENDIASS can pass a plain question on, but a complaint must not reach the one it is about.
    """
    route = subject_said(f"{understanding.text} {understanding.query}", routes)
    if route:
        return route.subject
    likely = model.probabilities(understanding.query, vector)
    likely = {s: p for s, p in likely.items() if p >= _HEALTH_FROM or route_of(s, routes).contact != HEALTH}
    best = max(likely, key=lambda subject: likely[subject])
    quarrels = {route.subject: likely.get(route.subject, 0.0) for route in routes if route.quarrel}
    if quarrels and route_of(best, routes).contact == OWN and sum(quarrels.values()) >= model.at:
        return max(quarrels, key=lambda subject: quarrels[subject])
    return best


def subject_said(text: str, routes: Sequence[Route]) -> Route | None:
    """The first route whose words `text` says."""
    said = _plain(text)
    return next((route for route in routes if any(_pattern(phrase).search(said) for phrase in route.words)), None)


def route_of(subject: str, routes: Sequence[Route]) -> Route:
    """The first route that fits `subject`."""
    return next((each for each in routes if each.subject in (subject, "")), Route("", FALLBACK))


def cards_for(
    subject: str,
    area: Area,
    setting: Setting | None,
    routes: Sequence[Route],
    replies: Replies,
    audience: Audience = Audience.PARENT,
) -> tuple[ContactCard, ...]:
    """The contact for `subject`, then who else can help. Never empty if the area has any contact.

    SENDIASS stands in for a setting that is not known, or that has neither phone nor e-mail.
    """
    route = route_of(subject, routes)
    first = FALLBACK if route.contact == OWN and not _reachable(setting) else route.contact
    keys = dict.fromkeys(key for key in (first, route.also) if key)
    cards = [card for key in keys if (card := _card(key, area, setting, replies, audience))]
    if all(card.key == HEALTH for card in cards):
        cards += [card for key in (FALLBACK, "send_team") if (card := _card(key, area, setting, replies, audience))][:1]
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


def _route(where: str, row: Mapping[str, object]) -> Route:
    contact, also = str(row.get("contact", "")), str(row.get("also", ""))
    for key in (contact, also) if also else (contact,):
        if key not in _KEYS:
            raise DataError(f"{where}: contact '{key}' should be one of {', '.join(sorted(_KEYS))}")
    phrases = row.get("words", [])
    if not isinstance(phrases, list) or not all(isinstance(each, str) and each.strip(" .*") for each in phrases):
        raise DataError(f"{where}: words should be a list of phrases (put '...' round yes, no and numbers)")
    return Route(str(row.get("subject", "")), contact, also, tuple(phrases), row.get("quarrel") is True)


def _reachable(setting: Setting | None) -> bool:
    return setting is not None and bool(setting.contact.phone or setting.contact.email)


def _card(key: str, area: Area, setting: Setting | None, replies: Replies, audience: Audience) -> ContactCard | None:
    if key == OWN:
        if setting is None or not _reachable(setting):
            return None
        return ContactCard(key, setting.contact, replies.say("why.senco", audience, setting=setting.name), setting.slug)
    contact, about = _NATIONAL.get(key) or area.contacts.get(key), setting.slug if setting else ""
    return ContactCard(key, contact, replies.say(f"why.{key}", audience), about) if contact else None


def _plain(text: str) -> str:
    """Words in lower case with one space between, without apostrophes: phrases are compared so."""
    return " ".join(re.findall(r"[a-z0-9]+", re.sub(r"['’]", "", text.lower())))


@lru_cache(maxsize=4096)
def _pattern(phrase: str) -> re.Pattern[str]:
    """A phrase of the table as a pattern on plain words: `complain*`, `let .. down`, `stop giving .. pills/melatonin`."""
    found = ""
    for part in phrase.split():
        if part == _GAP:
            found += rf" (?:[a-z0-9]+ ){{0,{_MOST_BETWEEN}}}"
        else:
            between = "" if not found or found.endswith("}") else " "
            words = (re.escape(_plain(word)) + ("[a-z0-9]*" if word.endswith("*") else "") for word in part.split("/"))
            found += f"{between}(?:{'|'.join(words)})"
    return re.compile(rf"\b{found}\b")
