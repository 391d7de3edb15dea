"""Moves all that an SQLite database holds into another database, for a service that has outgrown SQLite."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Engine, Table, func, insert, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

import store.askers  # noqa: F401 - declares a table
from knowledge.errors import StoreError
from knowledge.ports import Progress
from store.database import in_plain_words
from store.tables import Base

_AT_ONCE = 500  # rows in one statement


def move(old: Engine, new: Engine, progress: Progress) -> Mapping[str, int]:
    """Copy every row of the SQLite database `old` into `new`, wholly or not at all; how many rows of each table.

    Both are of this program's version (`store.database.migrate`). `old` is left as it is. Raises StoreError if `new` holds
    anything, or can't take a row.
    """
    tables = Base.metadata.sorted_tables
    with old.connect() as source, new.begin() as target:
        source.exec_driver_sql("BEGIN")  # what it holds at one moment, whoever writes meanwhile
        for table in tables:
            if target.execute(select(table).limit(1)).first() is not None:
                raise StoreError(f"the new database is not empty: its table '{table.name}' has rows. Give an empty database")
        return {table.name: _copied(source, target, table) for table in progress(tables, len(tables), "tables")}


def _copied(source: Connection, target: Connection, table: Table) -> int:
    """Copy a table; how many rows."""
    number = 0
    rows = source.execution_options(yield_per=_AT_ONCE).execute(select(table)).mappings()
    try:
        for some in rows.partitions():
            target.execute(insert(table), [dict(row) for row in some])
            number += len(some)
    except SQLAlchemyError as error:
        said = in_plain_words(error)
        raise StoreError(f"can't move the table '{table.name}', so nothing was moved: {said}") from error
    if target.dialect.name == "postgresql" and table.autoincrement_column is not None:
        _count_on(source, target, table)
    return number


def _count_on(source: Connection, target: Connection, table: Table) -> None:
    """Let PostgreSQL give new rows numbers that no row has had; SQLite remembers the last of the tables that ask for it."""
    last = source.scalar(select(func.max(table.c.id))) or 0
    if inspect(source).has_table("sqlite_sequence"):
        last = max(last, source.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": table.name}) or 0)
    if last:
        target.execute(text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)"), {"name": table.name, "last": last})
