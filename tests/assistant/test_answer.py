"""The words and the citations of an answer."""

from datetime import date

from assistant.answer import AnswerWriter
from assistant.conflicts import Conflict, load_checks
from assistant.data_files import DATA
from assistant.replies import Replies
from assistant.types import Audience
from tests.assistant.helpers import reading

WRONG = "The final plan comes by week 26."


def writer(conflicts: list[tuple[str, str]]) -> AnswerWriter:
    def conflicted(document: str, conflict: Conflict) -> None:
        conflicts.append((document, conflict.check.card))

    checks = load_checks(DATA / "statutory_cards.yml")
    return AnswerWriter(Replies.load(DATA / "replies.yml"), checks, conflicted, lambda: date(2026, 11, 27))


def test_a_second_page_is_named_and_cited() -> None:
    best = reading("Families pay £300 a year.", score=1.0)
    other = reading("Ask the travel team about fares.", score=0.5, rank=2, document="fares", headings=("Fares", "Help"))
    text, cited = writer([]).write([best, other], Audience.PARENT)
    assert text == "Families pay £300 a year.\n\nThis may help too. It is from “Fares”:\n\nAsk the travel team about fares."
    assert [each.document for each in cited] == ["page", "fares"]


def test_more_of_the_same_page_stands_under_its_heading_and_is_cited_once() -> None:
    best = reading("word " * 108 + "end.", score=1.0)
    more = reading("Ask the travel team about fares.", score=0.5, rank=2, headings=("Page", "Help"))
    text, cited = writer([]).write([best, more], Audience.YOUNG_PERSON)
    assert text.endswith("\n\nThe same page also says this, under “Help”:\n\nAsk the travel team about fares.")
    assert [each.document for each in cited] == ["page"]


def test_a_second_page_that_contradicts_the_law_is_left_out_and_kept_for_staff() -> None:
    conflicts: list[tuple[str, str]] = []
    best = reading("We write the plan with you.", score=1.0)
    text, cited = writer(conflicts).write([best, reading(WRONG, score=0.9, rank=2, document="old")], Audience.PARENT)
    assert (text, [each.document for each in cited]) == ("We write the plan with you.", ["page"])
    assert conflicts == [("brookshire/old", "card-final-20w")]


def test_a_card_wins_over_the_best_page_and_stands_alone() -> None:
    conflicts: list[tuple[str, str]] = []
    other = reading("Ask the travel team about fares.", score=0.9, rank=2, document="fares")
    text, cited = writer(conflicts).write([reading(WRONG, score=1.0), other], Audience.PARENT)
    assert "20 weeks" in text
    assert "fares" not in text
    assert [each.document for each in cited] == ["card-final-20w", "page"]
    assert conflicts == [("brookshire/page", "card-final-20w")]
