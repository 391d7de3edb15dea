from datetime import date

import pytest

from knowledge.dates import PageDates, find_dates, is_dated, parse_date

TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("text", "updated"),
    [
        ("Last updated: 14th July 2026", date(2026, 7, 14)),
        ("Page last reviewed 1 September 2025", date(2025, 9, 1)),
        ("Reviewed November 2025", date(2025, 11, 1)),
        ("Last updated on 03/11/2026", date(2026, 11, 3)),
        ("last modified: 2026-02-28", date(2026, 2, 28)),
        ("Policy reviewed by governors: 5 Oct 2024", date(2024, 10, 5)),
        ("Updated Monday 2nd March 2026", date(2026, 3, 2)),
        ("Date of issue: 09.01.25", date(2025, 1, 9)),
        ("Published on September 4, 2026", date(2026, 9, 4)),
        ("Last updated: 3rd Sept 2025", date(2025, 9, 3)),
        ("Version 2.1 (09/2025)", date(2025, 9, 1)),
        ("Version 03/2026", date(2026, 3, 1)),
        ("Reviewed: Spring term 2026", date(2026, 1, 1)),
    ],
)
def test_the_date_of_the_last_change_is_found_in_the_forms_that_pages_use(text: str, updated: date) -> None:
    assert find_dates("A page", f"Some words.\n\n{text}\n\nMore words.", TODAY).updated == updated


@pytest.mark.parametrize(
    ("title", "body", "review_by"),
    [
        ("Report", "Next review: September 2023", date(2023, 9, 30)),
        ("Report", "Review date: 31 August 2026", date(2026, 8, 31)),
        ("Five year strategy", "April 2018 - March 2023\n\nWords", date(2023, 3, 31)),
        ("SEN information report 2022-23", "Words", date(2023, 8, 31)),
        ("Report", "To be reviewed in July 2027", date(2027, 7, 31)),
        ("Report", "Review date: Autumn 2026", date(2026, 12, 31)),
    ],
)
def test_the_day_that_a_page_holds_until_is_found(title: str, body: str, review_by: date) -> None:
    assert find_dates(title, body).review_by == review_by


def test_the_next_review_is_not_the_last_change() -> None:
    assert find_dates("Report", "Next reviewed: September 2027").updated is None


@pytest.mark.parametrize("text", ["Open 9am to 5pm", "31/02/2026", "Call 01632 960001", ""])
def test_what_is_no_date_is_none(text: str) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize(
    ("sentence", "updated", "review_by"),
    [
        ("EHC plans must be reviewed by 15 February 2027", None, None),
        ("EHC plans must be reviewed by 15 February 2026", None, None),
        ("This page will be updated in September 2027", None, None),
        ("School places will be published on 1 March 2026", None, None),
        ("Plans should be checked and reviewed by 1 May 2025", None, None),
        ("Dates for next year are published on 1 March 2027", None, None),
        ("Last updated 3 Sep 2024. Your plan must be reviewed by 31 March 2026", date(2024, 9, 3), None),
        ("Last updated 3 Sep 2024\nSchool places were published on 1 March 2026", date(2024, 9, 3), None),
        ("Reviewed: 3 Sep 2024. The strategy was agreed in May 2025", date(2024, 9, 3), None),
        ("This policy was reviewed by governors on 12 November 2025", date(2025, 11, 12), None),
        ("Approved by Mrs. Reed on 3 May 2024", date(2024, 5, 3), None),
        ("Reviewed annually. Next review Summer 2026", None, date(2026, 8, 31)),
        ("Reviewed annually, next review Summer 2026", None, date(2026, 8, 31)),
        ("Review by 3 May 2027", None, date(2027, 5, 3)),
        ("To be reviewed by 3 May 2027", None, date(2027, 5, 3)),
    ],
)
def test_a_page_is_dated_by_what_it_says_of_itself(sentence: str, updated: date | None, review_by: date | None) -> None:
    assert find_dates("A page", f"Some words. {sentence}.", TODAY) == PageDates(updated, review_by)


def test_what_must_be_done_by_a_day_is_an_answer() -> None:
    assert not is_dated("EHC plans must be reviewed by 15 February 2027.")
    assert is_dated("This policy was last reviewed on 15 February 2026.")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025/09/03", date(2025, 9, 3)),
        ("2025.09.03", date(2025, 9, 3)),
        ("2025-9-13", date(2025, 9, 13)),
        ("2025-09-03T10:00:00Z", date(2025, 9, 3)),
        ("03/09/2025", date(2025, 9, 3)),
        ("2025/13/45", None),
    ],
)
def test_a_date_may_begin_with_its_year(text: str, day: date | None) -> None:
    assert parse_date(text) == day
