from datetime import UTC, datetime, timedelta

import numpy as np
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from assistant.types import Context, Kind, Reason, Reply
from store.records import DatabaseRecorder
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


def test_old_questions_are_purged(engine: Engine) -> None:
    recorder = DatabaseRecorder(engine, str, encode)
    recorder.record(HERE, understanding("q"), Reply(Kind.HANDOFF, "", reason=Reason.UNSURE), None)
    assert recorder.purge() == 0
    assert recorder.purge(datetime.now(UTC) + timedelta(days=31)) == 1
