"""Keeps what a turn leaves behind: counts, and redacted questions that went unanswered."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
from sqlalchemy import Engine, delete
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from assistant.conflicts import Conflict
from assistant.types import Context, Decision, Kind, Reply, Understanding
from knowledge.types import Vectors
from store.askers import asker_name, forget_keys
from store.database import insert_into
from store.tables import ConflictRow, CountRow, UnansweredRow

KEPT_DAYS = 30
log = logging.getLogger(__name__)


class DatabaseRecorder:
    """Writes one count a reply, and the question only if it was handed over, or its answer was said to be uncertain.

    A database that can't be written (a full disk) costs the count, never the reply.
    """

    def __init__(self, engine: Engine, redact: Callable[[str], str], encode: Callable[[str], Vectors]) -> None:
        self._engine = engine
        self._redact = redact
        self._encode = encode

    def record(self, context: Context, understanding: Understanding, reply: Reply, decision: Decision | None) -> None:
        """Count the reply; keep the question, redacted, if it went unanswered. Neither if `context` records nothing."""
        if not context.records:
            return
        now = datetime.now(UTC).replace(tzinfo=None)
        topic = max(understanding.topics, key=lambda name: understanding.topics[name], default="")
        with self._writing() as session:
            if self._is_gap(reply, decision):
                reason = reply.reason.value if reply.reason else ""
                session.add(self._question(context, understanding.query, reply.kind.value, reason, reply.probability, now, topic))
            self._count(session, now, context, reply.kind.value, topic)

    def feedback(self, context: Context, question: str, *, helpful: bool) -> None:
        """Count whether a reply helped; keep the question, redacted, if it did not."""
        now = datetime.now(UTC).replace(tzinfo=None)
        with self._writing() as session:
            if question and not helpful:
                session.add(self._question(context, question, "answer", "unhelpful", None, now, ""))
            self._count(session, now, context, "helpful" if helpful else "unhelpful", "")

    def disclosure(self, context: Context) -> None:
        """Count that the safety card was shown; nothing else about it is kept."""
        with self._writing() as session:
            self._count(session, datetime.now(UTC).replace(tzinfo=None), replace(context, setting=None), "safeguarding", "")

    def misread(self, context: Context) -> None:
        """Count that somebody who saw the card said that they were misread; nothing else about it is kept."""
        with self._writing() as session:
            self._count(session, datetime.now(UTC).replace(tzinfo=None), replace(context, setting=None), "misread", "")

    def conflict(self, document: str, conflict: Conflict) -> None:
        """Keep, for staff, that a page says something else than a statutory card."""
        now = datetime.now(UTC).replace(tzinfo=None)
        row = ConflictRow(document=document, card=conflict.check.card, sentence=conflict.sentence, found=now)
        with self._writing() as session:
            session.merge(row)

    def purge(self, now: datetime | None = None) -> int:
        """Delete questions older than 30 days, and the keys of askers' names of the days before; says how many questions."""
        now = (now or datetime.now(UTC)).replace(tzinfo=None)
        with Session(self._engine) as session, session.begin():
            forget_keys(session, now.date())
            done = session.execute(delete(UnansweredRow).where(UnansweredRow.asked < now - timedelta(days=KEPT_DAYS)))
            return int(done.rowcount)  # type: ignore[attr-defined]

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        try:
            with Session(self._engine) as session, session.begin():
                yield session
        except SQLAlchemyError as error:
            log.error("a reply could not be counted (%s): see whether the disk is full", type(error).__name__)

    def _question(
        self, context: Context, text: str, outcome: str, reason: str, probability: float | None, now: datetime, topic: str
    ) -> UnansweredRow:
        kept, asker = self._redact(text), asker_name(self._engine, context.asker, now.date())
        return UnansweredRow(
            area=context.area, setting=context.setting or "", audience=context.audience.value, text=kept, outcome=outcome,
            reason=reason, probability=probability, asked=now, asker=asker, topic=topic,
            vector=self._encode(kept).astype(np.float16).tobytes(),
        )  # fmt: skip

    @staticmethod
    def _is_gap(reply: Reply, decision: Decision | None) -> bool:
        if reply.kind is Kind.HANDOFF:
            return reply.reason is not None and reply.reason.value in ("unsure", "nothing_found")
        from_a_page = reply.kind is Kind.ANSWER and reply.probability is not None  # the glossary is always sure
        return from_a_page and decision is not None and not decision.sure

    @staticmethod
    def _count(session: Session, now: datetime, context: Context, kind: str, topic: str) -> None:
        """Add one, last of all: whoever counts the same waits until this is written."""
        row = {
            "day": now.date(), "area": context.area, "setting": context.setting or "",
            "audience": context.audience.value, "kind": kind, "topic": topic,
        }  # fmt: skip
        first = insert_into(CountRow, session).values(**row, number=1)
        session.execute(first.on_conflict_do_update(index_elements=list(row), set_={"number": CountRow.number + 1}))


class NoRecorder:
    """Keeps nothing: for the evaluation, and for trying things out."""

    def feedback(self, context: Context, question: str, *, helpful: bool) -> None:
        """Do nothing."""

    def disclosure(self, context: Context) -> None:
        """Do nothing."""

    def misread(self, context: Context) -> None:
        """Do nothing."""

    def conflict(self, document: str, conflict: Conflict) -> None:
        """Do nothing."""

    def record(self, context: Context, understanding: Understanding, reply: Reply, decision: Decision | None) -> None:
        """Do nothing."""
