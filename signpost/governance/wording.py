"""Fills facts into sentences: Jinja2 that stops at a fact that is not there, and writes values safely into Markdown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from assistant.compose import spoken

TEMPLATES = Path(__file__).resolve().parent / "templates"


def environment() -> Environment:
    """The environment of all documents."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=select_autoescape(),
        finalize=_as_markdown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(
        percent=percent, day=lambda text: spoken(date.fromisoformat(text)), thousands=lambda number: f"{number:,}"
    )
    return made


def fill(sentence: str, values: Mapping[str, Any]) -> str:
    """A sentence with its facts."""
    return " ".join(environment().from_string(sentence).render(values).split())


def holds(condition: str, values: Mapping[str, Any]) -> bool:
    """True if a condition such as `service.mail` holds."""
    return bool(environment().compile_expression(condition, undefined_to_none=False)(**values))


def percent(share: float) -> str:
    """`92.6 %`."""
    return f"{100 * share:.1f} %"


def _as_markdown(value: Any) -> Any:
    """Text of a council or a setting can't break a table or become a tag."""
    return re.sub(r"\s+", " ", value).replace("|", "\\|").replace("<", "&lt;") if isinstance(value, str) else value
