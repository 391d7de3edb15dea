import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from assistant.types import Context, Decision, Kind, Outcome, Reason, Reply
from store.askers import AskerKeyRow
from store.conversations import DatabaseConversations
from store.database import MIGRATIONS, migrate, open_database, sqlite_url
from store.records import DatabaseRecorder
from store.reports import Reports
from store.tables import CountRow, UnansweredRow
from tests.assistant.helpers import understanding

HERE = Context("brookshire")


def encode(text: str) -> np.ndarray:
    return np.ones(8, dtype=np.float32)


def test_a_question_is_kept_only_if_it_went_unanswered_and_only_redacted(engine: Engine) -> None:
    recorder = DatabaseRecorder(engine, lambda text: text.replace("Tyler", "[name]"), encode)
    asked = understanding("does Tyler get transport")
    recorder.record(HERE, asked, Reply(Kind.ANSWER, "Yes.", reason=Reason.CONFIDENT, probability=0.9), None)
    recorder.record(HERE, asked, Reply(Kind.HANDOFF, "Ask.", reason=Reason.UNSURE, probability=0.3), None)
    recorder.record(HERE, asked, Reply(Kind.HANDOFF, "Ring.", reason=Reason.ASKED_FOR_PERSON), None)
    with Session(engine) as session:
        assert session.scalars(select(UnansweredRow.text)).all() == ["does [name] get transport"]
        counts = {(row.kind, row.number) for row in session.scalars(select(CountRow))}
    assert counts == {("answer", 1), ("handoff", 2)}


def test_an_answer_that_was_said_to_be_uncertain_is_kept_for_staff(engine: Engine) -> None:
    recorder = DatabaseRecorder(engine, str, encode)
    for asked, probability, sure in (("likely", 0.4, False), ("sure", 0.9, True), ("from the glossary", None, False)):
        reply = Reply(Kind.ANSWER, "Yes.", reason=Reason.CONFIDENT, probability=probability)
        decision = Decision(Outcome.ANSWER, Reason.CONFIDENT, 0.4, sure=sure)
        recorder.record(HERE, understanding(asked), reply, decision)
    with Session(engine) as session:
        assert session.scalars(select(UnansweredRow.text)).all() == ["likely"]


def test_that_the_card_was_not_meant_is_counted_and_nothing_else_of_it_is_kept(engine: Engine) -> None:
    recorder = DatabaseRecorder(engine, str, encode)
    recorder.disclosure(replace(HERE, setting="oak"))
    recorder.misread(replace(HERE, setting="oak", misread=True))
    with Session(engine) as session:
        assert session.scalars(select(UnansweredRow)).all() == []
        counts = {(row.kind, row.setting, row.number) for row in session.scalars(select(CountRow))}
    assert counts == {("safeguarding", "", 1), ("misread", "", 1)}
    assert Reports(engine).doing("brookshire", date.today()).misread == 1


@pytest.mark.parametrize("database", ["engine", "postgresql"])
def test_first_replies_of_a_kind_at_once_lose_no_count_and_no_question(request: pytest.FixtureRequest, database: str) -> None:
    engine: Engine = request.getfixturevalue(database)
    recorder, together, rounds = DatabaseRecorder(engine, str, encode), Barrier(2), 40

    def ask_all(_: int) -> None:
        for number in range(rounds):
            together.wait(timeout=30)
            reply = Reply(Kind.HANDOFF, "Ask.", reason=Reason.UNSURE, probability=0.3)
            recorder.record(Context("at once", f"setting {number}"), understanding("q"), reply, None)

    with ThreadPoolExecutor(2) as workers:
        list(workers.map(ask_all, range(2)))
    with Session(engine) as session:
        counts = session.scalars(select(CountRow.number).where(CountRow.area == "at once")).all()
        asked = session.scalars(select(UnansweredRow.id).where(UnansweredRow.area == "at once")).all()
    recorder.purge(datetime.now(UTC) + timedelta(days=31))  # other tests use this database too
    assert (counts, len(asked)) == ([2] * rounds, 2 * rounds)


def test_old_questions_are_purged(engine: Engine) -> None:
    recorder = DatabaseRecorder(engine, str, encode)
    recorder.record(HERE, understanding("q"), Reply(Kind.HANDOFF, "", reason=Reason.UNSURE), None)
    assert recorder.purge() == 0
    assert recorder.purge(datetime.now(UTC) + timedelta(days=31)) == 1


def test_a_database_that_cannot_be_written_costs_the_count_never_the_reply(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = DatabaseRecorder(engine, str, encode)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE counts"))
    recorder.record(HERE, understanding("does Tyler get transport"), Reply(Kind.HANDOFF, "", reason=Reason.UNSURE), None)
    recorder.disclosure(HERE)
    assert "see whether the disk is full" in caplog.text
    assert "Tyler" not in caplog.text


def test_conversations_go_on_in_memory_while_the_database_cannot_be_written(engine: Engine) -> None:
    now = datetime(2026, 9, 1, 12)
    kept = DatabaseConversations(engine, 60, lambda: now)
    with engine.begin() as connection:
        connection.execute(
            text("CREATE TRIGGER full BEFORE INSERT ON conversations BEGIN SELECT RAISE(FAIL, 'disk is full'); END")
        )
    kept.start("key", {"slots": {"setting": "oak"}})
    assert kept.load("key") == {"slots": {"setting": "oak"}}
    assert kept.load("other") is None
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER full"))
    kept.save("key", {"slots": {}})
    assert DatabaseConversations(engine, 60, lambda: now).load("key") == {"slots": {}}
    now += timedelta(minutes=61)
    assert kept.load("key") is None


def askers(engine: Engine) -> list[str]:
    with Session(engine) as session:
        return list(session.scalars(select(UnansweredRow.asker).where(UnansweredRow.area == "asked").order_by(UnansweredRow.id)))


@pytest.mark.parametrize("database", ["engine", "postgresql"])
def test_who_asked_is_told_apart_for_a_day_and_can_never_be_found(request: pytest.FixtureRequest, database: str) -> None:
    engine: Engine = request.getfixturevalue(database)
    workers = [DatabaseRecorder(engine, str, encode) for _ in range(2)]
    unsure = Reply(Kind.HANDOFF, "", reason=Reason.UNSURE)
    for worker in workers:
        for who in ("whatsapp:+441632960123", "whatsapp:+441632960124", ""):
            worker.record(Context("asked", asker=who), understanding("q"), unsure, None)
    one, other, nobody, *again = askers(engine)
    assert [one, other, nobody] == again
    assert len({one, other, nobody}) == 3
    assert nobody == ""
    assert hashlib.sha256(f"{datetime.now(UTC).date()}/whatsapp:+441632960123".encode()).hexdigest()[:16] != one
    workers[0].purge(datetime.now(UTC) + timedelta(days=1))
    with Session(engine) as session:
        assert session.scalars(select(AskerKeyRow)).all() == []
    workers[1].record(Context("asked", asker="whatsapp:+441632960123"), understanding("q"), unsure, None)
    assert askers(engine)[-1] not in (one, other)
    workers[0].purge(datetime.now(UTC) + timedelta(days=31))


def test_first_questions_of_a_day_at_once_have_one_key(engine: Engine) -> None:
    recorder, together = DatabaseRecorder(engine, str, encode), Barrier(8)

    def ask(_: int) -> None:
        together.wait(timeout=30)
        reply = Reply(Kind.HANDOFF, "", reason=Reason.UNSURE)
        recorder.record(Context("asked", asker="chat:one"), understanding("q"), reply, None)

    with ThreadPoolExecutor(8) as workers:
        list(workers.map(ask, range(8)))
    assert len(askers(engine)) == 8
    assert len(set(askers(engine))) == 1


def test_what_is_only_looked_at_is_not_counted(engine: Engine) -> None:
    recorder = DatabaseRecorder(engine, str, encode)
    looking = replace(HERE, records=False)
    recorder.record(looking, understanding("q"), Reply(Kind.HANDOFF, "", reason=Reason.UNSURE), None)
    with Session(engine) as session:
        assert session.scalars(select(UnansweredRow)).all() == []
        assert session.scalars(select(CountRow)).all() == []


@pytest.mark.parametrize("database", ["engine", "postgresql"])
def test_a_conversation_that_was_deleted_in_the_middle_of_a_turn_stays_deleted(
    request: pytest.FixtureRequest, database: str
) -> None:
    kept = DatabaseConversations(request.getfixturevalue(database), 60)
    kept.start("chat:y", {"slots": {}})
    kept.save("chat:y", {"slots": {"setting": "oak"}})
    assert kept.load("chat:y") == {"slots": {"setting": "oak"}}
    kept.delete("chat:y")
    kept.save("chat:y", {"slots": {"last_question": "is there a club"}})
    assert kept.load("chat:y") is None


def test_marks_that_were_made_without_a_key_are_drawn_anew(tmp_path: Path) -> None:
    engine = open_database(sqlite_url(tmp_path))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        row = "'asked', '', 'parent', 'q', 'handoff', 'unsure', '2026-11-01 00:00:00', ''"
        kept = text(
            f"INSERT INTO unanswered (area, setting, audience, text, outcome, reason, asked, topic, asker) VALUES ({row}, :asker)"
        )
        connection.execute(kept, [{"asker": asker} for asker in ("a", "b", "a", "")])
    migrate(engine)
    one, other, again, nobody = askers(engine)
    assert (one, nobody) == (again, "")
    assert len({one, other, "a", "b", ""}) == 5
    engine.dispose()
