"""A reply for any Rasa channel: text and buttons, and the whole of it as `custom` JSON for our own pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from assistant.compose import spoken
from assistant.types import Citation, ContactCard, Reply

SHOWN_SLOTS = ("area", "setting", "audience", "last_question", "contact_setting")


def channel_message(reply: Reply, slots: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of `dispatcher.utter_message`; `slots` go with it so that a page can show whom it is about."""
    return {
        "text": plain_text(reply),
        "buttons": [{"title": choice.label, "payload": choice.payload} for choice in reply.choices],
        "json_message": reply_json(reply) | {"slots": {name: slots.get(name) for name in SHOWN_SLOTS}},
    }


def plain_text(reply: Reply) -> str:
    """The reply as one text: notice, words, sources, contacts."""
    parts = [reply.notice, reply.text]
    for cited in reply.citations:
        dated = f", {spoken(cited.date)}" if cited.date else ""
        parts.append(" ".join(part for part in (f"From: {cited.title} ({cited.owner}{dated})", cited.url, cited.stale) if part))
    for card in reply.contacts:
        contact = card.contact
        parts.append(", ".join(fact for fact in (contact.name, contact.role, contact.phone, contact.email) if fact))
    return "\n\n".join(part for part in parts if part)


def reply_json(reply: Reply) -> dict[str, Any]:
    """The reply as JSON; `api.schemas.ReplyOut` describes it."""
    return {
        "kind": reply.kind.value,
        "text": reply.text,
        "notice": reply.notice,
        "citations": [_citation(each) for each in reply.citations],
        "see_also": [_citation(each) for each in reply.see_also],
        "choices": [{"label": each.label, "payload": each.payload} for each in reply.choices],
        "contacts": [_contact(each) for each in reply.contacts],
        "reason": reply.reason.value if reply.reason else "",
        "probability": reply.probability,
        "reference": reply.reference,
    }


def _citation(citation: Citation) -> dict[str, Any]:
    return asdict(citation) | {"date": citation.date.isoformat() if citation.date else None}


def _contact(card: ContactCard) -> dict[str, Any]:
    contact = card.contact
    facts = {name: getattr(contact, name) for name in ("name", "role", "phone", "out_of_hours_phone", "email", "url", "hours")}
    return {"key": card.key, **facts, "why": card.why, "setting": card.setting}
