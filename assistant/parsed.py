"""What a message does in the conversation, as Rasa's NLU describes it: an intent, what is near to it, and what is named."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.dialogue import CHOOSE_LISTED, DISCLOSURE, FAQ, act_of, place_said, plain_smalltalk
from assistant.safety import Level
from assistant.turn import Assistant
from assistant.types import Context, Entity
from assistant.visible import without_smileys

UNREADABLE = "unreadable"
_NEAREST = 3


@dataclass(frozen=True)
class Parsed:
    """A message as Rasa's NLU describes it."""

    intent: str
    confidence: float
    ranking: tuple[tuple[str, float], ...] = ()
    entities: tuple[Entity, ...] = ()


def parsed(assistant: Assistant, text: str, area: str) -> Parsed:
    """What a message does in the conversation; a disclosure of harm comes before anything else. Raises whatever fails."""
    parts = assistant.parts
    plain = without_smileys(text)
    if place := place_said(plain, parts.dialogue):
        return Parsed(CHOOSE_LISTED, 1.0, entities=(Entity("place", str(place), 0, len(text)),))
    if not any(char.isalpha() for char in plain):
        return Parsed(UNREADABLE, 1.0)
    understanding, vector = assistant.understand(text, Context(area))
    smalltalk = plain == text and plain_smalltalk(understanding, parts.dialogue)
    level = Level.NONE if smalltalk else assistant.screen(text).level
    if level is Level.DISCLOSURE:
        return Parsed(DISCLOSURE, 1.0)
    if parts.languages.other(text) or (level is Level.CAUTION and plain != text):  # "goodbye 😭" gets the gentle line
        return Parsed(FAQ, 1.0)
    contact = parts.policy.contact
    asks = contact.probability(vector)
    leans = asks >= contact.at and parts.follow_ups.leans(plain)
    act = act_of(understanding, asks, contact.at, parts.dialogue, leans=leans)
    ranking = ((act, understanding.confidence), *understanding.ranking[:_NEAREST])
    return Parsed(act, understanding.confidence if act != FAQ else 1.0, ranking, understanding.entities)
