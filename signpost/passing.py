"""What happens to questions that were passed on: mail is sent, and those who wait for an answer are told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from api.service import Passing
from assistant.turn import Assistant
from assistant.types import Audience, Context
from signpost.mail import MailServer, send_due
from signpost.settings import Settings
from store.curated import CuratedAnswer
from store.follow_ups import FollowUp
from store.outbox import Letter, Outbox, new_reference


def mail_tasks(settings: Settings, outbox: Outbox) -> tuple[Callable[[], object], ...]:
    """The task that sends mail; none without a mail server."""
    server = MailServer.of(settings)
    return (lambda: send_due(outbox, server),) if server else ()


def tell_those_who_wait(assistant: Assistant, passing: Passing, answer: CuratedAnswer) -> int:
    """Note an answer for every waiting question that it answers now that it is live (really tried); says for how many."""
    waiting = [each for each in passing.follow_ups.waiting(answer.area) if answer.setting in ("", each.setting)]
    answered: list[str] = []
    for each in waiting:
        audience = Audience(each.audience)
        if answer.audience in ("", audience.value):
            context = Context(each.area, each.setting or None, audience, clarified=True)
            cited = assistant.try_out(each.question, context).reply.citations
            if any(page.document == answer.document_id for page in cited):
                answered.append(each.key)
    return passing.follow_ups.answered(answered, answer.id, lambda each: _tell(assistant, passing.outbox, answer, each))


def _tell(assistant: Assistant, outbox: Outbox, answer: CuratedAnswer, waiting: FollowUp) -> None:
    say = assistant.parts.replies.say
    reference = new_reference()
    body = say("summary.told", question=waiting.question, answer=answer.text, owner=answer.owner)
    letter = Letter(waiting.area, waiting.email, say("summary.subject", reference=reference), body, reference=reference)
    outbox.put([replace(letter)])
