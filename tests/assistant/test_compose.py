from datetime import date

from assistant.compose import MOST_WORDS, StaleWords, answer_shown, citation
from tests.assistant.helpers import reading

WORDS = StaleWords("was due {date}", "old: {date}")


def test_a_short_passage_is_shown_whole_in_its_own_layout() -> None:
    text = "You can get:\n- a bus pass\n- a travel trainer\n\nAsk by May."
    assert answer_shown([reading(text)]).text == text


def test_a_long_passage_is_cut_to_the_sentences_that_answer() -> None:
    filler = " ".join(f"Filler number {n} has some words in it." for n in range(14))
    text = f"{filler} Families pay £300 a year. It is due in three parts. {filler}"
    shown = answer_shown([reading(text, {"Families pay": 0.9, "It is due": 0.7})]).text
    assert "Families pay £300 a year. It is due in three parts." in shown
    assert len(shown.split()) <= MOST_WORDS
    assert not shown.startswith("Filler number 0")


def test_a_list_keeps_the_line_that_opens_it() -> None:
    items = "\n".join(f"- item {n} " + "word " * 12 for n in range(12))
    shown = answer_shown([reading(f"Bring these with you:\n{items}", {"- item 9": 0.9})]).text
    assert shown.startswith("Bring these with you:\n- item")
    assert "item 9" in shown


def test_a_source_past_its_review_date_is_marked() -> None:
    today = date(2026, 11, 24)
    past = citation(reading("x y", review_by=date(2023, 9, 30), updated=date(2026, 1, 1)), today, WORDS)
    old = citation(reading("x y", updated=date(2025, 1, 31)), today, WORDS)
    fresh = citation(reading("x y", updated=date(2026, 1, 31)), today, WORDS)
    undated = citation(reading("x y"), today, WORDS)
    stale = [each.stale for each in (past, old, fresh, undated)]
    assert stale == ["was due 30 September 2023", "old: 31 January 2025", "", ""]
    assert (past.title, past.heading, past.owner) == ("Page", "Heading", "Brookshire Council")


def test_a_short_passage_brings_its_neighbours_from_the_same_page() -> None:
    best = reading("Families pay £300 a year.", score=1.0, rank=2, headings=("Travel", "Cost"))
    near = reading("Ask by 1 May.", score=0.9, rank=1, headings=("Travel", "When to ask"))
    far = reading("Nothing to do with it.", score=-2.5, rank=4)
    assert answer_shown([best, near, far]).text == "Cost\n\nFamilies pay £300 a year.\n\nWhen to ask\n\nAsk by 1 May."


def test_the_number_of_an_item_that_was_cut_off_is_not_shown() -> None:
    assert answer_shown([reading("7. How parents are asked. 8.")]).text == "7. How parents are asked."


def test_a_second_page_is_shown_when_it_is_nearly_as_likely() -> None:
    best = reading("Families pay £300 a year.", score=1.0)
    other = reading("Ask the travel team for help with fares.", score=-1.9, rank=2, document="fares")
    shown = answer_shown([best, other])
    assert (shown.text, shown.more, shown.more_text) == (best.hit.passage.text, other, other.hit.passage.text)
    assert shown.documents == ("page", "fares")
    further = reading("Ask the travel team for help with fares.", score=-2.1, rank=2, document="fares")
    assert answer_shown([best, further]).more is None


def test_an_answer_that_staff_wrote_stands_alone_and_is_not_a_second_page() -> None:
    page = reading("Families pay £300 a year.", score=1.0)
    written = reading("Ask us first.", score=0.9, rank=2, document="curated-1", kind="curated")
    assert answer_shown([page, written]).more is None
    assert answer_shown([written, page]).more is None


def test_of_a_second_page_at_most_sixty_words_are_shown() -> None:
    best = reading("Families pay £300 a year.", score=1.0)
    long = " ".join(f"Sentence number {n} says something else." for n in range(20))
    other = reading(long, {"Sentence number 9": 0.9}, score=0.5, rank=2, document="fares")
    shown = answer_shown([best, other])
    assert "Sentence number 9 " in shown.more_text
    assert len(shown.more_text.split()) <= 60
