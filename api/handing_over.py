"""Passing a question on: a family's own words are sent to a role mailbox, with consent, or they wait for an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fastapi import HTTPException
from sqlalchemy.exc import SQLAlchemyError

from api import conversing
from api.service import Service
from assistant.contacts import OWN, setting_of
from assistant.opening_hours import is_open, opens_next, read_hours, spoken
from assistant.safety import Level
from assistant.summary import summary
from assistant.types import Context
from knowledge.types import Contact
from store.outbox import HELD, Letter, acknowledging, is_address, new_reference

_REACHED = ("sendiass", "send_team")
_LEAST = 10  # letters
PLAIN_ADDRESS = "It may hold plain letters (a to z), numbers and marks like . - _ only, with an @, and no gaps."
_OFTEN = "A few messages were sent from here in the last hour. Please wait an hour, or ring or write to them yourself."
_MOVED_ON = "This chat has gone on since you wrote that. Nothing was sent. Ask again who can help, then send it to them."


@dataclass(frozen=True)
class Sent:
    """What the person is told."""

    reference: str
    contact: str
    text: str


def draft(service: Service, context: Context, reply: Mapping[str, Any]) -> str:
    """The summary to start from, about the setting that the contacts of `reply` (as JSON) are asked about."""
    area = service.assistant.area(context.area)
    about = next((contact["setting"] for contact in reply["contacts"]), context.setting)
    question = str(reply.get("reference") or "")
    return summary(question, setting_of(area, about), service.assistant.parts.replies, context.audience)


def send(
    service: Service, token: str, key: str, text: str, reply_to: str, *, client: str, consent: bool, setting: str = ""
) -> Sent:
    """Write the message into the outbox, once however often it is asked for. Raises HTTPException in plain words.

    `client` is the network that asks, of which only so many messages are taken an hour. `setting` is that of the card that
    the person saw, if they say: nothing goes to another's mailbox.
    Words that tell of harm are sent as well, since the person chose who reads them; the safety card is shown first.
    """
    context = _context(service, token)
    contact = _contact(service, context, key, _shown(service, token, key, setting))
    reply_to = _address(reply_to)
    if not consent:
        raise HTTPException(422, "Tick the box to say that we may send your words. Or ring or write to them yourself.")
    if len(text.strip()) < _LEAST:
        raise HTTPException(422, "Write a little more, so that they know what you need.")
    if not service.passing.can_send:
        raise HTTPException(503, "This service can't send messages. Please ring or write to them yourself.")
    say = service.assistant.parts.replies.say
    named, body = contact.name or contact.role, service.assistant.parts.redact(text.strip())
    reference = new_reference(token, key, body, reply_to)
    hours = when_read(service, contact)
    letter = Letter(context.area, contact.email, say("summary.subject", reference=reference), body, reply_to, reference)
    told = say("summary.acknowledged", contact=named, reference=reference, hours=hours)
    try:
        _put(service, letter, told, token, client)
    except SQLAlchemyError as error:
        raise HTTPException(503, say("summary.not_sent", contact=named)) from error
    said = say("summary.sent", contact=named, reference=reference, hours=hours).strip()
    return Sent(reference, named, " ".join(filter(None, (_safety_first(service, context, text), said))))


def _put(service: Service, letter: Letter, told: str, token: str, client: str) -> None:
    """Write the letter, and what its sender is `told` once it has gone. One that is there already is not counted again."""
    outbox, limits = service.passing.outbox, service.passing.limits
    if outbox.state(letter.reference):
        return
    with limits.counting(token, client) as allowed:
        if not allowed:
            raise HTTPException(429, _OFTEN, {"Retry-After": "3600"})
        letters = [letter]
        if letter.reply_to and limits.acknowledges(letter.reply_to):
            subject = service.assistant.parts.replies.say("summary.acknowledged_subject", reference=letter.reference)
            letters.append(
                replace(
                    letter, recipient=letter.reply_to, subject=subject, body=told, reply_to="",
                    reference=acknowledging(letter.reference), state=HELD,
                )
            )  # fmt: skip
        outbox.put(letters)


def when_read(service: Service, contact: Contact) -> str:
    """When somebody can read it: the next opening if the office is closed, else its hours; no time is made up."""
    say, hours, now = service.assistant.parts.replies.say, read_hours(contact.hours), service.passing.now()
    if not contact.hours:
        return say("summary.no_hours")
    opens = None if is_open(hours, now) else opens_next(hours, now)
    if opens is None:
        return say("summary.hours", hours=contact.hours)
    return say("summary.closed", opens=spoken(opens), hours=contact.hours)


def _safety_first(service: Service, context: Context, text: str) -> str:
    """Where to turn now, if the words tell of harm: a mailbox may not be read for days."""
    assistant = service.assistant
    if assistant.screen(text).level is not Level.DISCLOSURE:
        return ""
    return assistant.safety_words("summary.harm", assistant.area(context.area), context)


def wait(service: Service, token: str, email: str = "") -> tuple[str, str]:
    """Wait for an answer to the last question: the code, and what the person is told."""
    context = _context(service, token)
    question = conversing.last_question(service, token)
    say = service.assistant.parts.replies.say
    if not question:
        raise HTTPException(422, say("follow_up.nothing_asked"))
    address = _address(email) if service.passing.can_send else ""
    if address and service.passing.follow_ups.waits(address) >= service.passing.most_waits:
        raise HTTPException(429, say("follow_up.many"))
    setting = service.assistant.understand(question, context)[0].contact_setting or ""
    code = service.passing.follow_ups.add(context.area, setting, context.audience.value, question, address)
    return code, say("follow_up.given_with_email" if address else "follow_up.given", code=code)


def _context(service: Service, token: str) -> Context:
    context = conversing.context_of(service, token)
    if context is None:
        raise HTTPException(401, conversing.EXPIRED)
    return context


def _shown(service: Service, token: str, key: str, seen: str) -> str:
    """The setting whose own role the last reply shows. Refuses what somebody wrote under a card of another (`seen`)."""
    shown = conversing.contact_setting(service, token)
    if key == OWN and seen and seen != shown:
        raise HTTPException(409, _MOVED_ON)
    return shown


def _contact(service: Service, context: Context, key: str, shown: str) -> Contact:
    area = service.assistant.area(context.area)
    own = setting_of(area, shown) if key == OWN else None
    contact = own.contact if own else area.contacts.get(key) if key in _REACHED else None
    if contact is None or not contact.email:
        raise HTTPException(422, f"There is no mailbox for '{key}': choose one of the contacts that are shown.")
    return contact


def _address(text: str) -> str:
    address = text.strip()
    if address and not is_address(address):
        raise HTTPException(422, f"That does not look like an e-mail address. {PLAIN_ADDRESS} Please check it, or leave it out.")
    return address
