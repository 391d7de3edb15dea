"""What stops a service in live mode: a family that needs help now must find a name and a number."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.errors import KnowledgeError
from knowledge.pack import read_pack
from signpost.health import findings
from signpost.service import make_service
from signpost.settings import Mode, Settings
from signpost.wiring import Workshop
from store.sources import SourceChecks
from store.tables import SourceCheckRow
from tests.conftest import copy_data


def live_findings(workshop: Workshop, **changes: dict[str, str]) -> str:
    """What stops it in live mode, with some facts of the contacts changed."""
    area = workshop.store.areas()[0]
    contacts = {key: replace(each, **changes.get(key, {})) for key, each in area.contacts.items()}  # type: ignore[arg-type]
    workshop.store.save_area(replace(area, contacts=contacts))
    return "\n".join(each.text for each in findings(workshop) if each.live)


def test_live_mode_needs_a_name_for_each_contact_and_a_number_on_the_safety_card(tmp_path: Path) -> None:
    workshop = Workshop(Settings(data=tmp_path / "data"))
    workshop.store.save_area(read_pack(Path("samples/larkmere")).area)
    assert live_findings(workshop) == ""
    assert "safeguarding has no phone" in live_findings(workshop, safeguarding={"phone": "", "email": "mash@larkmere.example"})
    assert "sendiass has no name" in live_findings(workshop, sendiass={"name": ""})
    assert "send_team has no name" in live_findings(workshop, send_team={"name": ""})


def test_no_command_starts_a_live_service_without_them(tmp_path: Path) -> None:
    copy_data(tmp_path / "data")
    workshop = Workshop(Settings(data=tmp_path / "data", mode=Mode.LIVE))
    area = workshop.store.areas()[0]
    team = replace(area.contacts["safeguarding"], phone="")
    workshop.store.save_area(replace(area, contacts={**area.contacts, "safeguarding": team}))
    with pytest.raises(KnowledgeError, match=r"can't start: Larkmere Council .*: safeguarding has no phone"):
        make_service(workshop)


def test_a_source_that_failed_or_was_left_for_long_is_said(tmp_path: Path) -> None:
    workshop = Workshop(Settings(data=tmp_path / "data"))
    workshop.store.save_area(read_pack(Path("samples/larkmere")).area)
    checks, site, feed = SourceChecks(workshop.engine), "website::https://larkmere.example/send", "open_referral::feed.json"
    for source in (site, feed):
        checks.begin("larkmere", source, "pack", 0)
        checks.end("larkmere", source, {}, [])
    assert ": source " not in " ".join(each.text for each in findings(workshop))
    with Session(workshop.engine) as session, session.begin():
        for row in session.scalars(select(SourceCheckRow)):
            row.checked = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=15)
    said = [each.text for each in findings(workshop) if ": source " in each.text]
    assert said == [f"Larkmere Council (fictional): source {site} was last fetched 15 days ago: ingest the pack each night"]
    checks.failed("larkmere", feed, "the disk is full")
    said = [each.text for each in findings(workshop) if "feed.json" in each.text]
    assert said == [
        f"Larkmere Council (fictional): source {feed} could not be taken in (the disk is full); what was live stays live"
    ]
