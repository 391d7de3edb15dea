"""The buttons of a clarifying question: what they say, and the payload that they send."""

from __future__ import annotations

import json

from assistant.types import Reading


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
