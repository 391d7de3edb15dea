"""The two clarifying questions: which school, and which of two close pages. Each is asked with buttons."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.choices import choose_reading, choose_setting, reading_label
from assistant.replies import Replies
from assistant.types import Audience, Choice, ContactCard, Decision, Kind, Reply, Understanding
from knowledge.types import Area

MOST_SETTINGS = 6


def which_setting(decision: Decision, understanding: Understanding, area: Area, replies: Replies, audience: Audience) -> Reply:
    """Which nursery, school or college: those that the message may name, else the area's first."""
    return Reply(
        Kind.CLARIFY, replies.say("clarify.which_setting", audience),
        choices=setting_choices(area, understanding.settings, replies), reason=decision.reason,
        probability=decision.probability, reference=understanding.query,
    )  # fmt: skip


def setting_choices(area: Area, slugs: Sequence[str], replies: Replies) -> tuple[Choice, ...]:
    """A button for each of `slugs`, or for the area's first settings, and one for none of them."""
    named = [setting for setting in area.settings if setting.slug in slugs]
    names = (named or list(area.settings))[:MOST_SETTINGS]
    choices = [Choice(each.name, choose_setting(each.slug)) for each in names]
    return (*choices, Choice(replies.say("clarify.not_a_setting"), choose_setting(None)))


def close_readings(
    decision: Decision, understanding: Understanding, cards: Sequence[ContactCard], replies: Replies, audience: Audience
) -> Reply:
    """Which of two pages was meant, or something else; a person is named too."""
    readings = [each for each in (decision.reading, *decision.rivals[:1]) if each]
    choices = [Choice(reading_label(each), choose_reading(each)) for each in readings]
    choices.append(Choice(replies.say("clarify.something_else"), choose_reading(None)))
    return Reply(
        Kind.CLARIFY, replies.say("clarify.close_readings", audience), choices=tuple(choices), contacts=tuple(cards[:1]),
        reason=decision.reason, probability=decision.probability, reference=understanding.query,
    )  # fmt: skip
