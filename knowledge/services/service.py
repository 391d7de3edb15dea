"""What a service of a directory is, and how it reads as a page that a family can use.

Readers of feeds and files give a `Service`; this module alone decides its headings, so that "When is it
open?" finds the same heading whatever a council publishes.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date

from knowledge.convert import Converted
from knowledge.convert.tidy import tidy
from knowledge.documents import document_of, storable
from knowledge.source_list import Source
from knowledge.types import Area, Document, Skipped

_LONGEST_ID = 300  # characters, as the database keeps them
_LONGEST_TITLE = 300
_LONGEST_PAGE = 500_000  # characters; the longest entry of a real directory has some thousands
_SECTIONS = (
    ("Who it is for", "audience"),
    ("When it is open", "times"),
    ("Where it is", "places"),
    ("What it costs", "costs"),
    ("How to get in touch", "reach"),
    ("How to apply or be referred", "applying"),
    ("Accessibility", "access"),
    ("Languages", "languages"),
)
_SEND = "How it supports children with SEND"
_CLOSED = "It is temporarily closed."
_HEADING = re.compile(r"(?m)^(#{1,6})(?=\s)")
_OPEN = ("", "active", "open", "published", "live")
_GONE = (
    "inactive", "defunct", "closed", "archived", "expired", "pending", "invisible", "scheduled", "draft", "unpublished",
    "deleted", "discarded", "marked for deletion",
)  # fmt: skip
TEMPORARILY_CLOSED = "temporarily closed"
QUESTIONS = (
    "What it aims to achieve for children with SEND", "SEND training that staff have had", "How parents are involved",
    "How it tells you about your child's progress", "How accessible it is", "How to start", "Plans for its SEND provision",
)  # fmt: skip
"""Headings for the seven questions that Outpost asks of a Local Offer service, in its order."""


@dataclass(frozen=True)
class Service:
    """One entry of a directory. Each line of a tuple is a sentence or an item; `about`, `send` and answers are Markdown."""

    id: str
    name: str
    about: str = ""
    alert: tuple[str, ...] = ()
    closed: bool = False
    """True if it is closed for now, not for good."""
    audience: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    costs: tuple[str, ...] = ()
    reach: tuple[str, ...] = ()
    applying: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    send: str = ""
    answers: tuple[tuple[str, str], ...] = ()
    """What its provider answered to the questions of a Local Offer, each with a heading."""
    listed: tuple[str, ...] = ()
    """What a directory lists it under."""
    organisation: str = ""
    url: str = ""
    updated: date | None = None
    until: date | None = None
    """The last day on which it is shown."""
    setting: str | None = None


def document_id(identifier: str) -> str:
    """The id of the document of the service that its publisher calls `identifier`, whatever that is."""
    name = f"service-{storable(identifier)}"
    if len(name) <= _LONGEST_ID:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:32]
    return f"{name[: _LONGEST_ID - len(digest) - 1]}-{digest}"


def unusable(status: str) -> str | None:
    """Why a service of this status is no page: "" if it is gone, the reason if the status is not known, None if it is one."""
    known = " ".join(status.lower().replace("_", " ").split())
    if known in _OPEN or known == TEMPORARILY_CLOSED:
        return None
    return "" if known in _GONE else f"status '{status[:60]}' is not known: use active, inactive, defunct or temporarily closed"


def is_shown(start: date | None, end: date | None, today: date) -> bool:
    """True on the days from `start` to `end` on which a directory shows a service."""
    return (start is None or start <= today) and (end is None or end >= today)


def document(source: Source, area: Area, service: Service) -> Document | Skipped:
    """The page of `service` as a document of its setting, or of the source's."""
    name, where = document_id(service.id), storable(f"{source.label}, service '{service.id[:80]}'")
    setting = service.setting or source.setting
    if setting is not None and setting not in {each.slug for each in area.settings}:
        return Skipped(where, f"setting '{storable(setting[:80])}' is not in settings.csv: add it there", name)
    body = page_of(service)
    if not body:
        return Skipped(where, f"'{storable(service.name[:80])}' says nothing but its name: describe it in the directory", name)
    if len(body) > _LONGEST_PAGE:
        return Skipped(where, f"it has {len(body):,} characters, at most {_LONGEST_PAGE:,}: split it", name)
    return document_of(
        source, area, name, setting, Converted("", body, None, service.until),
        title=service.name[:_LONGEST_TITLE], url=service.url, updated=service.updated, owner=service.organisation,
    )  # fmt: skip


def page_of(service: Service) -> str:
    """The service as Markdown; "" if all that is known is its name.

    What is new comes first, then what it is, then a heading for each thing that families ask.
    """
    notes = ((_CLOSED,) if service.closed else ()) + service.alert
    blocks = [f"Please note: {' '.join(dict.fromkeys(notes))}" if notes else "", _under(service.about, 2)]
    if service.listed:
        blocks.append(f"It is listed under: {'; '.join(service.listed)}.")
    for heading, field in _SECTIONS:
        opening = f"{_CLOSED} At other times:" if field == "times" and service.closed else ""
        blocks.append(_section(heading, tuple(dict.fromkeys(getattr(service, field))), opening))
    blocks.append(_local_offer(service))
    return tidy("\n\n".join(block for block in blocks if block))


def _section(heading: str, lines: tuple[str, ...], opening: str) -> str:
    if not lines:
        return ""
    text = lines[0] if len(lines) == 1 and not opening else "\n".join(f"- {line}" for line in lines)
    return "\n\n".join(part for part in (f"## {heading}", opening, text) if part)


def _local_offer(service: Service) -> str:
    answers = [f"### {question}\n\n{_under(answer, 4)}" for question, answer in service.answers]
    blocks = [_under(service.send, 3), *answers]
    text = "\n\n".join(block for block in blocks if block)
    return f"## {_SEND}\n\n{text}" if text else ""


def _under(text: str, level: int) -> str:
    """Markdown whose widest heading has `level` or a narrower one."""
    marks = [len(mark) for mark in _HEADING.findall(text)]
    lower = max(0, level - min(marks)) if marks else 0
    return _HEADING.sub(lambda match: "#" * min(6, len(match[1]) + lower), text).strip()
