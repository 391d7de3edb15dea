"""What a message means, as Rasa's NLU writes it: for `/nlu/parse` and for the in-process runner."""

from __future__ import annotations

import unicodedata
from typing import Any

from assistant.talk import Talk


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
    """`text` without control characters and marks that turn the direction of writing; new lines stay."""
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co")).strip()
