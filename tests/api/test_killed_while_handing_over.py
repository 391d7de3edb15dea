"""Whole turns through the real service, which is killed between writing and sending and while it sends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from knowledge.pack import read_pack
from signpost.mail import MailServer, send_due
from signpost.settings import Settings
from signpost.wiring import Workshop
from store.database import migrate, open_database, sqlite_url
from store.outbox import Outbox, _now
from tests.api.test_handing_over import Mailbox, mailbox  # noqa: F401 - a fixture
from tests.conftest import link_models
from tests.journeys.server import started

SENDIASS = "help@brookadvice.example.org"


@dataclass(frozen=True)
class Place:
    """A data folder with a small area, its database, and what the service is started with."""

    data: Path
    outbox: Outbox
    settings: dict[str, Any]


@contextmanager
def own_database(server: Engine) -> Iterator[Engine]:
    """A new database on a server that other tests use too."""
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("CREATE DATABASE killed")
        engine = open_database(server.url.set(database="killed").render_as_string(hide_password=False))
        try:
            yield engine
        finally:
            engine.dispose()
            connection.exec_driver_sql("DROP DATABASE killed WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path, pack: Path, mailbox: tuple[Mailbox, MailServer]) -> Iterator[Place]:  # noqa: F811
    data = tmp_path / "data"
    link_models(data)
    with ExitStack() as stack:
        if request.param == "postgresql":
            engine = stack.enter_context(own_database(request.getfixturevalue("postgresql")))
        else:
            engine = open_database(sqlite_url(data))
            stack.callback(engine.dispose)
        migrate(engine)
        address = engine.url.render_as_string(hide_password=False)
        workshop = Workshop(Settings(data=data, database=address))
        workshop.ingester().ingest_pack(read_pack(pack))
        workshop.engine.dispose()
        mail = {
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(mailbox[1].port),
            "SMTP_STARTTLS": "false",
            "ACKNOWLEDGEMENTS_AN_HOUR": "2",
        }
        yield Place(data, Outbox(engine), {f"SIGNPOST_{key}": value for key, value in {**mail, "DATABASE": address}.items()})


def hand_over(address: str) -> str:
    """Ask, and send the question on; the reference."""
    with httpx.Client(base_url=address, timeout=120) as client:
        token = client.post("/api/v1/conversations", json={"area": "brookshire"}).json()["conversation"]
        headers = {"Authorization": f"Bearer {token}"}
        asked = client.post("/api/v1/conversation/messages", json={"text": "can we have a hoist at home"}, headers=headers)
        assert asked.status_code == 200
        body = {"contact": "sendiass", "text": "Can we have a hoist at home?", "reply_to": "me@x.example", "consent": True}
        sent = client.post("/api/v1/conversation/hand-over", json=body, headers=headers)
        assert sent.status_code == 202, sent.text
        return str(sent.json()["reference"])


def wait_for(true: Callable[[], bool]) -> None:
    for _ in range(1200):
        if true():
            return
        time.sleep(0.1)
    raise AssertionError("it did not happen within two minutes")


def test_killed_between_writing_and_sending_then_while_sending(place: Place, mailbox: tuple[Mailbox, MailServer]) -> None:  # noqa: F811
    box, server = mailbox
    with started(place.data, **place.settings) as (address, process):
        time.sleep(3)  # its tasks have run now, and run again in a minute
        first, second = hand_over(address), hand_over(address)
        process.kill()
    assert box.arrived == []
    assert [place.outbox.state(each) for each in (first, second)] == ["waiting", "waiting"]

    box.slow = 5.0
    with started(place.data, **place.settings) as (_, process):
        wait_for(lambda: place.outbox.state(first) == "sending")
        process.kill()
    time.sleep(box.slow + 1)  # the mail server may have had all the words
    box.slow = 0.0
    seen = len(box.arrived)
    assert seen <= 1
    assert place.outbox.state(second) == "waiting"

    with started(place.data, **place.settings):
        wait_for(lambda: place.outbox.state(second) == "sent")
    send_due(place.outbox, server)
    send_due(place.outbox, server, _now() + timedelta(hours=1))
    assert place.outbox.state(first) == "check"  # for staff to decide: it is never sent again by itself
    ours = [mail["Message-ID"] for mail in box.arrived if mail["To"] == SENDIASS]
    assert ours.count(f"<{second.lower()}@example.org>") == 1
    assert ours.count(f"<{first.lower()}@example.org>") == seen
    told = [mail for mail in box.arrived if mail["To"] == "me@x.example"]
    assert len(told) == 1
    assert second in told[0].get_payload()
