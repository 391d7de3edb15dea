"""What happens to questions that were passed on: mail is sent, and those who wait for an answer are told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from api.service import Passing
from assistant.turn import Assistant
from assistant.types import Audience, Context
from signpost.mail import MailServer, send_due
from signpost.settings import Settings
from store.curated import LIVE, CuratedAnswer, CuratedAnswers
from store.follow_ups import FollowUp
from store.outbox import Letter, Outbox, new_reference

_SETTLED = timedelta(seconds=15)  # an answer is in every process's index within two


def mail_tasks(settings: Settings, outbox: Outbox) -> tuple[Callable[[], object], ...]:
    """The task that sends mail; none without a mail server."""
    server = MailServer.of(settings)
    return (lambda: send_due(outbox, server),) if server else ()


class Teller:
    """Tells those who wait that their question has been answered: at once, and again by schedule if that was cut off.

    Each waiting question is tried once for each wording of an answer in the life of a process; a letter's reference is
    made from question and answer, so that it is written once whatever happens between.
    """

    def __init__(self, assistant: Assistant, passing: Passing, curated: CuratedAnswers) -> None:
        self._assistant = assistant
        self._passing = passing
        self._curated = curated
        self._tried: set[tuple[str, int, datetime | None]] = set()

    def catch_up(self) -> int:
        """Try the live answers on those who asked before them, in all areas; says how many were answered."""
        return sum(self._tell(area.slug, self._settled) for area in self._assistant.parts.areas())

    def _settled(self, area: str) -> list[CuratedAnswer]:
        """The live answers that this process has surely indexed."""
        limit = self._passing.now().replace(tzinfo=None) - _SETTLED
        return [answer for answer in self._curated.all(area, LIVE) if answer.updated is None or answer.updated <= limit]

    def tell(self, answer: CuratedAnswer) -> int:
        """Note an answer for every waiting question that it answers now that it is live; says for how many."""
        return self._tell(answer.area, lambda area: [each for each in [self._curated.get(area, answer.id)] if each])

    def _tell(self, area: str, answers: Callable[[str], Sequence[CuratedAnswer]]) -> int:
        waiting, told = self._passing.follow_ups.waiting(area), 0
        live = answers(area) if waiting else ()
        for each in waiting:
            fresh = [answer for answer in live if self._may_answer(answer, each)]
            found = self._answering(fresh, each) if fresh else None
            if found:
                self._write(found, each)
                self._passing.follow_ups.answered(each.key, found.id)
                told += 1
            self._tried.update((each.key, answer.id, answer.updated) for answer in fresh)
        return told

    def _may_answer(self, answer: CuratedAnswer, waiting: FollowUp) -> bool:
        """Whether it is for them, and newer than their question: an older one was there, and did not answer them."""
        for_them = answer.setting in ("", waiting.setting) and answer.audience in ("", waiting.audience)
        newer = answer.updated is None or answer.updated >= waiting.asked
        return for_them and newer and (waiting.key, answer.id, answer.updated) not in self._tried

    def _answering(self, answers: Sequence[CuratedAnswer], waiting: FollowUp) -> CuratedAnswer | None:
        """The one that is cited if they ask now (really tried)."""
        context = Context(waiting.area, waiting.setting or None, Audience(waiting.audience), clarified=True)
        cited = {page.document for page in self._assistant.try_out(waiting.question, context).reply.citations}
        return next((answer for answer in answers if answer.document_id in cited), None)

    def _write(self, answer: CuratedAnswer, waiting: FollowUp) -> None:
        if not waiting.email:
            return
        say, reference = self._assistant.parts.replies.say, new_reference(waiting.key, str(answer.id))
        body = say("summary.told", question=waiting.question, answer=answer.text, owner=answer.owner)
        subject = say("summary.told_subject", reference=reference)
        self._passing.outbox.put([Letter(waiting.area, waiting.email, subject, body, reference=reference)])
