from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from assistant.types import Context, Decision, Kind, Outcome, Reason, Reply
from store.conversations import DatabaseConversations
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
    kept.save("key", {"slots": {"setting": "oak"}})
    assert kept.load("key") == {"slots": {"setting": "oak"}}
    assert kept.load("other") is None
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER full"))
    kept.save("key", {"slots": {}})
    assert DatabaseConversations(engine, 60, lambda: now).load("key") == {"slots": {}}
    now += timedelta(minutes=61)
    assert kept.load("key") is None
