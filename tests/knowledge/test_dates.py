from datetime import date

import pytest

from knowledge.dates import find_dates, parse_date


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
    assert find_dates("A page", f"Some words.\n\n{text}\n\nMore words.").updated == updated


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
