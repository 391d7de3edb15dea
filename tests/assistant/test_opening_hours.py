"""When an office opens again; and never a time that is not in its hours."""

from datetime import UTC, datetime, time
from pathlib import Path

import pytest
import yaml

from assistant.opening_hours import LONDON, Span, is_open, opens_next, read_hours, spoken


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


OFFICE = "Monday to Thursday, 9.30am to 3pm; leave a message at other times"


@pytest.mark.parametrize(
    ("hours", "now", "opens"),
    [
        (OFFICE, "2026-11-27 10:00", "Monday 30 November at 9.30am"),  # a Friday
        (OFFICE, "2026-11-26 15:00", "Monday 30 November at 9.30am"),
        (OFFICE, "2026-11-25 15:00", "Thursday 26 November at 9.30am"),
        (OFFICE, "2026-11-26 08:00", "Thursday 26 November at 9.30am"),
        ("Monday to Friday, 9am to 4.30pm", "2026-11-28 12:00", "Monday 30 November at 9am"),
        ("Monday to Friday, 9.30am to 12.30pm and 1.30pm to 4pm", "2026-11-27 12:45", "Friday 27 November at 1.30pm"),
        ("Monday, Tuesday, Thursday 9am to 4pm; Friday 9am to 1pm", "2026-11-25 10:00", "Thursday 26 November at 9am"),
        (
            "Monday, Tuesday and Thursday 9am to 4pm; Wednesday 12 noon to 7pm",
            "2026-11-24 18:00",
            "Wednesday 25 November at 12 noon",
        ),
        ("Saturday to Monday 10am-2pm", "2026-11-24 18:00", "Saturday 28 November at 10am"),
        ("Tuesdays 10am to 2pm. Closed on bank holidays.", "2026-11-24 14:00", "Tuesday 1 December at 10am"),
        ("MONDAY TO FRIDAY 9AM TO 5PM", "2027-06-30 20:00", "Thursday 1 July at 9am"),
    ],
)
def test_it_says_when_the_office_opens(hours: str, now: str, opens: str) -> None:
    read = read_hours(hours)
    assert not is_open(read, at(now))
    found = opens_next(read, at(now))
    assert found is not None
    assert spoken(found) == opens


@pytest.mark.parametrize("now", ["2026-11-26 09:30", "2026-11-26 14:59"])
def test_it_knows_when_the_office_is_open(now: str) -> None:
    assert is_open(read_hours(OFFICE), at(now))


def test_summer_time_counts() -> None:
    read = read_hours("Monday to Friday, 9am to 5pm")
    assert is_open(read, datetime(2026, 7, 1, 8, 30, tzinfo=UTC))
    assert not is_open(read, datetime(2026, 12, 1, 8, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    "hours",
    [
        "", "weekdays", "Monday to Friday 9am to 5pm in term time", "Monday to Friday 10am to 3pm; closed in August",
        "Monday to Friday 9am to 5pm (closed 12.30pm to 1.30pm)", "evening calls by arrangement", "Monday to Friday 9 to 5",
        "Monday to Thursday 10am to 3pm; Wednesday also 5pm to 7pm", "Monday 5pm to 9am", "Monday 13pm to 14pm", "24 hours",
        "Monday 9.75am to 5pm",
    ],
)  # fmt: skip
def test_hours_that_are_not_understood_to_the_last_word_are_left_as_they_are(hours: str) -> None:
    assert read_hours(hours) == ()
    assert opens_next((), at("2026-11-27 10:00")) is None


def test_the_hours_of_the_sample_area_are_understood() -> None:
    area = yaml.safe_load(Path("samples/larkmere/area.yml").read_text(encoding="utf-8"))
    assert all(read_hours(area[name]["hours"]) for name in ("sendiass", "send_team", "safeguarding"))
    assert read_hours(area["send_team"]["hours"])[0] == Span(0, time(9), time(16, 30))


def test_a_long_text_takes_no_time() -> None:
    assert read_hours("monday, " * 20_000) == ()
