"""Messages that wait to be sent. Each is written before anything is sent, and is sent at most once.

`waiting` -> `sending` (just before the words leave) -> `sent`. A process that dies while `sending` leaves a message of which
nobody can know whether it arrived: it becomes `check`, for staff to decide, and is never sent again by itself.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from store.tables import OutboxRow

WAITING, SENDING, SENT, FAILED, CHECK = "waiting", "sending", "sent", "failed", "check"
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440, 1440))
"""How long to wait after each failure; after the last one staff have to look."""
_STUCK = timedelta(minutes=10)
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without letters and digits that look alike


@dataclass(frozen=True)
class Letter:
    """One message. `reference` is what the person who sent it can quote; it is also the message's id at the mail server."""

    area: str
    recipient: str
    subject: str
    body: str
    reply_to: str = ""
    reference: str = ""
    id: int = 0
    tries: int = 0
    state: str = WAITING
    problem: str = ""
    created: datetime | None = None


class Outbox:
    """The messages of a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, letters: Sequence[Letter], now: datetime | None = None) -> None:
        """Write messages, all or none."""
        at = now or _now()
        with Session(self._engine) as session, session.begin():
            for each in letters:
                session.add(_row(each, at))

    def due(self, now: datetime | None = None) -> list[Letter]:
        """The messages whose time has come. Those that a dead process was sending are put aside first."""
        at = now or _now()
        with Session(self._engine) as session, session.begin():
            stuck = update(OutboxRow).where(OutboxRow.state == SENDING, OutboxRow.claimed < at - _STUCK)
            session.execute(stuck.values(state=CHECK, problem="the service stopped while sending: it may have arrived or not"))
            rows = session.scalars(
                select(OutboxRow).where(OutboxRow.state == WAITING, OutboxRow.next_try <= at).order_by(OutboxRow.id)
            )
            return [_letter(row) for row in rows]

    def claim(self, letter_id: int, now: datetime | None = None) -> bool:
        """Take a message for sending; False if another worker has it."""
        at = now or _now()
        with Session(self._engine) as session, session.begin():
            taken = (
                update(OutboxRow).where(OutboxRow.id == letter_id, OutboxRow.state == WAITING).values(state=SENDING, claimed=at)
            )
            return bool(session.execute(taken).rowcount)  # type: ignore[attr-defined]

    def sent(self, letter_id: int, now: datetime | None = None) -> None:
        """It has arrived: keep the reference, delete the words and the addresses."""
        with Session(self._engine) as session, session.begin():
            done = update(OutboxRow).where(OutboxRow.id == letter_id)
            session.execute(
                done.values(state=SENT, sent=now or _now(), body="", subject="", reply_to="", recipient="", problem="")
            )

    def failed(self, letter_id: int, problem: str, *, final: bool = False, now: datetime | None = None) -> None:
        """It did not arrive: try again later, or give up and let staff look."""
        with Session(self._engine) as session, session.begin():
            row = session.get(OutboxRow, letter_id)
            if row is None:
                return
            give_up = final or row.tries >= len(BACK_OFF)
            row.problem = problem
            row.state = FAILED if give_up else WAITING
            if not give_up:
                row.next_try = (now or _now()) + BACK_OFF[row.tries]
            row.tries += 1

    def again(self, area: str, letter_id: int) -> bool:
        """Send a message that failed or has to be checked once more, because staff say so."""
        with Session(self._engine) as session, session.begin():
            row = session.get(OutboxRow, letter_id)
            if row is None or row.area != area or row.state not in (FAILED, CHECK):
                return False
            row.state, row.next_try, row.tries, row.problem = WAITING, _now(), 0, ""
            return True

    def troubled(self, area: str = "") -> list[Letter]:
        """The messages that staff have to look at."""
        query = select(OutboxRow).where(OutboxRow.state.in_((FAILED, CHECK))).order_by(OutboxRow.id)
        with Session(self._engine) as session:
            return [_letter(row) for row in session.scalars(query.where(OutboxRow.area == area) if area else query)]

    def state(self, reference: str) -> str:
        """How far a message has got; "" if there is none of that reference."""
        with Session(self._engine) as session:
            return session.scalar(select(OutboxRow.state).where(OutboxRow.reference == reference)) or ""


def new_reference() -> str:
    """A reference to quote: `SP-7KQ2-M4XA`."""
    letters = [secrets.choice(_ALPHABET) for _ in range(8)]
    return f"SP-{''.join(letters[:4])}-{''.join(letters[4:])}"


def _row(letter: Letter, at: datetime) -> OutboxRow:
    return OutboxRow(
        reference=letter.reference or new_reference(), area=letter.area, recipient=letter.recipient, reply_to=letter.reply_to,
        subject=letter.subject, body=letter.body, state=WAITING, tries=0, next_try=at, claimed=None, problem="", created=at,
        sent=None,
    )  # fmt: skip


def _letter(row: OutboxRow) -> Letter:
    return Letter(
        row.area, row.recipient, row.subject, row.body, row.reply_to, row.reference, row.id, row.tries, row.state, row.problem,
        row.created,
    )  # fmt: skip


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
