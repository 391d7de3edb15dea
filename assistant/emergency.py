"""Replies that carry the numbers to ring now: the safety card, and what is said to a message in another language."""

from __future__ import annotations

from assistant.contacts import FALLBACK
from assistant.replies import Replies
from assistant.types import Audience, ContactCard, Kind, Reason, Reply
from knowledge.types import Area

_TEAM = "safeguarding"
_NAMELESS = "the council's children's team"
_NOBODY = "999"  # to ring when nothing else is known


def emergency_words(path: str, area: Area, replies: Replies, audience: Audience) -> str:
    """A fixed sentence that names the area's own team for keeping children safe, by day and by night.

    A team without a phone is not named with an empty place for it; its number for the night stands in for one of the day.
    """
    team = area.contacts.get(_TEAM)
    phone = (team.phone or team.out_of_hours_phone) if team else ""
    named = f"{team.name or team.role or _NAMELESS} on {phone}" if team and phone else _NAMELESS
    closed = (team.out_of_hours_phone or phone or _NOBODY) if team else _NOBODY
    return replies.say(path, audience, safeguarding=named, out_of_hours=closed)


def emergency_card(area: Area, replies: Replies, audience: Audience) -> Reply:
    """The fixed card for a disclosure of harm."""
    team = area.contacts.get(_TEAM)
    cards = (ContactCard(_TEAM, team),) if team else ()
    text = emergency_words("safeguarding.card", area, replies, audience)
    return Reply(Kind.SAFEGUARDING, text, contacts=cards, reason=Reason.DISCLOSURE)


def language_reply(area: Area, replies: Replies, audience: Audience) -> Reply:
    """Who can help somebody who writes in another language; it may be a cry for help, so the numbers stand in it too."""
    advice = area.contacts.get(FALLBACK)
    named = " on ".join(filter(None, (advice.name, advice.phone))) if advice else area.name
    cards = (ContactCard(FALLBACK, advice, replies.say(f"why.{FALLBACK}", audience)),) if advice else ()
    text = replies.say("other_language", audience, contact=named)
    return Reply(Kind.OUT_OF_SCOPE, text, contacts=cards, reason=Reason.OTHER_LANGUAGE)
