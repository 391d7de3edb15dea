"""Writes the answer that readings give: what the pages say, where it is from, and the law where a page contradicts it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from assistant.compose import StaleWords, answer_shown, card_citation, citation
from assistant.conflicts import CardCheck, Conflict, find_conflict
from assistant.replies import Replies
from assistant.types import Audience, Citation, Reading


class AnswerWriter:
    """Words and citations of an answer; nothing in it is anybody's but the sources' and `replies`'."""

    def __init__(
        self,
        replies: Replies,
        checks: Sequence[CardCheck],
        conflicted: Callable[[str, Conflict], None],
        today: Callable[[], date],
    ) -> None:
        """`conflicted` is told the page and the card that it contradicts."""
        self._replies = replies
        self._checks = checks
        self._conflicted = conflicted
        self._today = today
        self._stale = StaleWords(replies.say("stale.past_review", date="{date}"), replies.say("stale.old", date="{date}"))

    def write(self, readings: Sequence[Reading], audience: Audience) -> tuple[str, tuple[Citation, ...]]:
        """What the best of `readings` says, and what the next does if it is as likely; a statutory card wins over a page."""
        shown, best = answer_shown(readings), readings[0]
        if conflict := self._conflict(best, shown.text):
            return conflict.check.text, (card_citation(conflict), self.cited(best))
        if shown.more is None or self._conflict(shown.more, shown.more_text):
            return shown.text, (self.cited(best),)
        text = "\n\n".join((shown.text, self._lead(shown.more, best, audience), shown.more_text))
        return text, (self.cited(best),) if _same_page(shown.more, best) else (self.cited(best), self.cited(shown.more))

    def cited(self, reading: Reading) -> Citation:
        """Where a reading is from."""
        return citation(reading, self._today(), self._stale)

    def _conflict(self, reading: Reading, text: str) -> Conflict | None:
        conflict = find_conflict(text, self._checks)
        if conflict:
            self._conflicted(reading.hit.passage.document_id, conflict)
        return conflict

    def _lead(self, more: Reading, best: Reading, audience: Audience) -> str:
        place = "same_page" if _same_page(more, best) else "other_page"
        return self._replies.say(f"more.{place}", audience, page=more.hit.document.title, heading=more.hit.passage.headings[-1])


def _same_page(one: Reading, other: Reading) -> bool:
    return one.hit.document.id == other.hit.document.id
