"""The database comes to a new version wholly or not at all, also when several services start on it at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, event

from store.database import MIGRATIONS, migrate, open_database, sqlite_url
from tests.store.test_passages import assert_tables_are_those_of_the_program

SERVICES = 3


@contextmanager
def own_database(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """The address of an empty database."""
    if request.param == "sqlite":
        yield sqlite_url(folder)
        return
    server = request.getfixturevalue("postgresql")
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("CREATE DATABASE migrating")
        try:
            yield server.url.set(database="migrating").render_as_string(hide_password=False)
        finally:
            connection.exec_driver_sql("DROP DATABASE migrating WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database of an older version."""
    with own_database(request, tmp_path) as url:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        engine = open_database(url)
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "0001")
        engine.dispose()
        yield url


def test_services_that_start_at_once_all_start(old: str) -> None:
    engines = [open_database(old) for _ in range(SERVICES)]
    for engine in engines:
        engine.connect().close()
    ready = threading.Barrier(SERVICES)

    def start(engine: Engine) -> None:
        ready.wait()
        migrate(engine)

    with ThreadPoolExecutor(SERVICES) as pool:
        list(pool.map(start, engines))
    assert_tables_are_those_of_the_program(engines[0])
    for engine in engines:
        engine.dispose()


def test_what_was_cut_off_is_done_again(old: str) -> None:
    engine = open_database(old)

    def cut_off(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().startswith("CREATE TABLE asker_keys"):
            raise KeyboardInterrupt

    event.listen(engine, "before_cursor_execute", cut_off)
    with pytest.raises(KeyboardInterrupt):
        migrate(engine)
    event.remove(engine, "before_cursor_execute", cut_off)
    migrate(engine)
    assert_tables_are_those_of_the_program(engine)
    engine.dispose()
