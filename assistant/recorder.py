"""What a turn leaves behind."""

from __future__ import annotations

from typing import Protocol

from assistant.conflicts import Conflict
from assistant.types import Context, Decision, Reply, Understanding


class Recorder(Protocol):
    """Keeps counts, redacted questions that could not be answered, and pages that contradict the law."""

    def record(self, context: Context, understanding: Understanding, reply: Reply, decision: Decision | None) -> None:
        """Count the reply; keep the question, redacted, if it went unanswered. Neither if `context` records nothing."""

    def feedback(self, context: Context, question: str, *, helpful: bool) -> None:
        """Count whether a reply helped; keep the (redacted) question if it did not."""

    def disclosure(self, context: Context) -> None:
        """Count that the safety card was shown; nothing else about it is kept."""

    def misread(self, context: Context) -> None:
        """Count that somebody who saw the card said that they were misread; nothing else about it is kept."""

    def conflict(self, document: str, conflict: Conflict) -> None:
        """Keep, for staff, that a page says something else than a statutory card."""
