"""The weekly e-mail to staff, over a real mail server: once a week for each person, numbers only."""

from __future__ import annotations

from datetime import date, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from assistant.types import Context
from knowledge.pack import read_pack
from signpost.digest import write_digests
from signpost.mail import MailServer, send_due
from signpost.settings import Settings
from signpost.wiring import Workshop
from store.curated import LIVE, CuratedAnswer, CuratedAnswers
from store.gaps import Gaps
from store.outbox import Outbox
from store.sources import SourceChecks
from store.staff import Role, StaffAccounts
from tests.journeys.server import free_port
from tests.store.test_gaps import ask

MONDAY = date(2026, 11, 30)


class Mailbox:
    def __init__(self) -> None:
        self.arrived: dict[str, str] = {}

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        mail = message_from_bytes(envelope.content, policy=default)  # type: ignore[attr-defined]
        self.arrived[str(mail["To"])] = f"{mail['Subject']}\n{mail.get_content()}"
        return "250 OK"


@pytest.fixture
def workshop(tmp_path: Path, pack: Path) -> Workshop:
    """An area with a gap that Ada owns, one that nobody owns, a late answer and a source that failed."""
    made = Workshop(Settings(data=tmp_path / "data", public_address="https://signpost.example.org/"))
    made.store.save_area(read_pack(pack).area)
    accounts = StaffAccounts(made.engine)
    for who, role, setting in (("ada", Role.ADMIN, ""), ("ed", Role.EDITOR, "oak"), ("gone", Role.REVIEWER, "")):
        accounts.add(f"{who}@brookshire.example", who.title(), role, "brookshire", setting)
    accounts.deactivate(next(each.id for each in accounts.everyone("brookshire") if each.name == "Gone"), "brookshire")
    ask(made.engine, [1, 1, 1, 2, 2, 2, 2, 2, 2])
    gaps = Gaps(made.engine)
    gaps.cluster()
    second, first = (gap.id for gap in gaps.all("brookshire"))
    gaps.change(first, owner="ada@brookshire.example", due=date(2026, 11, 1), state="assigned")
    answers = CuratedAnswers(made.engine)
    kept = answers.save(CuratedAnswer("brookshire", ("q",), "a", review_by=date(2026, 11, 1)), "ada@brookshire.example")
    answers.set_state(kept.id, LIVE)
    checks = SourceChecks(made.engine)
    checks.begin("brookshire", "folder::content", "", 1)
    checks.failed("brookshire", "folder::content", "the folder is gone")
    assert second
    return made


def test_what_waits_arrives_once_a_week_as_numbers_only(workshop: Workshop) -> None:
    box, port = Mailbox(), free_port()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    try:
        assert write_digests(workshop, MONDAY) == 1
        assert write_digests(workshop, date(2026, 12, 4)) == 0
        assert (
            send_due(Outbox(workshop.engine), MailServer("127.0.0.1", port, "signpost@brookshire.example", starttls=False)) == 1
        )
    finally:
        server.stop()
    told = box.arrived["ada@brookshire.example"]
    for line in (
        "Signpost for Brookshire Council (fictional): what waits for you",
        "Gaps that you look after: 1.", "Of these, past their date: 1.",
        "Gaps that nobody looks after yet: 1. They were asked by 6 people.",
        "Answers to check again: 1.", "Sources that could not be read, or not all of them: 1.",
        "https://signpost.example.org/staff/gaps",
    ):  # fmt: skip
        assert line in told
    assert "question 1" not in told
    assert set(box.arrived) == {"ada@brookshire.example"}
    assert write_digests(workshop, date(2026, 12, 7)) == 1


def test_what_was_passed_to_a_setting_waits_for_its_editors_only(workshop: Workshop) -> None:
    gaps = Gaps(workshop.engine)
    fresh = next(gap for gap in gaps.all("brookshire") if not gap.owner)
    gaps.change(fresh.id, state="passed", setting="oak")
    assert write_digests(workshop, MONDAY) == 2
    bodies = {each.recipient: each.body for each in Outbox(workshop.engine).due()}
    assert "Gaps that nobody looks after yet: 1." in bodies["ed@brookshire.example"]
    assert "Gaps that nobody" not in bodies["ada@brookshire.example"]
    assert "Gaps that you look after: 1." in bodies["ada@brookshire.example"]


def test_names_to_confirm_are_told_in_a_new_school_year(workshop: Workshop) -> None:
    assert write_digests(workshop, date(2027, 9, 6)) == 2
    bodies = {each.recipient: each.body for each in Outbox(workshop.engine).due()}
    assert "Contacts to confirm for this school year: 2." in bodies["ada@brookshire.example"]
    assert "Contacts to confirm for this school year: 1." in bodies["ed@brookshire.example"]
    assert "Gaps" not in bodies["ed@brookshire.example"]


def test_ratings_that_drift_from_the_measured_error_are_told_to_reviewers(workshop: Workshop) -> None:
    recorder, context = workshop.recorder(), Context("brookshire")
    for number in range(30):
        recorder.feedback(context, "", helpful=number < 12)
    today = date.today() + timedelta(days=-date.today().weekday() + 6)
    assert write_digests(workshop, today) >= 1
    bodies = {each.recipient: each.body for each in Outbox(workshop.engine).due()}
    assert '18 of 30 ratings in 30 days were "No"' in bodies["ada@brookshire.example"]
    assert "ratings" not in bodies.get("ed@brookshire.example", "")


def test_no_day_means_no_mail(workshop: Workshop) -> None:
    off = Workshop(workshop.settings.model_copy(update={"digest_day": ""}))
    assert write_digests(off, MONDAY) == 0
    late = Workshop(workshop.settings.model_copy(update={"digest_day": "friday"}))
    assert write_digests(late, MONDAY) == 0
