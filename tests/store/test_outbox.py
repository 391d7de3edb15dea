"""Letters that can't arrive: families' wait for staff; those that say only that something was done or waits are deleted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from store.outbox import BACK_OFF, DISCARDED, FAILED, Letter, Outbox, _now, acknowledging, weekly
from store.tables import OutboxRow

LETTER = Letter("larkmere", "send@larkmere.example", "A question", "Please help us.", "me@x.example", "SP-TEST-0001")
TOLD = replace(LETTER, recipient="me@x.example", reply_to="", reference=acknowledging("SP-TEST-0001"))
DIGEST = Letter("larkmere", "colleague@larkmere.example", "What waits for you", "Gaps: 1", reference=weekly("2026-48", 9))
ANSWERED = Letter("larkmere", "you@x.example", "Your question has been answered", "Yes.", reference="SP-TEST-0002")


def words(engine: Engine, reference: str) -> tuple[str, ...]:
    columns = (OutboxRow.state, OutboxRow.recipient, OutboxRow.reply_to, OutboxRow.subject, OutboxRow.body, OutboxRow.problem)
    with engine.connect() as connection:
        return tuple(connection.execute(select(*columns).where(OutboxRow.reference == reference)).one())


@pytest.mark.parametrize("letter", [TOLD, DIGEST])
@pytest.mark.parametrize("how", ["refused", "never", "stuck", "before"])
def test_what_needs_no_look_is_deleted_when_it_can_not_arrive(engine: Engine, letter: Letter, how: str) -> None:
    outbox, now = Outbox(engine), _now()
    outbox.put([LETTER, letter, ANSWERED], now)
    number = next(each.id for each in outbox.due(now) if each.reference == letter.reference)
    if how == "refused":
        outbox.failed(number, "550 no me@x.example here", final=True)
    elif how == "never":
        for _ in range(len(BACK_OFF)):
            outbox.failed(number, "can't be reached")
            assert outbox.state(letter.reference) == "waiting"
        outbox.failed(number, "can't be reached")
    elif how == "stuck":
        assert outbox.claim(number, now)
        outbox.due(now + timedelta(hours=1))
    else:  # as it stood in a database of an earlier version
        with engine.begin() as connection:
            connection.execute(OutboxRow.__table__.update().where(OutboxRow.id == number).values(state=FAILED))  # type: ignore[attr-defined]
        assert outbox.troubled() == []
        outbox.due(now)
    assert words(engine, letter.reference) == (DISCARDED, "", "", "", "", "")
    assert outbox.troubled() == []
    assert not outbox.again("larkmere", number)
    assert not outbox.put([letter])  # nobody gets another one in its place


def test_what_families_wrote_and_are_told_waits_for_staff(engine: Engine) -> None:
    outbox = Outbox(engine)
    outbox.put([LETTER, ANSWERED])
    for each in outbox.due():
        outbox.failed(each.id, "550 no such mailbox", final=True)
    assert [each.reference for each in outbox.troubled("larkmere")] == [LETTER.reference, ANSWERED.reference]
    assert words(engine, LETTER.reference)[1] == LETTER.recipient
