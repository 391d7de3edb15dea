"""Messages that wait to be sent. Each is written before anything is sent, and is sent at most once.

`waiting` -> `sending` (just before the words leave) -> `sent`. A process that dies while `sending` leaves a message of which
nobody can know whether it arrived: it becomes `check`, for staff to decide, and is never sent again by itself. Staff send it
again, or discard it: it becomes `discarded`. Of a message that was sent or discarded no words and no address are kept.

An acknowledgement and a weekly letter to staff hold nothing that is lost with them: if they can't arrive, they are discarded at
once, without staff.

A letter of the state `held` follows another: the acknowledgement "SP-7KQ2-M4XA-A" waits until "SP-7KQ2-M4XA" has been sent.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Engine, func, not_, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from store.tables import OutboxRow

HELD, WAITING, SENDING, SENT, FAILED, CHECK, DISCARDED = "held", "waiting", "sending", "sent", "failed", "check", "discarded"
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440, 1440))
"""How long to wait after each failure; after the last one staff have to look."""
_STUCK = timedelta(minutes=10)
_AFTER = "-A"  # ends the reference of a letter that follows another
_WEEKLY = "D-"  # begins the reference of a weekly letter to staff
_LONGEST_ADDRESS = 200
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL})+")  # as HTML has it, with a dot
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

    def put(self, letters: Sequence[Letter], now: datetime | None = None) -> bool:
        """Write messages, all or none; False if those references have been written before, and nothing is done."""
        at = now or _now()
        try:
            with Session(self._engine) as session, session.begin():
                session.add_all([_row(each, at) for each in letters])
        except IntegrityError:
            if self._known([each.reference for each in letters]):
                return False
            raise
        return True

    def due(self, now: datetime | None = None) -> list[Letter]:
        """The messages whose time has come. Those that a dead process was sending are put aside first."""
        at = now or _now()
        with Session(self._engine) as session, session.begin():
            stuck = update(OutboxRow).where(OutboxRow.state == SENDING, OutboxRow.claimed < at - _STUCK)
            session.execute(stuck.values(state=CHECK, problem="the service stopped while sending: it may have arrived or not"))
            for row in session.scalars(select(OutboxRow).where(_given_up(), or_(*_needless()))):
                _blank(row, DISCARDED)
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
        """It has arrived: keep the reference, delete the words and the addresses; what was held for it may go."""
        at = now or _now()
        with Session(self._engine) as session, session.begin():
            row = session.get(OutboxRow, letter_id)
            if row is None:
                return
            row.sent = at
            _blank(row, SENT)
            held = update(OutboxRow).where(OutboxRow.reference == acknowledging(row.reference), OutboxRow.state == HELD)
            session.execute(held.values(state=WAITING, next_try=at))

    def failed(
        self, letter_id: int, problem: str, *, state: str = WAITING, final: bool = False, now: datetime | None = None
    ) -> None:
        """It did not arrive: try again later, or give up and let staff look.

        `state` is how far this worker had got with it; if another worker has taken it further since, nothing is changed.
        """
        with Session(self._engine) as session, session.begin():
            row = session.scalar(select(OutboxRow).where(OutboxRow.id == letter_id, OutboxRow.state == state).with_for_update())
            if row is None:
                return
            give_up = final or row.tries >= len(BACK_OFF)
            row.problem = problem
            row.state = FAILED if give_up else WAITING
            if not give_up:
                row.next_try = (now or _now()) + BACK_OFF[row.tries]
            row.tries += 1
            if give_up and (row.reference.endswith(_AFTER) or row.reference.startswith(_WEEKLY)):
                _blank(row, DISCARDED)

    def again(self, area: str, letter_id: int) -> bool:
        """Send a message that failed or has to be checked once more, because staff say so."""
        with Session(self._engine) as session, session.begin():
            row = session.get(OutboxRow, letter_id, with_for_update=True)
            if row is None or row.area != area or row.state not in (FAILED, CHECK):
                return False
            row.state, row.next_try, row.tries, row.problem = WAITING, _now(), 0, ""
            return True

    def discard(self, area: str, letter_id: int) -> bool:
        """Give up a message that failed or has to be checked, because staff say so, and its acknowledgement with it."""
        with Session(self._engine) as session, session.begin():
            row = session.get(OutboxRow, letter_id, with_for_update=True)
            if row is None or row.area != area or row.state not in (FAILED, CHECK):
                return False
            after = select(OutboxRow).where(OutboxRow.reference == acknowledging(row.reference), OutboxRow.state == HELD)
            for each in (row, *session.scalars(after)):
                _blank(each, DISCARDED)
            return True

    def troubled(self, area: str = "") -> list[Letter]:
        """The messages that staff have to look at: those from families, and those that tell them of an answer."""
        query = select(OutboxRow).where(_given_up(), not_(or_(*_needless()))).order_by(OutboxRow.id)
        with Session(self._engine) as session:
            return [_letter(row) for row in session.scalars(query.where(OutboxRow.area == area) if area else query)]

    def _known(self, references: Sequence[str]) -> bool:
        query = select(func.count()).select_from(OutboxRow).where(OutboxRow.reference.in_(references))
        with Session(self._engine) as session:
            return session.scalar(query) == len(references)

    def state(self, reference: str) -> str:
        """How far a message has got; "" if there is none of that reference."""
        with Session(self._engine) as session:
            return session.scalar(select(OutboxRow.state).where(OutboxRow.reference == reference)) or ""


def is_address(text: str) -> bool:
    """Whether mail can be sent to it: plain letters, since few mail servers take others."""
    return len(text) <= _LONGEST_ADDRESS and _ADDRESS.fullmatch(text) is not None


def new_reference(*parts: str) -> str:
    """A reference to quote: `SP-7KQ2-M4XA`. The same for the same `parts`, so that what is sent twice is written once."""
    number = int.from_bytes(hashlib.sha256("\0".join(parts).encode()).digest()) if parts else secrets.randbits(64)
    letters = [_ALPHABET[number >> (5 * place) & 31] for place in range(8)]
    return f"SP-{''.join(letters[:4])}-{''.join(letters[4:])}"


def acknowledging(reference: str) -> str:
    """The reference of the letter that tells its sender that the letter `reference` has gone."""
    return f"{reference}{_AFTER}"


def weekly(week: str, staff_id: int) -> str:
    """The reference of the weekly letter to somebody of the staff."""
    return f"{_WEEKLY}{week}-{staff_id}"


def _given_up() -> ColumnElement[bool]:
    return OutboxRow.state.in_((FAILED, CHECK))


def _needless() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Letters that staff need not look at if they don't arrive."""
    return OutboxRow.reference.endswith(_AFTER), OutboxRow.reference.startswith(_WEEKLY)


def _blank(row: OutboxRow, state: str) -> None:
    """Keep the reference, delete the words and the addresses."""
    row.state = state
    row.body = row.subject = row.reply_to = row.recipient = row.problem = ""


def _row(letter: Letter, at: datetime) -> OutboxRow:
    return OutboxRow(
        reference=letter.reference or new_reference(), area=letter.area, recipient=letter.recipient, reply_to=letter.reply_to,
        subject=letter.subject, body=letter.body, state=letter.state, tries=0, next_try=at, claimed=None, problem="", created=at,
        sent=None,
    )  # fmt: skip


def _letter(row: OutboxRow) -> Letter:
    return Letter(
        row.area, row.recipient, row.subject, row.body, row.reply_to, row.reference, row.id, row.tries, row.state, row.problem,
        row.created,
    )  # fmt: skip


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
