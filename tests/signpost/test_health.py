"""What stops a service in live mode: a family that needs help now must find a name and a number."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from knowledge.errors import KnowledgeError
from knowledge.pack import read_pack
from signpost.health import findings
from signpost.service import make_service
from signpost.settings import Mode, Settings
from signpost.wiring import Workshop
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
