"""All that an SQLite database holds goes over to PostgreSQL, wholly or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from knowledge.errors import StoreError
from knowledge.ingest import no_progress
from signpost.cli import app
from store.database import migrate, open_database, sqlite_url
from store.moving import move
from store.tables import AreaRow, Base, CountRow, CuratedRow, DocumentRow, PassageRow, SettingRow, StaffRow, VectorRow

NOW = datetime(2026, 11, 30, 7, 5, 1)


@pytest.fixture
def new(postgresql: Engine) -> Iterator[Engine]:
    """An empty PostgreSQL database of this program's version."""
    with postgresql.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("CREATE DATABASE moving")
        engine = open_database(postgresql.url.set(database="moving").render_as_string(hide_password=False))
        migrate(engine)
        yield engine
        engine.dispose()
        connection.exec_driver_sql("DROP DATABASE moving WITH (FORCE)")


def fill(engine: Engine, passages: int = 1201) -> None:
    """Rows of the kinds that can go wrong: JSON, bytes, dates, empty ones, a row that another needs, more than one batch."""
    with Session(engine) as session, session.begin():
        session.add(AreaRow(slug="oak", name="Oak – Council", local_offer_url="", contacts={"a": {"é": [1, None]}}, sites=["x"]))
        session.flush()
        session.add(SettingRow(area="oak", slug="elm", name="Elm", aliases=["E"], phase="", urn="", website="", contact={}))
        session.add(
            DocumentRow(
                key="oak/p", id="p", area="oak", source="folder:oak", scope="oak", title="Page", url="", owner="", body="Words",
                kind="page", digest="d", updated=date(2026, 1, 2), review_by=None, seen=NOW,
            )
        )  # fmt: skip
        session.flush()
        rows = [
            {"document": "oak/p", "scope": "oak", "ordinal": each, "headings": ["Page"], "text": f"{each}", "digest": f"{each}",
             "topics": {"P01": 0.5}} for each in range(passages)
        ]  # fmt: skip
        session.execute(insert(PassageRow), rows)
        session.add(VectorRow(digest="1", encoder="e", vector=bytes(range(256))))
        session.add(CountRow(day=date(2026, 11, 2), area="oak", setting="", audience="parent", kind="answer", topic="", number=3))
        session.add(
            StaffRow(email="a@b.example", name="A", role="admin", area="oak", setting="", password="", active=True, failures=0,
                     locked_until=NOW)
        )  # fmt: skip


def rows_of(engine: Engine) -> dict[str, list[object]]:
    """Every row of every table."""
    with engine.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }


def test_every_row_moves_as_it_is(engine: Engine, new: Engine) -> None:
    fill(engine)
    before = rows_of(engine)
    moved = move(engine, new, no_progress)
    assert moved["passages"] == 1201
    assert moved["vectors"] == 1
    assert rows_of(new) == before
    assert rows_of(engine) == before


def test_numbers_go_on_and_none_is_given_twice(engine: Engine, new: Engine) -> None:
    fill(engine)
    with Session(engine) as session, session.begin():
        session.delete(session.scalars(select(PassageRow).order_by(PassageRow.id.desc()).limit(1)).one())
    move(engine, new, no_progress)
    with Session(new) as session, session.begin():
        fresh = PassageRow(document="oak/p", scope="oak", ordinal=0, headings=[], text="", digest="", topics={})
        person = StaffRow(
            email="c@d.example", name="C", role="admin", area="oak", setting="", password="", active=True, failures=0,
            locked_until=None,
        )  # fmt: skip
        answer = CuratedRow(
            area="oak", setting="", audience="", questions=["q"], text="t", title="", url="", owner="", review_by=None,
            expires=None, state="draft", author="", gap=None, change="", created=NOW, updated=NOW, approved=None,
        )  # fmt: skip
        session.add_all([fresh, person, answer])
        session.flush()
        assert (fresh.id, person.id, answer.id) == (1202, 2, 1)


def test_what_can_not_be_taken_leaves_nothing_behind(engine: Engine, new: Engine) -> None:
    fill(engine, 1)
    with Session(engine) as session, session.begin():
        session.add(StaffRow(
            email="e@f.example", name="E", role="r" * 21, area="oak", setting="", password="", active=True, failures=0,
            locked_until=None,
        ))  # fmt: skip
    with pytest.raises(StoreError, match="can't move the table 'staff', so nothing was moved: value too long"):
        move(engine, new, no_progress)
    assert [name for name, rows in rows_of(new).items() if rows] == []


def test_what_a_database_holds_is_not_mixed_with_another(engine: Engine, new: Engine) -> None:
    fill(engine, 1)
    move(engine, new, no_progress)
    before = rows_of(new)
    with pytest.raises(StoreError, match="not empty: its table 'areas' has rows"):
        move(engine, new, no_progress)
    assert rows_of(new) == before


def test_the_command_moves_the_file_of_the_data_folder(tmp_path: Path, new: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    command = ["--data", str(tmp_path), "move-database"]
    monkeypatch.delenv("SIGNPOST_DATABASE", raising=False)
    assert "there is no database" in str(CliRunner().invoke(app, command).exception)
    old = open_database(sqlite_url(tmp_path))
    migrate(old)
    fill(old, 3)
    old.dispose()
    assert "SIGNPOST_DATABASE is not set" in str(CliRunner().invoke(app, command).exception)
    monkeypatch.setenv("SIGNPOST_DATABASE", new.url.render_as_string(hide_password=False))
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.exception
    assert "tables moved" in done.output
    assert len(rows_of(new)["passages"]) == 3
