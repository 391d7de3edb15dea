"""What is noted about each source while it is taken in, and after."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, select, text, update
from sqlalchemy.orm import Session

from knowledge.ingest import Ingester
from knowledge.pack import read_pack
from knowledge.types import Contact
from store.content import CONFIRMED, DatabaseContent
from store.database import MIGRATIONS, migrate, open_database, sqlite_url
from store.passages import DatabasePassages
from store.sources import FAILED, IDLE, RUNNING, SourceChecks
from store.tables import AreaRow, ConflictRow, SourceCheckRow
from tests.conftest import SETTINGS


def test_a_run_is_noted_from_begin_to_end(engine: Engine) -> None:
    checks = SourceChecks(engine)
    assert checks.begin("brookshire", "folder::content", "/packs/brookshire", 4)
    checks.step("brookshire", "folder::content", 3, 4)
    running = checks.all("brookshire")[0]
    assert (running.state, running.done, running.total, running.checked) == (RUNNING, 3, 4, None)
    checks.end("brookshire", "folder::content", {"created": 4}, [("broken.pdf", "it is not a PDF file")])
    (ended,) = checks.all("brookshire")
    assert (ended.id, ended.state, ended.changes, ended.problems) == (
        running.id, IDLE, {"created": 4}, (("broken.pdf", "it is not a PDF file"),),
    )  # fmt: skip
    assert checks.all("elsewhere") == []


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


def edited(pack: Path, name: str, before: str, after: str) -> None:
    """Change a file of the pack, at a time after today."""
    path = pack / name
    path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    later = (datetime.now(UTC) + timedelta(days=2)).timestamp()
    os.utime(path, (later, later))


@pytest.mark.parametrize(("name", "key"), [("area.yml", "sendiass"), ("settings.csv", "oak")])
def test_what_staff_confirmed_stays_until_the_pack_gives_another_contact(
    store: DatabasePassages, ingester: Ingester, pack: Path, engine: Engine, name: str, key: str
) -> None:
    def phone() -> str:
        area = store.areas()[0]
        return {**area.contacts, **{each.slug: each.contact for each in area.settings}}[key].phone

    ingester.ingest_pack(read_pack(pack))
    given = phone()
    DatabaseContent(engine).save_contact(
        "brookshire", key, Contact("Grace Hill", phone="01632 960099", seen_at=CONFIRMED, seen_on=date.today())
    )
    edited(pack, name, "Brookshire SEND Team" if name == "area.yml" else "Raj Moss", "Somebody Else")
    for _ in range(2):
        ingester.ingest_pack(read_pack(pack))
        assert phone() == "01632 960099"
    edited(pack, name, given, "01632 960055")
    ingester.ingest_pack(read_pack(pack))
    assert phone() == "01632 960055"


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("area.yml", "sendiass: {name", "sendiass: {nmae"),
        ("area.yml", "sendiass:", "sendias:"),
        ("settings.csv", "Oak Primary School", ""),
        ("settings.csv", SETTINGS, SETTINGS.splitlines()[0]),
        ("settings.csv", SETTINGS, ""),
        ("settings.csv", "", "missing"),
    ],
)
def test_a_slip_in_the_pack_takes_no_contact_and_nothing_that_staff_confirmed(
    store: DatabasePassages, ingester: Ingester, pack: Path, engine: Engine, name: str, before: str, after: str
) -> None:
    ingester.ingest_pack(read_pack(pack))
    confirmed = Contact("Grace Hill", phone="01632 960099", seen_at=CONFIRMED, seen_on=date.today())
    for key in ("oak", "sendiass"):
        DatabaseContent(engine).save_contact("brookshire", key, confirmed)
    live = store.areas()
    whole = (pack / name).read_text(encoding="utf-8")
    if after == "missing":
        (pack / name).unlink()
    else:
        (pack / name).write_text(whole.replace(before, after), encoding="utf-8")
    report = ingester.ingest_pack(read_pack(pack))
    said = " ".join(item.why for item in report.skipped)
    assert "stay as they were: " in said if name == "settings.csv" else "a contact that was live stays" in said
    for _ in range(2):
        assert (store.areas()[0].contacts.keys(), store.areas()[0].contacts["sendiass"]) == (live[0].contacts.keys(), confirmed)
        assert {each.slug: each.contact.name for each in store.areas()[0].settings} == {"oak": "Grace Hill", "elm": "Raj Moss"}
        (pack / name).write_text(whole, encoding="utf-8")
        ingester.ingest_pack(read_pack(pack))
    edited(pack, "area.yml", "01632 960001", "01632 960055")
    ingester.ingest_pack(read_pack(pack))
    assert store.areas()[0].contacts["sendiass"].phone == "01632 960055"


def test_a_setting_whose_row_was_taken_out_is_deleted(store: DatabasePassages, ingester: Ingester, pack: Path) -> None:
    ingester.ingest_pack(read_pack(pack))
    (pack / "settings.csv").write_text("\n".join(SETTINGS.splitlines()[:2]), encoding="utf-8")
    ingester.ingest_pack(read_pack(pack))
    assert [each.slug for each in store.areas()[0].settings] == ["oak"]


def test_each_change_of_an_area_or_a_contact_raises_the_version(
    store: DatabasePassages, ingester: Ingester, pack: Path, engine: Engine
) -> None:
    versions = [store.areas_version()]
    ingester.ingest_pack(read_pack(pack))
    versions.append(store.areas_version())
    for key in ("oak", "sendiass"):
        DatabaseContent(engine).save_contact("brookshire", key, Contact("Grace Hill", phone="01632 960099"))
        versions.append(store.areas_version())
    assert versions == [0, 1, 2, 3]


def test_a_database_in_use_keeps_what_staff_confirmed(tmp_path: Path, pack: Path) -> None:
    engine = open_database(sqlite_url(tmp_path))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
        rows = [_json(contact) for contact in read_pack(pack).area.contacts.values()]
        contacts = dict(zip(("sendiass", "send_team", "safeguarding"), rows, strict=True))
        contacts["sendiass"] |= {"phone": "01632 960099", "seen_at": CONFIRMED, "seen_on": "2026-01-01"}
        connection.execute(
            text("INSERT INTO areas VALUES ('brookshire', 'B', '', :contacts, '[]')"), {"contacts": json.dumps(contacts)}
        )
        oak = {"contact": json.dumps(contacts["send_team"])}
        connection.execute(
            text("INSERT INTO settings VALUES ('brookshire', 'oak', 'Oak', '[]', 'primary', '', '', :contact)"), oak
        )
        connection.execute(text("INSERT INTO conflicts VALUES ('brookshire/gone', 'C01', 'Old words.', '2026-01-01 00:00:00')"))
    migrate(engine)
    with Session(engine) as session:
        row = session.get(AreaRow, "brookshire")
        assert row is not None
        assert set(row.given) == {"send_team", "safeguarding", "setting/oak"}
        assert row.given["setting/oak"]["phone"] == "01632 960002"
        assert session.scalars(select(ConflictRow)).all() == []
    store = DatabasePassages(engine)
    edited(pack, "area.yml", "01632 960003", "01632 960044")
    store.save_area(read_pack(pack).area)
    assert [each.phone for each in store.areas()[0].contacts.values()] == ["01632 960099", "01632 960002", "01632 960044"]
    engine.dispose()


def _json(contact: Contact) -> dict[str, object]:
    return {**asdict(contact), "seen_on": None}
