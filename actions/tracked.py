"""What the tracker of a conversation says: the last words and what they name, and where and for whom it is held."""

from __future__ import annotations

from collections.abc import Sequence

from rasa_sdk import Tracker

from assistant.contacts import OWN
from assistant.types import Audience, Context, Kind, Reply


def said(tracker: Tracker) -> str:
    """The words of the last message."""
    return str(tracker.latest_message.get("text") or "")


def contact_setting(replies: Sequence[Reply]) -> str | None:
    """The setting whose own role is on a card that is shown, the last one: what is sent to that role goes there."""
    own = [card.setting for reply in replies for card in reply.contacts if card.key == OWN]
    return own[-1] if own else None


def offered(replies: Sequence[Reply]) -> list[str] | None:
    """The payloads of the buttons that are shown, of the last reply that has any."""
    return next(([choice.payload for choice in reply.choices] for reply in reversed(replies) if reply.choices), None)


def entities(tracker: Tracker, kind: str) -> list[str]:
    """The values of one kind of entity in the last message, each once, in order."""
    found = tracker.latest_message.get("entities") or []
    return list(dict.fromkeys(str(each.get("value")) for each in found if each.get("entity") == kind))


def context_of(tracker: Tracker, only_area: str = "") -> Context:
    """Where and for whom the conversation is held: from the slots, at first from the message's metadata."""
    given = tracker.latest_message.get("metadata") or {}
    area = tracker.get_slot("area")
    setting = tracker.get_slot("setting") if area else given.get("setting")
    audience = tracker.get_slot("audience") or given.get("audience")
    known = audience if audience in list(Audience) else Audience.PARENT
    misread = bool(given.get("misread")) and tracker.get_slot("last_kind") == Kind.SAFEGUARDING.value
    return Context(
        str(area or given.get("area") or only_area), setting, Audience(known),
        bool(tracker.get_slot("clarified")), str(tracker.get_slot("last_question") or ""), tracker.sender_id, misread,
    )  # fmt: skip
