"""What is noted about each source while it is taken in, and after."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from knowledge.ingest import Ingester
from knowledge.pack import read_pack
from store.content import CONFIRMED, DatabaseContent
from store.passages import DatabasePassages
from store.sources import FAILED, IDLE, RUNNING, SourceChecks
from store.tables import SourceCheckRow


def test_a_run_is_noted_from_begin_to_end(engine: Engine) -> None:
    checks = SourceChecks(engine)
    assert checks.begin("brookshire", "folder::content", "/packs/brookshire", 4)
    checks.step("brookshire", "folder::content", 3, 4)
    running = checks.all("brookshire")[0]
    assert (running.state, running.done, running.total, running.checked) == (RUNNING, 3, 4, None)
    checks.end("brookshire", "folder::content", {"created": 4}, [("broken.pdf", "it is not a PDF file")])
    ended = checks.get("brookshire", running.id)
    assert ended is not None
    assert (ended.state, ended.changes, ended.problems) == (IDLE, {"created": 4}, (("broken.pdf", "it is not a PDF file"),))
    assert checks.get("elsewhere", running.id) is None


def test_two_processes_do_not_take_in_the_same_source(engine: Engine) -> None:
    checks = SourceChecks(engine)
    assert checks.begin("brookshire", "a", "", 1)
    assert not checks.begin("brookshire", "a", "", 1)
    assert checks.begin("brookshire", "b", "", 1)
    checks.failed("brookshire", "a", "the folder is gone")
    assert checks.all("brookshire")[0].state == FAILED
    assert checks.begin("brookshire", "a", "", 1)


def test_a_run_whose_process_died_does_not_block_the_next(engine: Engine) -> None:
    checks = SourceChecks(engine)
    checks.begin("brookshire", "a", "", 1)
    with Session(engine) as session, session.begin():
        session.execute(update(SourceCheckRow).values(touched=datetime.now(UTC).replace(tzinfo=None) - timedelta(minutes=11)))
    assert checks.all("brookshire")[0].state == FAILED
    assert checks.begin("brookshire", "a", "", 1)


def test_what_staff_confirmed_outlives_an_older_pack(
    store: DatabasePassages, ingester: Ingester, pack: Path, engine: Engine
) -> None:
    ingester.ingest_pack(read_pack(pack))
    area = store.areas()[0]
    oak = next(each for each in area.settings if each.slug == "oak")
    confirmed = type(oak.contact)(name="Grace Hill", role="SENCO", phone="01632 960099", seen_at=CONFIRMED, seen_on=date.today())
    DatabaseContent(engine).save_contact("brookshire", "oak", confirmed)
    DatabaseContent(engine).save_contact("brookshire", "sendiass", confirmed)
    ingester.ingest_pack(read_pack(pack))
    again = store.areas()[0]
    assert next(each for each in again.settings if each.slug == "oak").contact.name == "Grace Hill"
    assert again.contacts["sendiass"].name == "Grace Hill"
    assert again.contacts["send_team"].name == "Brookshire SEND Team"
