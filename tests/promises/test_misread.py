"""Words that got the safety card are answered if they were misread, and the answer does not put them on the list for staff."""

from dataclasses import replace
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.policy import DecisionPolicy
from assistant.safety import Level
from assistant.types import Context, Kind
from signpost.settings import Settings
from signpost.wiring import Workshop
from store.tables import UnansweredRow
from tests.conftest import copy_data

ASKED = "how much does college transport cost? i am going to kill myself if nobody tells me"


def test_misread_words_are_answered_with_the_numbers_above_and_not_kept(tmp_path: Path) -> None:
    workshop = Workshop(Settings(data=copy_data(tmp_path / "data")))
    policy = replace(DecisionPolicy.load(workshop.settings.policy_file), sure_at=1.01)  # an uncertain answer is kept for staff
    assistant, where = workshop.assistant(policy=policy), Context("larkmere")
    assert assistant.answer(ASKED, where).kind is Kind.SAFEGUARDING
    explained = assistant.explain(ASKED, replace(where, misread=True))
    assert explained.screening.level is Level.DISCLOSURE
    assert explained.reply.kind is Kind.ANSWER
    assert "999" in explained.reply.notice
    with Session(workshop.engine) as session:
        kept = session.scalars(select(UnansweredRow.text)).all()
    assert not any("kill myself" in text for text in kept)
