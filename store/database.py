"""Opens the database, brings its tables up to date, and hides where the two kinds of database differ."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DatabaseError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Session

from knowledge.errors import StoreError

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
_ADVICE = {
    "disk is full": "make room, then run the same command again; what was taken in before stays as it was",
    "disk i/o": "see whether the disk is full or broken, then run the same command again",
    "is locked": "another command is writing: wait for it, then run this one again",
    "unable to open": "see whether its folder is there, and let this program write to the file and its folder",
    "readonly": "let this program write to the file and its folder",
    "not a database": "it is damaged: put a backup in its place, or move it away and ingest again",
    "malformed": "it is damaged: put a backup in its place, or move it away and ingest again",
}
_WAIT = 15  # seconds that a writer waits for another
_MIGRATING = 7_446_786  # any number; PostgreSQL's lock of those who migrate


def sqlite_url(folder: Path) -> str:
    """The address of the default database in a data folder."""
    return f"sqlite:///{folder / 'signpost.db'}"


def open_database(url: str) -> Engine:
    """An engine for `url`; SQLite is set to write-ahead logging, so that reading never waits. Errors tell no values."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, hide_parameters=True)
    engine = create_engine(url, connect_args={"timeout": _WAIT}, hide_parameters=True)
    event.listen(engine, "connect", _sqlite_settings)
    return engine


def migrate(engine: Engine) -> None:
    """Bring the tables to this program's version: by one process at a time, and wholly or not at all.

    Raises StoreError if they are newer, or damaged.
    """
    config = _config()
    scripts = ScriptDirectory.from_config(config)
    try:
        with engine.begin() as connection:
            now = _version(connection)
            if now != scripts.get_current_head():
                _wait_for_others(connection)
                now = _version(connection)
            if now == scripts.get_current_head():
                return
            if now is not None and now not in {script.revision for script in scripts.walk_revisions()}:
                raise StoreError(f"the database is at version {now}, which this program does not know: update Signpost")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except (OperationalError, DatabaseError) as error:
        raise StoreError(f"can't use the database {engine.url.render_as_string()}: {in_plain_words(error)}") from error


def _version(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _wait_for_others(connection: Connection) -> None:
    """Until this transaction ends nobody else migrates. Without it SQLite would keep each step of a migration by itself."""
    sqlite_begins, postgres_locks = "BEGIN IMMEDIATE", f"SELECT pg_advisory_xact_lock({_MIGRATING})"
    connection.exec_driver_sql(sqlite_begins if connection.dialect.name == "sqlite" else postgres_locks)


def in_plain_words(error: SQLAlchemyError) -> str:
    """What a database's error means, and what to do."""
    said = str(getattr(error, "orig", None) or error).strip().split("\n")[0]
    return next((f"{said}: {advice}" for sign, advice in _ADVICE.items() if sign in said.lower()), said)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def _sqlite_settings(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")


def insert_into(table: type[DeclarativeBase], session: Session) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that says what to do if the row is there; SQLAlchemy has one for each kind of database."""
    postgres = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(table) if postgres else sqlite.insert(table)
