"""Renders the pages. Every value is escaped by Jinja2, so that text from anywhere stays text."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from assistant.browse import BrowseQuestion
from assistant.compose import spoken
from assistant.london import london_time
from assistant.types import Audience
from knowledge.types import Area, Setting
from store.reports import shown

HERE = Path(__file__).resolve().parent
_NEXT_NUMBER = re.compile(r"[,;/]| or |\b(?:ext|extn|extension|x)\.? ?(?=\d)", re.IGNORECASE)
_NUMBER = re.compile(r"\b(?:999|111|116 123|0800 1111|0\d{3} \d{3} \d{4}|0\d{4} \d{6}|0\d{2} \d{4} \d{4})\b")
_SHOUT = "SHOUT to 85258"


@dataclass(frozen=True)
class Block:
    """A paragraph, or the items of a list."""

    text: str
    items: tuple[str, ...] = ()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        blocks=blocks,
        tel=tel,
        spoken=lambda day: spoken(date.fromisoformat(day) if isinstance(day, str) else day),
        safe_url=safe_url,
        numbers=numbers,
        address=address,
        few=shown,
        local=london_time,
    )
    environment.globals.update(asset=asset)
    return environment


@dataclass(frozen=True)
class ChatPage:
    """What the chat page shows. `replies` are JSON (`api.schemas.ReplyOut`); `draft` is put back into the box."""

    area: Area
    setting: str
    audience: Audience
    intro: str
    token: str = ""
    asked: str = ""
    draft: str = ""
    replies: Sequence[Mapping[str, Any]] = ()
    can_send: bool = False
    letter: str = ""
    """The message that a person may send to whoever can help, to start from."""


def render_chat(page: ChatPage) -> str:
    """The chat page, with a message and its replies if there are any."""
    return (
        _environment()
        .get_template("chat.html")
        .render(
            area=page.area,
            setting=page.setting,
            voice=page.audience.value,
            intro=page.intro,
            token=page.token,
            asked=page.asked,
            draft=page.draft,
            replies=page.replies,
            can_send=page.can_send,
            letter=page.letter,
            safety=any(reply["kind"] == "safeguarding" for reply in page.replies),
        )
    )


def render_questions(
    area: Area,
    setting: Setting | None,
    audience: Audience,
    questions: Sequence[BrowseQuestion],
    question: BrowseQuestion | None,
    reply: Mapping[str, Any] | None,
) -> str:
    """The questions to browse, with the answer to one of them."""
    return (
        _environment()
        .get_template("questions.html")
        .render(area=area, setting=setting, voice=audience.value, questions=questions, question=question, reply=reply)
    )


def render(template: str, **values: object) -> str:
    """Any page by its template."""
    return _environment().get_template(template).render(**values)


def render_areas(areas: Sequence[Area]) -> str:
    """The list of areas to choose from."""
    return _environment().get_template("areas.html").render(areas=areas)


def render_error(status: int, text: str) -> str:
    """A plain page that says what went wrong."""
    return _environment().get_template("error.html").render(status=status, text=text)


def blocks(text: str) -> list[Block]:
    """Plain text as paragraphs and lists."""
    found: list[Block] = []
    items: list[str] = []
    for line in [*text.split("\n"), ""]:
        if line.lstrip().startswith("- "):
            items.append(line.lstrip()[2:])
            continue
        if items:
            found.append(Block("", tuple(items)))
            items = []
        if line.strip():
            found.append(Block(line.strip()))
    return found


def tel(phone: str) -> str:
    """A phone number as a `tel:` link wants it: the first that is written, without an extension or the (0) of "+44 (0)1632"."""
    first = _NEXT_NUMBER.split(phone.strip())[0]
    return re.sub(r"[^\d+]", "", first.replace("(0)", "") if first.startswith("+") else first)


@cache
def asset(name: str) -> str:
    """The address of a file under `static/`, with a mark of its content: it may be kept by a browser until it changes."""
    mark = hashlib.sha256((HERE / "static" / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={mark}"


def safe_url(url: str) -> str:
    """The address if it is a web address, else nothing: `javascript:` never becomes a link."""
    return url if re.match(r"https?://", url) else ""


def address(email: str) -> Markup:
    """An e-mail address that goes on in the next line after its "@", if it has to."""
    return Markup(str(escape(email)).replace("@", "@<wbr>"))  # noqa: S704 - escaped before the mark was put in


def numbers(text: str) -> Markup:
    """Escaped text in which phone numbers can be tapped, and the text to Shout can be sent."""
    found = _NUMBER.sub(lambda match: f'<a href="tel:{tel(match[0])}">{match[0]}</a>', str(escape(text)))
    found = found.replace(_SHOUT, f'<a href="sms:85258?body=SHOUT">{_SHOUT}</a>')
    return Markup(found)  # noqa: S704 - all of it was escaped before the links were put in
