"""Staff accounts, their sessions, and the log of what they changed. Tokens are stored as hashes only."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from knowledge.errors import KnowledgeError
from store.tables import AuditRow, SignInLinkRow, StaffRow, StaffSessionRow

SESSION_HOURS = 8
LINK_DAYS = 3
MOST_FAILURES = 5
LOCKED_MINUTES = 15
SHORTEST_PASSWORD = 12
_LONGEST_WHAT = 120  # as `AuditRow.what` has it


class Role(StrEnum):
    """What somebody may do."""

    ADMIN = "admin"
    """Everything in an area, staff accounts too."""
    REVIEWER = "reviewer"
    """Gaps, answers and reports of an area."""
    EDITOR = "editor"
    """Gaps, answers and reports of one setting."""


@dataclass(frozen=True)
class Staff:
    """Somebody who is signed in, or could be."""

    id: int
    email: str
    name: str
    role: Role
    area: str
    setting: str
    active: bool = True
    has_password: bool = False


@dataclass(frozen=True)
class StaffSession:
    """A signed-in browser with the token that its forms must carry."""

    staff: Staff
    csrf: str


class StaffAccounts:
    """Accounts of a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._hasher = PasswordHasher()
        self._nobody = self._hasher.hash(secrets.token_urlsafe(16))

    def add(self, email: str, name: str, role: Role, area: str, setting: str = "", *, move: bool = False) -> str:
        """Add an account, or change it; the one-time token of the link that sets a password. Older links stop working.

        The password of an account that was removed is forgotten.
        Raises KnowledgeError if the address has an account in another area, unless it is to `move` from there.
        """
        address = email.strip().lower()
        with Session(self._engine) as session, session.begin():
            row = session.scalar(select(StaffRow).where(StaffRow.email == address))
            if row is None:
                row = StaffRow(email=address, password="", failures=0, locked_until=None)
                session.add(row)
            elif row.area != area and not move:
                raise KnowledgeError(
                    f"{address} has an account already, but not in your area. "
                    "Use another address, or ask whoever runs Signpost to move it with 'signpost staff add'."
                )
            if not row.active:
                row.password = ""  # whoever was removed comes back by the link alone
            row.name, row.role, row.area, row.setting, row.active = name, role.value, area, setting, True
            session.flush()
            token = secrets.token_urlsafe(24)
            session.execute(delete(SignInLinkRow).where(SignInLinkRow.staff == row.id))
            session.add(SignInLinkRow(token=_hashed(token), staff=row.id, expires=_now() + timedelta(days=LINK_DAYS)))
        return token

    def deactivate(self, staff_id: int, area: str) -> None:
        """Take somebody's access away at once."""
        with Session(self._engine) as session, session.begin():
            row = session.get(StaffRow, staff_id)
            if row is not None and row.area == area:
                row.active = False
                session.execute(delete(StaffSessionRow).where(StaffSessionRow.staff == staff_id))

    def everyone(self, area: str) -> list[Staff]:
        """All accounts of an area."""
        with Session(self._engine) as session:
            return [
                _staff(row) for row in session.scalars(select(StaffRow).where(StaffRow.area == area).order_by(StaffRow.email))
            ]

    def of_link(self, token: str) -> Staff | None:
        """Whose one-time link this is; None if it is used or too old."""
        with Session(self._engine) as session:
            link = session.get(SignInLinkRow, _hashed(token))
            row = session.get(StaffRow, link.staff) if link and link.expires > _now() else None
            return _staff(row) if row and row.active else None

    def set_password(self, token: str, password: str) -> Staff | None:
        """Use a link: set the password, and end all sessions; None if the link is used or too old."""
        with Session(self._engine) as session, session.begin():
            link = session.get(SignInLinkRow, _hashed(token))
            row = session.get(StaffRow, link.staff) if link and link.expires > _now() else None
            if row is None or not row.active:
                return None
            row.password, row.failures, row.locked_until = self._hasher.hash(password), 0, None
            session.execute(delete(SignInLinkRow).where(SignInLinkRow.staff == row.id))
            session.execute(delete(StaffSessionRow).where(StaffSessionRow.staff == row.id))
            return _staff(row)

    def check_password(self, email: str, password: str) -> Staff | None:
        """Who signs in, or None; after five failures an account is locked for a quarter of an hour."""
        with Session(self._engine) as session, session.begin():
            row = session.scalar(select(StaffRow).where(StaffRow.email == email.strip().lower()))
            usable = row is not None and row.active and bool(row.password)
            locked = row is not None and row.locked_until is not None and row.locked_until > _now()
            right = self._verify(row.password if row is not None and usable else self._nobody, password)
            if row is None or not usable or locked:
                return None
            if not right:
                row.failures += 1
                if row.failures >= MOST_FAILURES:
                    row.failures, row.locked_until = 0, _now() + timedelta(minutes=LOCKED_MINUTES)
                return None
            row.failures, row.locked_until = 0, None
            return _staff(row)

    def by_email(self, email: str) -> Staff | None:
        """The active account of an address that a sign-in provider vouches for."""
        with Session(self._engine) as session:
            row = session.scalar(select(StaffRow).where(StaffRow.email == email.strip().lower()))
            return _staff(row) if row and row.active else None

    def begin_session(self, staff: Staff) -> str:
        """A new session's token."""
        token = secrets.token_urlsafe(32)
        with Session(self._engine) as session, session.begin():
            session.execute(delete(StaffSessionRow).where(StaffSessionRow.expires < _now()))
            expires = _now() + timedelta(hours=SESSION_HOURS)
            session.add(StaffSessionRow(token=_hashed(token), staff=staff.id, csrf=secrets.token_urlsafe(24), expires=expires))
        return token

    def session(self, token: str) -> StaffSession | None:
        """Whose session it is; None if it is over."""
        with Session(self._engine) as session:
            row = session.get(StaffSessionRow, _hashed(token))
            if row is None or row.expires < _now():
                return None
            staff = session.get(StaffRow, row.staff)
            return StaffSession(_staff(staff), row.csrf) if staff and staff.active else None

    def end_session(self, token: str) -> None:
        """Sign out."""
        with Session(self._engine) as session, session.begin():
            session.execute(delete(StaffSessionRow).where(StaffSessionRow.token == _hashed(token)))

    def _verify(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except Argon2Error:
            return False


class AuditLog:
    """Who changed what."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def write(
        self, who: str, area: str, action: str, what: str, before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """Add one line; a long `what` is cut."""
        row = AuditRow(
            at=_now(), who=who, area=area, action=action, what=what[:_LONGEST_WHAT], before=dict(before or {}),
            after=dict(after or {}),
        )  # fmt: skip
        with Session(self._engine) as session, session.begin():
            session.add(row)

    def lines(self, area: str, most: int = 200, what: str = "") -> list[AuditRow]:
        """The newest lines of an area, or of one thing in it."""
        query = select(AuditRow).where(AuditRow.area == area).order_by(AuditRow.id.desc()).limit(most)
        if what:
            query = query.where(AuditRow.what == what)
        with Session(self._engine, expire_on_commit=False) as session:
            return list(session.scalars(query))


def _staff(row: StaffRow) -> Staff:
    return Staff(row.id, row.email, row.name, Role(row.role), row.area, row.setting, row.active, bool(row.password))


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
