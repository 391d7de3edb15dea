"""Nothing personal stays: marked data goes through every route that takes words, and is looked for everywhere after."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import httpx
import pytest
from aiosmtpd.controller import Controller

import api.routes
from signpost.mail import MailServer, send_due
from signpost.settings import Settings
from signpost.wiring import Workshop
from store.outbox import Outbox, _now
from tests.api.test_handing_over import Mailbox
from tests.conftest import copy_data
from tests.journeys.server import free_port, running

NAME, PHONE, EMAIL, POSTCODE = "Zebediah Quillfeather", "07700 900456", "zq.marked@home.example", "SG14 7ZQ"
MARKED = f"my son {NAME} of {POSTCODE}, {PHONE}, {EMAIL}: is there a dragon boat race for wheelchair users"
TRACES = ("Zebediah", "Quillfeather", "07700 900456", "07700900456", "zq.marked", "SG14 7ZQ", "SG147ZQ")
TOKEN = "the token"
HARM = "my uncle Zebediah Quillfeather touches me, ring 07700 900456"


# Each route that takes a family's words, with what is sent to it; `test_every_route_is_tried` fails if one is missing.
FORM = {"contact": "sendiass", "consent": "yes", "reply_to": EMAIL}


def sent_to(said: str) -> list[tuple[str, dict[str, object], bool]]:
    """(route, body, is it JSON). The conversation's token is put in where `TOKEN` stands."""
    waits = {"conversation": TOKEN}
    return [
        ("/api/v1/conversations", {"area": "larkmere", "asker": said}, True),
        ("/api/v1/areas/larkmere/ask", {"text": said}, True),
        ("/api/v1/conversation/messages", {"text": said}, True),
        ("/api/v1/conversation/messages", {"text": "and at college?"}, True),
        ("/api/v1/conversation/messages", {"text": said, "choice": said}, True),
        ("/api/v1/conversation/messages", {"text": [said]}, True),
        ("/api/v1/conversation/feedback", {"helpful": False}, True),
        ("/api/v1/conversation/follow-up", {}, True),
        ("/api/v1/conversation/follow-up", {"email": said}, True),
        ("/api/v1/conversation/hand-over", {**FORM, "consent": True, "text": said}, True),
        ("/webhooks/rest/webhook", {"sender": "marked", "message": said}, True),
        ("/webhook", {"next_action": said, "tracker": {"latest_message": {"text": said}}}, True),
        ("/nlu/parse", {"text": said}, True),
        ("/larkmere/chat", {"text": said}, False),
        ("/larkmere/chat", {"text": said, **waits}, False),
        ("/larkmere/millbrook/chat", {"text": said}, False),
        ("/larkmere/chat/send", {**FORM, "text": f"Once more: {said}", **waits}, False),
        ("/larkmere/chat/wait", waits, False),
        ("/larkmere/waiting", {"code": "Quillfeather"}, False),
        ("/larkmere/chat/forget", waits, False),
    ]


def test_every_route_is_tried() -> None:
    modules = [import_module(f"api.routes.{module.name}") for module in iter_modules(api.routes.__path__)]
    posted = [route for module in modules for route in module.router.routes if "POST" in route.methods]
    tried = [path for path, _, _ in sent_to("")]
    assert len(posted) >= 15
    assert [route.path for route in posted if not any(route.path_regex.fullmatch(path) for path in tried)] == []


@pytest.mark.parametrize("harm", [False, True], ids=["a question", "a disclosure"])
def test_marked_data_is_nowhere_on_disk_or_in_the_logs(tmp_path: Path, harm: bool) -> None:
    data, log = tmp_path / "data", tmp_path / "log.txt"
    copy_data(data)
    said, each = HARM if harm else MARKED, {"SIGNPOST_ACKNOWLEDGEMENTS_AN_HOUR": "2"}
    with (
        log.open("wb") as out,
        running(
            data, log=out, SIGNPOST_SHARED_SECRET="s", SIGNPOST_SMTP_HOST="127.0.0.1", SIGNPOST_SMTP_PORT="9", **each
        ) as address,
        httpx.Client(base_url=address, timeout=60, headers={"X-Signpost-Secret": "s"}) as client,
    ):
        token = client.post("/api/v1/conversations", json={"area": "larkmere"}).json()["conversation"]
        for path, body, is_json in sent_to(said):
            body = {key: token if value == TOKEN else value for key, value in body.items()}
            headers = {"Authorization": f"Bearer {token}"}
            given = client.post(path, json=body, headers=headers) if is_json else client.post(path, data=body)
            assert given.status_code < 500, (path, given.text)
        for path in (f"/{NAME}/chat", "/larkmere/nowhere", f"/api/v1/areas/{NAME}"):
            assert client.get(path).status_code == 404
        client.request("DELETE", "/api/v1/conversation", headers={"Authorization": f"Bearer {token}"})
    assert arrived(data) == 4  # two hand-overs, each acknowledged
    assert traces([*data.rglob("*"), log]) == []


def test_marked_data_is_in_no_error_report_no_address_and_no_figure_when_everything_fails(tmp_path: Path) -> None:
    data, log = tmp_path / "data", tmp_path / "log.txt"
    copy_data(data)
    failed, told = set(), []
    often = {"SIGNPOST_MESSAGES_A_MINUTE": "10000", "SIGNPOST_CLIENT_MESSAGES_A_MINUTE": "10000"}
    with (
        log.open("wb") as out,
        running(
            data, log=out, SIGNPOST_SHARED_SECRET="s", SIGNPOST_SMTP_HOST="127.0.0.1", SIGNPOST_SMTP_PORT="9", **often
        ) as address,
        httpx.Client(base_url=address, timeout=60, headers={"X-Signpost-Secret": "s"}) as client,
    ):
        token = client.post("/api/v1/conversations", json={"area": "larkmere"}).json()["conversation"]
        for table in ("unanswered", "counts", "outbox", "follow_ups", "conversations"):
            without(data, table)
            for path, body, is_json in sent_to(MARKED):
                body = {key: token if value == TOKEN else value for key, value in body.items()}
                headers = {"Authorization": f"Bearer {token}"}
                given = client.post(path, json=body, headers=headers) if is_json else client.post(path, data=body)
                told.append(" ".join([str(given.url), given.headers.get("location", ""), client.get("/health").text]))
                if given.status_code >= 500:
                    failed.add(path)
                    assert any(
                        line in given.text for line in ("Something went wrong on our side", "save or look anything up just now")
                    )
                    assert "default-src" in given.headers["content-security-policy"]
    assert len(failed) > 5
    assert [trace for trace in TRACES for line in told if trace.lower() in line.lower()] == []
    assert traces([log]) == []
    assert "request failed: OperationalError at" in log.read_text(encoding="utf-8")


def without(data: Path, table: str) -> None:
    """Take a table away from a running service's database, as nothing but a fault does."""
    with sqlite3.connect(data / "signpost.db", timeout=20) as connection:
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    connection.close()


def traces(paths: Iterable[Path]) -> list[str]:
    """Where marked data is left in files."""
    return [
        f"{trace} in {path.name}"
        for path in paths
        if path.is_file() and path.suffix not in (".onnx", ".npy", ".npz", ".index")
        for trace in TRACES
        if trace.lower().encode() in path.read_bytes().lower()
    ]


def arrived(data: Path) -> int:
    """Send what waits to a real mail server, until nothing is left; how many letters with a reference came."""
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    server = MailServer("127.0.0.1", controller.port, "signpost@larkmere.example", starttls=False)
    workshop = Workshop(Settings(data=data))
    while send_due(Outbox(workshop.engine), server, _now() + timedelta(days=1)):
        pass
    workshop.engine.dispose()
    controller.stop()
    return sum("(SP-" in str(letter) for letter in box.arrived)
