"""Messages that buttons send: `/intent{"entity": "value"}`, Rasa's own form.

Only the intents that our buttons use are taken for payloads. Anything else that starts with a stroke is words, so that
nobody steers the conversation by typing what a button can't send.
"""

from __future__ import annotations

import json
import re
from typing import Any

PAYLOAD_INTENTS = frozenset(
    {"choose_setting", "choose_audience", "choose_reading", "feedback", "ask_person", "start_over", "repeat"}
)
_ENTITIES = frozenset({"setting", "audience", "passage", "helpful"})
_FORM = re.compile(r"/([a-z_]{1,40})(\{.{0,300}\})?")


def parse_payload(text: str) -> dict[str, Any] | None:
    """The parse of a button's message as Rasa gives it, or None if it is words."""
    found = _FORM.fullmatch(text.strip())
    if not found or found[1] not in PAYLOAD_INTENTS:
        return None
    try:
        given = json.loads(found[2] or "{}")
    except ValueError:
        return None
    values = {name: value for name, value in given.items() if name in _ENTITIES and isinstance(value, str)}
    return {
        "text": text.strip(),
        "intent": {"name": found[1], "confidence": 1.0},
        "intent_ranking": [{"name": found[1], "confidence": 1.0}],
        "entities": [{"entity": name, "value": value, "start": 0, "end": len(text)} for name, value in values.items()],
    }


def as_words(text: str) -> str:
    """`text` so that a Rasa server takes it for no more than a button could have sent: a payload of known words, or words.

    Rasa itself takes more, such as a list of values.
    """
    payload = parse_payload(text)
    if payload is None:
        return text.lstrip().lstrip("/").lstrip()
    values = {each["entity"]: each["value"] for each in payload["entities"]}
    return f"/{payload['intent']['name']}" + (json.dumps(values) if values else "")
