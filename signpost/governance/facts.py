"""Gathers what the documents say: from the settings, the area, the tables, the policy in use and what was measured.

Nothing here is typed in: a number that is shown comes from the constant or the file that the program itself works with.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr
from sqlalchemy.engine import make_url

from api.guard import LARGEST_REQUEST
from assistant.compose import spoken
from assistant.data_files import DATA
from assistant.redact import LONGEST
from assistant.types import Audience
from knowledge.encoder import read_facts
from knowledge.pack import REQUIRED_CONTACTS
from knowledge.types import Area
from signpost.governance.figures import Measured, Policy, measure, read_policy
from signpost.governance.journeys import JOURNEYS, Journey, read_journeys
from signpost.governance.retention import KeptTable, kept_tables
from signpost.governance.risks import Risk, read_risks
from signpost.settings import REPOSITORY, Mode, Settings
from signpost.wiring import Workshop
from store.content import DatabaseContent
from store.follow_ups import KEPT_DAYS as FOLLOW_UP_DAYS
from store.gaps import FEWEST_PEOPLE
from store.outbox import BACK_OFF
from store.records import KEPT_DAYS
from store.reports import SMALLEST
from store.staff import LINK_DAYS, LOCKED_MINUTES, MOST_FAILURES, SESSION_HOURS, SHORTEST_PASSWORD, StaffAccounts
from store.tables import Base

SCRIPTS = (REPOSITORY / "api" / "static", REPOSITORY / "widget")
_TEMPLATES = REPOSITORY / "api" / "templates"
_LOADED = re.compile(r"asset\('([\w.-]+\.js)'\)")
_STORAGE = re.compile(r"\b(localStorage|sessionStorage|indexedDB|document\.cookie|caches\.open)\b")
_HIDDEN = ("secret", "password", "token")
_CARDS_AREA = ""


@dataclass(frozen=True)
class Service:
    """How the service is set up. Times are in the unit that the name says; "" and 0 stand for what is switched off."""

    version: str
    live: bool
    database: str
    listens_on: str
    rasa: str
    sign_in: str
    mail: str
    mail_from: str
    mail_encrypted: bool
    sites: tuple[str, ...]
    conversation_minutes: int
    question_days: int
    follow_up_days: int
    mail_tries: int
    mail_days: int
    messages_a_minute: int
    client_messages_a_minute: int
    largest_request: int
    longest_redacted: int
    fewest_people: int
    smallest_count: int
    session_hours: int
    link_days: int
    sign_in_failures: int
    locked_minutes: int
    shortest_password: int


@dataclass(frozen=True)
class Content:
    """What an area has taken in. `missing` names the contacts that cannot be reached."""

    documents: int
    sources: int
    old: int
    contradictions: int
    cards: int
    settings: int
    staff: int
    missing: tuple[str, ...]


@dataclass(frozen=True)
class EncoderFacts:
    """The sentence encoder in use. `ships` is False for one that the council chose itself."""

    digest: str
    dimensions: int
    int8: bool
    ships: bool


@dataclass(frozen=True)
class Variable:
    """One setting as it is now; secrets are only said to be set or not."""

    name: str
    value: str
    what: str


@dataclass(frozen=True)
class Facts:
    """Everything that a document may say about one area."""

    made: str
    area: Area
    service: Service
    content: Content
    encoder: EncoderFacts
    policy: Policy | None
    measured: Measured
    tables: tuple[KeptTable, ...]
    risks: tuple[Risk, ...]
    journeys: tuple[Journey, ...]
    variables: tuple[Variable, ...]
    browser_storage: tuple[str, ...]
    """The kinds of storage in a family's browser that our scripts use; none is what we want."""
    urgent: dict[str, str]
    """By audience, the fixed sentence for somebody who may not be safe."""

    @property
    def has(self) -> frozenset[str]:
        """The names of the tables that there are."""
        return frozenset(table.name for table in self.tables)


def gather_facts(workshop: Workshop, area: Area, today: date, measured: Measured | None = None) -> Facts:
    """The facts of one area. Raises KnowledgeError if a table has no line in retention.yml, or nothing was built yet."""
    settings = workshop.settings
    service = service_facts(settings, area)
    tables = kept_tables(Base.metadata, {"service": service})
    figures = measured or measure(workshop)
    policy = read_policy(settings.policy_file)
    has = frozenset(table.name for table in tables)
    values: dict[str, Any] = {"service": service, "policy": policy, "measured": figures, "has": has}
    return Facts(
        spoken(today), area, service, _content(workshop, area, today), _encoder(workshop), policy, figures, tables,
        read_risks(values), read_journeys(JOURNEYS), variables(settings), browser_storage(),
        {audience.value: workshop.replies.say("safeguarding.caution", audience) for audience in Audience},
    )  # fmt: skip


def service_facts(settings: Settings, area: Area) -> Service:
    """How the service is set up for an area."""
    return Service(
        version=version("signpost"),
        live=settings.mode is Mode.LIVE,
        database=_database(settings),
        listens_on=f"{settings.host}:{settings.port}",
        rasa=_host(settings.rasa_url),
        sign_in=_host(settings.oidc_issuer),
        mail=settings.smtp_host,
        mail_from=settings.smtp_from,
        mail_encrypted=settings.smtp_starttls,
        sites=tuple(dict.fromkeys([*area.sites, *settings.more_sites])),
        conversation_minutes=settings.conversation_minutes,
        question_days=KEPT_DAYS,
        follow_up_days=FOLLOW_UP_DAYS,
        mail_tries=len(BACK_OFF) + 1,
        mail_days=-(-sum(BACK_OFF, timedelta()) // timedelta(days=1)),
        messages_a_minute=settings.messages_a_minute,
        client_messages_a_minute=settings.client_messages_a_minute,
        largest_request=LARGEST_REQUEST,
        longest_redacted=LONGEST,
        fewest_people=FEWEST_PEOPLE,
        smallest_count=SMALLEST,
        session_hours=SESSION_HOURS,
        link_days=LINK_DAYS,
        sign_in_failures=MOST_FAILURES,
        locked_minutes=LOCKED_MINUTES,
        shortest_password=SHORTEST_PASSWORD,
    )


def _database(settings: Settings) -> str:
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        return "SQLite, one file on the machine that serves"
    return f"{ {'postgresql': 'PostgreSQL'}.get(url.get_backend_name(), url.get_backend_name()) } at {url.host or 'this machine'}"


def _content(workshop: Workshop, area: Area, today: date) -> Content:
    content = DatabaseContent(workshop.engine)
    sources = content.sources(area.slug)
    contacts = [(key, area.contacts.get(key)) for key in REQUIRED_CONTACTS]
    return Content(
        documents=sum(source.documents for source in sources),
        sources=len(sources),
        old=len(content.old_documents(area.slug, today)),
        contradictions=len(content.contradictions(area.slug)),
        cards=sum(source.documents for source in content.sources(_CARDS_AREA)),
        settings=len(area.settings),
        staff=sum(each.active for each in StaffAccounts(workshop.engine).everyone(area.slug)),
        missing=tuple(key for key, contact in contacts if contact is None or not (contact.phone or contact.email)),
    )


def _encoder(workshop: Workshop) -> EncoderFacts:
    used, shipped = read_facts(workshop.settings.encoder_folder), read_facts(DATA / "encoder")
    ships = used["digest"] == shipped["digest"]
    return EncoderFacts(workshop.encoder.digest, workshop.encoder.dimensions, bool(used.get("int8")), ships)


def browser_storage(folders: Sequence[Path] = SCRIPTS) -> tuple[str, ...]:
    """What our scripts for families use to keep things in a browser, by reading them; not those of the staff screens."""
    staff = _loaded(_TEMPLATES / "staff") - _loaded(_TEMPLATES)
    scripts = [path for folder in folders for path in sorted(folder.glob("*.js")) if path.name not in staff]
    return tuple(sorted({found for path in scripts for found in _STORAGE.findall(path.read_text(encoding="utf-8"))}))


def _loaded(templates: Path) -> set[str]:
    """The scripts that the pages of a folder load."""
    return {name for path in templates.glob("*.html") for name in _LOADED.findall(path.read_text(encoding="utf-8"))}


def variables(settings: Settings) -> tuple[Variable, ...]:
    """Every setting with its value now, without secrets and without passwords inside addresses."""
    return tuple(
        Variable(f"SIGNPOST_{name.upper()}", _shown(name, getattr(settings, name)), field.description or "")
        for name, field in type(settings).model_fields.items()
    )


def _shown(name: str, value: object) -> str:
    if isinstance(value, SecretStr):
        return "set" if value.get_secret_value() else "not set"
    text = str(getattr(value, "value", value)).replace(f"{REPOSITORY}/", "")
    if text in ("", "None"):
        return "not set"
    if any(word in name for word in _HIDDEN):
        return "set"
    return make_url(text).render_as_string(hide_password=True) if name == "database" else _without_user(text)


def _without_user(address: str) -> str:
    if "://" not in address:
        return address
    parts = urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()


def _host(address: str) -> str:
    """The host of an address; "" if there is none."""
    return (urlsplit(address).hostname or address) if address else ""
