"""Renders the pages. Every value is escaped by Jinja2, so that text from anywhere stays text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from assistant.types import Audience, Reply
from knowledge.types import Area

HERE = Path(__file__).resolve().parent
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
        spoken=lambda day: f"{day.day} {day:%B %Y}",
        safe_url=safe_url,
        setting_in=setting_in,
        numbers=numbers,
    )
    return environment


def render_chat(
    area: Area, setting: str | None, audience: Audience, intro: str, asked: str = "", reply: Reply | None = None
) -> str:
    """The chat page, with a question and its reply if there is one."""
    return (
        _environment()
        .get_template("chat.html")
        .render(area=area, setting=setting or "", audience=audience.value, intro=intro, asked=asked, reply=reply)
    )


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
    """A phone number as a `tel:` link wants it."""
    return re.sub(r"[^\d+]", "", phone)


def safe_url(url: str) -> str:
    """The address if it is a web address, else nothing: `javascript:` never becomes a link."""
    return url if re.match(r"https?://", url) else ""


def setting_in(payload: str) -> str:
    """The setting's slug in a `/choose_setting{...}` payload; "" for "not about one"."""
    found = re.search(r'"setting":\s*"([^"]{1,80})"', payload)
    return found[1] if found else ""


def numbers(text: str) -> Markup:
    """Escaped text in which phone numbers can be tapped, and the text to Shout can be sent."""
    found = _NUMBER.sub(lambda match: f'<a href="tel:{tel(match[0])}">{match[0]}</a>', str(escape(text)))
    found = found.replace(_SHOUT, f'<a href="sms:85258?body=SHOUT">{_SHOUT}</a>')
    return Markup(found)  # noqa: S704 - all of it was escaped before the links were put in
