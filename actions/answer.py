"""Answers the last message of a conversation, for any Rasa channel."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from assistant.turn import Assistant
from assistant.types import Audience, Context, Kind, Reply


class ActionAnswer(Action):  # type: ignore[misc]
    """`action_answer`: text and buttons for any channel, the structured reply as `custom` JSON."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def name(self) -> str:
        """As the domain and the rules call it."""
        return "action_answer"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Dispatch the reply to the last message; the slots `area`, `setting` and `audience` say where and for whom."""
        del domain
        text = str(tracker.latest_message.get("text") or "")
        reply = self._assistant.answer(text, context_of(tracker))
        dispatcher.utter_message(
            text=plain_text(reply),
            buttons=[{"title": choice.label, "payload": choice.payload} for choice in reply.choices],
            json_message={"kind": reply.kind.value, "documents": [cited.document for cited in reply.citations]},
        )
        return [SlotSet("last_kind", reply.kind.value), SlotSet("clarified", reply.kind is Kind.CLARIFY)]


def context_of(tracker: Tracker) -> Context:
    """Where and for whom the conversation is held."""
    audience = Audience(tracker.get_slot("audience") or Audience.PARENT)
    return Context(str(tracker.get_slot("area")), tracker.get_slot("setting"), audience, bool(tracker.get_slot("clarified")))


def plain_text(reply: Reply) -> str:
    """The reply as one text: notice, words, sources, contacts."""
    parts = [reply.notice, reply.text]
    for cited in reply.citations:
        dated = f", {cited.date.day} {cited.date:%B %Y}" if cited.date else ""
        parts.append(" ".join(part for part in (f"From: {cited.title} ({cited.owner}{dated})", cited.url, cited.stale) if part))
    for card in reply.contacts:
        contact = card.contact
        parts.append(", ".join(fact for fact in (contact.name, contact.role, contact.phone, contact.email) if fact))
    return "\n\n".join(part for part in parts if part)
