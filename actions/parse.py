"""What a message means, as Rasa's NLU writes it: for `/nlu/parse` and for the in-process runner."""

from __future__ import annotations

from typing import Any

from assistant.talk import Talk
from assistant.visible import visible


def rasa_parse(talk: Talk, text: str, area: str) -> dict[str, Any]:
    """Rasa's parse data: text, intent, ranking, entities."""
    parsed = talk.parse(text, area)
    return {
        "text": text,
        "intent": {"name": parsed.intent, "confidence": parsed.confidence},
        "intent_ranking": [{"name": name, "confidence": near} for name, near in parsed.ranking],
        "entities": [
            {"entity": each.kind, "value": each.value, "start": each.start, "end": each.end, "confidence_entity": each.confidence}
            for each in parsed.entities
        ],
    }


def readable(text: str) -> str:
    """`text` as it is seen, without spaces around it."""
    return visible(text).strip()
