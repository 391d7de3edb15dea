"""Names of those who ask, for a day: enough to count people, and nothing that leads back to one.

A name is an HMAC under a random key, which all workers find in the database and which is deleted the next day. Without it
nobody can tell whose a name was, not even by trying every phone number.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import date

from sqlalchemy import Engine, LargeBinary, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from store.database import insert_into
from store.tables import Base


class AskerKeyRow(Base):
    """The key of one day's names of askers; deleted the next day."""

    __tablename__ = "asker_keys"
    day: Mapped[date] = mapped_column(primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary)


def asker_name(engine: Engine, who: str, day: date) -> str:
    """The name of `who` on that day, 16 hexadecimal digits; "" for nobody. Raises SQLAlchemyError."""
    return hmac.digest(_key(engine, day), who.encode(), hashlib.sha256).hex()[:16] if who else ""


def forget_keys(session: Session, today: date) -> None:
    """Delete the keys of the days before."""
    session.execute(delete(AskerKeyRow).where(AskerKeyRow.day < today))


def _key(engine: Engine, day: date) -> bytes:
    """The key of a day; the first worker that asks for it makes it."""
    with Session(engine) as session:
        if found := session.get(AskerKeyRow, day):
            return found.key
        session.execute(insert_into(AskerKeyRow, session).values(day=day, key=secrets.token_bytes(32)).on_conflict_do_nothing())
        session.commit()
        return session.get_one(AskerKeyRow, day).key
