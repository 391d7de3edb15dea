import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, event, select, text
from sqlalchemy.orm import Session

from knowledge.errors import StoreError
from knowledge.ingest import Ingester, no_progress
from knowledge.library import Library
from knowledge.pack import AreaPack, read_pack
from knowledge.search import SearchQuery, SearchWeights, search
from knowledge.topics import TopicExamples, TopicMapper
from knowledge.types import IngestionReport, Level, Scope
from store.content import DatabaseContent
from store.database import migrate, open_database, sqlite_url
from store.passages import DatabasePassages
from store.tables import Base, ConflictRow
from tests.conftest import PAGES, write_pages
from tests.hashing import HashingEncoder

AREA, OAK = Scope.of("brookshire", None), Scope.of("brookshire", "oak")


@pytest.fixture
def library(pack: Path, ingester: Ingester, store: DatabasePassages, hashing: HashingEncoder, tmp_path: Path) -> Library:
    ingester.ingest_pack(read_pack(pack))
    return Library(store, hashing, tmp_path / "indexes")


def found(library: Library, query: str, hashing: HashingEncoder, *scopes: Scope) -> list[str]:
    hits = search(library, scopes, SearchQuery.of(query, hashing.encode([query])[0]), 5, SearchWeights())
    return [hit.document.id for hit in hits]


def test_a_search_stays_in_its_scopes(library: Library, hashing: HashingEncoder) -> None:
    assert found(library, "who is the senco", hashing, OAK, AREA)[0] == "oak-report"
    assert "oak-report" not in found(library, "who is the senco", hashing, AREA)


def test_areas_come_back_as_they_were_saved(pack: Path, ingester: Ingester, store: DatabasePassages) -> None:
    ingester.ingest_pack(read_pack(pack))
    assert store.areas() == (read_pack(pack).area,)


def test_a_change_is_swapped_in_and_nothing_else(
    library: Library, pack: Path, ingester: Ingester, hashing: HashingEncoder
) -> None:
    assert found(library, "chess club", hashing, AREA)[0] == "clubs"
    library.view(OAK)
    write_pages(pack, [{**PAGES[0], "text": "# Zebras\nZebras visit the library every month."}, PAGES[1]])
    ingester.ingest_pack(read_pack(pack))
    assert library.refresh() == [AREA]
    assert found(library, "zebras", hashing, AREA)[0] == "travel"


def test_a_truncated_index_is_built_anew(library: Library, store: DatabasePassages, hashing: HashingEncoder) -> None:
    library.view(AREA)
    path = library.folder_of(AREA) / "dense.faiss"
    path.write_bytes(path.read_bytes()[:40])
    again = Library(store, hashing, library.folder_of(AREA).parent)
    assert "has changed" in again.is_stale(AREA, store.scopes()[AREA])
    assert found(again, "chess club", hashing, AREA)[0] == "clubs"
    assert again.is_stale(AREA, store.scopes()[AREA]) == ""


def test_what_a_running_service_asks_reads_no_index(
    library: Library, pack: Path, ingester: Ingester, store: DatabasePassages, hashing: HashingEncoder
) -> None:
    library.view(AREA)
    folder = library.folder_of(AREA)
    version = store.scopes()[AREA]
    for file in ("dense.faiss", "passages.npz"):
        (folder / file).unlink()
    closed = Library(store, hashing, folder.parent)
    assert (library.is_behind(AREA, version), closed.is_behind(AREA, version)) == ("", "")
    assert library.is_behind(AREA, version + 1) == f"version {version} is live, the store has {version + 1}"
    assert f"store version {version}, now it is {version + 1}" in closed.is_behind(AREA, version + 1)
    (folder / "manifest.json").write_text("{", encoding="utf-8")
    assert "no readable manifest" in closed.is_behind(AREA, version)


def test_an_index_that_cannot_be_saved_still_works(
    pack: Path, ingester: Ingester, store: DatabasePassages, hashing: HashingEncoder, tmp_path: Path
) -> None:
    ingester.ingest_pack(read_pack(pack))
    (tmp_path / "file").write_text("in the way")
    blocked = Library(store, hashing, tmp_path / "file")
    assert found(blocked, "chess club", hashing, AREA)[0] == "clubs"


def test_vectors_are_kept_and_not_computed_twice(pack: Path, ingester: Ingester, store: DatabasePassages, tmp_path: Path) -> None:
    ingester.ingest_pack(read_pack(pack))

    class Refuses(HashingEncoder):
        def encode(self, texts):  # type: ignore[no-untyped-def]
            assert not texts
            return super().encode(texts)

    assert Library(store, Refuses(), tmp_path / "i").view(AREA).version > 0


@pytest.mark.parametrize("table", ["areas", "vectors"])
def test_two_ingests_at_the_same_moment_both_end(engine: Engine, pack: Path, table: str) -> None:
    assert_both_end(engine, read_pack(pack), HashingEncoder(), table)


def assert_both_end(engine: Engine, pack: AreaPack, encoder: HashingEncoder, table: str) -> None:
    """Another process ingests the same pack just before the first row of `table` is written."""
    store = DatabasePassages(engine)
    ingester = Ingester(store, encoder, TopicMapper([TopicExamples("a", ("L2.TRAVEL",))], encoder), no_progress)
    begun: list[str] = []
    others: list[IngestionReport] = []

    def rival(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not begun and statement.startswith(f"INSERT INTO {table} "):
            begun.append(statement)
            others.append(ingester.ingest_pack(pack))

    event.listen(engine, "before_cursor_execute", rival)
    try:
        report = ingester.ingest_pack(pack)
    finally:
        event.remove(engine, "before_cursor_execute", rival)
    assert [len(each.created) for each in others] == [3]
    assert report.skipped == ()
    scopes = [store.passages(scope) for scope in store.scopes() if scope.area == pack.area.slug]
    assert sum(len(scope.documents) for scope in scopes) == 3
    assert len({(each.document_id, each.ordinal) for scope in scopes for each in scope.passages}) == 5
    assert sum(len(scope.passages) for scope in scopes) == 5


def test_scopes_have_keys_that_come_back() -> None:
    for scope in (AREA, OAK, Scope(Level.NATIONAL), Scope.of("brookshire", "ash/infants"), Scope.of("bath/nes", None)):
        assert Scope.from_key(scope.key) == scope


def test_what_was_wrong_with_a_page_is_forgotten_when_it_is_mended_or_gone(
    pack: Path, ingester: Ingester, engine: Engine
) -> None:
    ingester.ingest_pack(read_pack(pack))

    def found() -> list[str]:
        return [str(each["title"]) for each in DatabaseContent(engine).contradictions("brookshire")]

    with Session(engine) as session, session.begin():
        session.add_all(
            ConflictRow(document=f"brookshire/{name}", card="C01", sentence="It takes ten weeks.", found=datetime(2026, 1, 1))
            for name in ("travel", "oak-report", "clubs")
        )
    assert len(found()) == 3
    write_pages(pack, [{**PAGES[0], "text": "# Who gets it\nThe council decides within the time that the law gives."}])
    ingester.ingest_pack(read_pack(pack))
    assert found() == ["Clubs"]
    with Session(engine) as session:
        assert session.scalars(select(ConflictRow.document)).all() == ["brookshire/clubs"]


def assert_tables_are_those_of_the_program(engine: Engine) -> None:
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata) == []


def test_the_database_is_migrated_once(engine: Engine) -> None:
    assert_tables_are_those_of_the_program(engine)
    migrate(engine)
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"


def test_a_newer_database_is_refused(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'zzzz'"))
    with pytest.raises(StoreError, match="update Signpost"):
        migrate(engine)


def test_a_damaged_database_says_so(tmp_path: Path) -> None:
    (tmp_path / "signpost.db").write_bytes(b"this is not a database, it is only some text" * 50)
    with pytest.raises((StoreError, sqlite3.DatabaseError), match="database"):
        migrate(open_database(sqlite_url(tmp_path)))
