"""The same store on a real PostgreSQL 18: migrations, content, conversations, gaps, the outbox, staff."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from knowledge.ingest import Ingester, no_progress
from knowledge.pack import read_pack
from knowledge.topics import TopicExamples, TopicMapper
from store.conversations import DatabaseConversations
from store.curated import LIVE, CuratedAnswer, CuratedAnswers
from store.database import migrate
from store.gaps import Gaps
from store.outbox import Letter, Outbox
from store.passages import DatabasePassages
from store.reports import Reports
from store.staff import AuditLog, Role, StaffAccounts
from tests.hashing import HashingEncoder
from tests.store.test_gaps import ask
from tests.store.test_passages import assert_both_end, assert_tables_are_those_of_the_program


@pytest.fixture
def engine(postgresql: Engine) -> Engine:
    return postgresql


def test_it_is_at_this_program_s_version(engine: Engine) -> None:
    assert_tables_are_those_of_the_program(engine)
    migrate(engine)


def test_a_pack_is_taken_in_once(engine: Engine, pack: Path) -> None:
    encoder = HashingEncoder()
    store = DatabasePassages(engine)
    mapper = TopicMapper([TopicExamples("how much does transport cost", ("L2.TRAVEL",))], encoder)
    ingester = Ingester(store, encoder, mapper, no_progress)
    first, second = ingester.ingest_pack(read_pack(pack)), ingester.ingest_pack(read_pack(pack))
    assert len(first.created) == 3
    assert (len(second.unchanged), second.changed) == (3, False)
    assert [area.slug for area in store.areas()] == ["brookshire"]


def test_conversations_are_kept_and_forgotten(engine: Engine) -> None:
    conversations = DatabaseConversations(engine, 60)
    conversations.start("chat:x", {"slots": {"area": "brookshire"}, "events": []})
    assert conversations.load("chat:x") == {"slots": {"area": "brookshire"}, "events": []}
    conversations.delete("chat:x")
    assert conversations.load("chat:x") is None
    assert conversations.purge() == 0


def test_gaps_cluster(engine: Engine) -> None:
    ask(engine, [1, 2, 1, 1])
    gaps = Gaps(engine)
    assert gaps.cluster() == 4
    assert [gap.people for gap in gaps.all("brookshire")] == [3, 1]


def test_a_letter_is_claimed_once(engine: Engine) -> None:
    outbox = Outbox(engine)
    outbox.put([Letter("brookshire", "a@x.example", "s", "words", reference="SP-PG")])
    letter = outbox.due()[0]
    assert [outbox.claim(letter.id), outbox.claim(letter.id)] == [True, False]
    outbox.sent(letter.id)
    assert outbox.state("SP-PG") == "sent"


def test_staff_sign_in_and_answers_go_live(engine: Engine) -> None:
    accounts = StaffAccounts(engine)
    staff = accounts.set_password(accounts.add("a@x.example", "A", Role.ADMIN, "brookshire"), "three easy words")
    assert staff is not None
    assert accounts.check_password("a@x.example", "three easy words") == staff
    curated = CuratedAnswers(engine)
    answer = curated.save(CuratedAnswer("brookshire", ("is there a pool",), "Yes.", expires=date(2020, 1, 1)), "a@x.example")
    curated.set_state(answer.id, LIVE)
    assert len(curated.documents("brookshire")) == 1
    assert [(each.area, each.state) for each in curated.expire(date(2026, 1, 1))] == [("brookshire", "expired")]
    assert Reports(engine).doing("brookshire", date(2026, 11, 24)).kinds == {}


def test_the_log_takes_a_long_address(engine: Engine) -> None:
    address = f"{'a' * 180}@x.example"
    AuditLog(engine).write("a@x.example", "brookshire", "add person", address)
    assert AuditLog(engine).lines("brookshire")[0].what == address[:120]


@pytest.mark.parametrize(("table", "size"), [("areas", 65), ("vectors", 66), ("documents", 67)])
def test_two_ingests_at_the_same_moment_both_end(engine: Engine, pack: Path, table: str, size: int) -> None:
    area = pack / "area.yml"
    area.write_text(area.read_text(encoding="utf-8").replace("area: brookshire", f"area: {table}"), encoding="utf-8")
    assert_both_end(engine, read_pack(pack), HashingEncoder(size), table)
