"""An answer that is likely, but not sure, says so above it, names who can help, and is kept for staff."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.replies import plain_text
from assistant.policy import DecisionPolicy
from assistant.turn import Assistant
from assistant.types import Audience, Context, Kind
from assistant.why_not import why_not
from evaluation.questions import Expect, Question
from evaluation.report import figures
from evaluation.scoring import score
from signpost.settings import Settings
from signpost.wiring import Workshop
from store.tables import UnansweredRow
from tests.conftest import copy_data

ASKED = "how much does college transport cost"
SAID = {
    Audience.PARENT: "I am not certain that this answers your question.",
    Audience.YOUNG_PERSON: "I'm not certain that this answers your question.",
}


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(Settings(data=copy_data(tmp_path_factory.mktemp("uncertain") / "data")))


def sure_from(workshop: Workshop, sure_at: float) -> Assistant:
    return workshop.assistant(policy=replace(DecisionPolicy.load(workshop.settings.policy_file), sure_at=sure_at))


@pytest.mark.parametrize("audience", list(Audience))
def test_an_uncertain_answer_says_so_and_names_who_can_help(workshop: Workshop, audience: Audience) -> None:
    where = Context("larkmere", audience=audience)
    certain, uncertain = (sure_from(workshop, at).answer(ASKED, where) for at in (0.0, 1.01))
    assert certain.kind is uncertain.kind is Kind.ANSWER
    assert (certain.notice, certain.text, certain.citations) == ("", uncertain.text, uncertain.citations)
    assert uncertain.notice.startswith(SAID[audience])
    assert uncertain.contacts
    assert plain_text(uncertain).startswith(uncertain.notice)


def test_staff_get_the_questions_whose_answers_were_uncertain(workshop: Workshop) -> None:
    for sure_at, kept in ((0.0, False), (1.01, True)):
        sure_from(workshop, sure_at).answer("how much is the bus to college", Context("larkmere"))
        assert _kept(workshop, "how much is the bus to college") is kept


def test_a_word_that_the_glossary_explains_is_never_said_to_be_uncertain(workshop: Workshop) -> None:
    told = sure_from(workshop, 1.01).answer("what is an EHCP?", Context("larkmere"))
    assert (told.kind, told.notice) == (Kind.ANSWER, "")


@pytest.mark.parametrize(("sure_at", "uncertain"), [(0.0, False), (1.01, True)])
def test_staff_are_told_which_page_families_are_given_uncertainly(workshop: Workshop, sure_at: float, uncertain: bool) -> None:
    assistant = sure_from(workshop, sure_at)
    explained = assistant.try_out(ASKED, Context("larkmere"))
    near = why_not(ASKED, explained.readings, explained.decision, 0.5, assistant.parts.kinds)
    assert near[0].why.startswith("It is what families are given now")
    assert near[0].why.endswith("not certain of it") is uncertain


def _kept(workshop: Workshop, text: str) -> bool:
    with Session(workshop.engine) as session:
        return session.scalar(select(UnansweredRow).where(UnansweredRow.text == text)) is not None


@pytest.mark.parametrize(("sure_at", "certain"), [(0.0, 1), (1.01, 0)])
def test_the_evaluation_counts_what_was_given_as_certain(workshop: Workshop, sure_at: float, certain: int) -> None:
    asked = Question("q", ASKED, "parent", "larkmere", None, Expect.ANSWER, ("transport-post16",), "£510 a year")
    found = figures([score(asked, sure_from(workshop, sure_at).explain(ASKED, Context("larkmere")), 1.0)])
    assert found["coverage"].hits == 1
    assert (found["surely_answered"].hits, found["surely_answered"].total) == (certain, 1)
    assert found["right_among_sure"].total == certain
