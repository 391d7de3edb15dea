"""One conversation as the pages and the JSON API hold it: a token that can't be guessed, and a runner that answers."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from fastapi import HTTPException

from actions.parse import readable
from api.service import Service
from assistant.contacts import setting_of
from assistant.types import Audience, Context

EXPIRED = "This conversation is over: it was deleted, or nothing was said for a while. Start a new one."
GONE_LATER = (
    "Your conversation has been deleted here. Another part of this service did not answer. It deletes what you wrote within "
    "an hour, by itself."
)
_MOST_TOKEN = 80


@dataclass(frozen=True)
class Exchange:
    """What a message brought: replies as JSON (`api.schemas.ReplyOut`), and what the conversation is about now."""

    replies: tuple[dict[str, Any], ...]
    context: Context


def start(service: Service, context: Context) -> str:
    """A new conversation; its token. An unknown setting is left out. Raises AreaUnknown."""
    area = service.assistant.area(context.area)
    known = setting_of(area, context.setting)
    token = secrets.token_urlsafe(24)
    slots = {"area": area.slug, "setting": known.slug if known else None, "audience": context.audience.value}
    service.conversation.trackers.start(_key(token), {"slots": {**service.conversation.initial_slots, **slots}, "events": []})
    return token


def context_of(service: Service, token: str) -> Context | None:
    """Where and for whom a conversation is held; None if it is over."""
    if not token or len(token) > _MOST_TOKEN:
        return None
    tracker = service.conversation.trackers.load(_key(token))
    return _context(tracker["slots"]) if tracker else None


def last_question(service: Service, token: str) -> str:
    """The last question of a conversation, redacted; "" if there is none."""
    tracker = service.conversation.trackers.load(_key(token))
    return str(tracker["slots"].get("last_question") or "") if tracker else ""


def contact_setting(service: Service, token: str) -> str:
    """The slug of the setting whose own role the last reply shows; "" if it shows none."""
    tracker = service.conversation.trackers.load(_key(token))
    return str(tracker["slots"].get("contact_setting") or "") if tracker else ""


async def say(service: Service, token: str, text: str, *, misread: bool = False) -> Exchange:
    """Send a message or a button's payload. Raises HTTPException 401 if the conversation is over.

    `misread`: the person has seen the safety card for these words, and says that they were misread.
    """
    context = context_of(service, token)
    if context is None:
        raise HTTPException(401, EXPIRED)
    metadata = {"area": context.area, "setting": context.setting, "audience": context.audience.value, "misread": misread}
    messages = await service.conversation.runner.handle(_key(token), readable(text), metadata)
    replies = tuple(message["custom"] for message in messages if "custom" in message)
    slots = replies[-1].get("slots", metadata) if replies else metadata
    return Exchange(replies, _context(slots))


async def forget(service: Service, token: str) -> bool:
    """Delete a conversation; False if a Rasa server that may hold some of it did not answer."""
    known = bool(token) and len(token) <= _MOST_TOKEN
    return await service.conversation.runner.forget(_key(token)) if known else True


def _context(slots: dict[str, Any]) -> Context:
    return Context(str(slots["area"]), slots.get("setting"), Audience(slots.get("audience") or Audience.PARENT))


def _key(token: str) -> str:
    """Keys of our own conversations begin with `chat:`; a Rasa client's sender can't reach them."""
    return f"chat:{token}"
