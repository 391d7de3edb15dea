"""The buttons of a clarifying question: what they say, and the payload that they send."""

from __future__ import annotations

import json
from collections.abc import Sequence

from assistant.shown import document_of
from assistant.types import Choice, Reading

_MOST_OTHERS = 2


def reading_label(reading: Reading) -> str:
    """What a button says about a passage: its page, and its heading if that says more."""
    headings = reading.hit.passage.headings
    title = reading.hit.document.title
    return f"{title}: {headings[-1]}" if len(headings) > 1 and headings[-1] != title else title


def choose_setting(slug: str | None) -> str:
    """The payload of a button that chooses a setting, or none."""
    return "/choose_setting" + json.dumps({"setting": slug or "none"})


def choose_reading(reading: Reading | None) -> str:
    """The payload of a button that chooses a passage, or none of those offered."""
    return "/choose_reading" + json.dumps({"passage": str(reading.hit.passage.id) if reading else "none"})


def chosen(payload: str) -> tuple[str, str]:
    """What a button's payload chooses: "setting" or "passage", and which ("none": none of those offered)."""
    ((kind, value),) = json.loads(payload[payload.index("{") :]).items()
    return kind, value


def other_pages(readings: Sequence[Reading], shown: Sequence[str]) -> list[tuple[str, Choice]]:
    """The next best documents, each with its button: none of those `shown`."""
    seen = {document_of(part) for part in shown}
    choices: list[tuple[str, Choice]] = []
    for reading in readings:
        if reading.hit.document.id not in seen and len(choices) < _MOST_OTHERS:
            seen.add(reading.hit.document.id)
            choices.append((reading.hit.document.id, Choice(reading_label(reading), choose_reading(reading))))
    return choices
