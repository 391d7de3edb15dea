"""Syllables by hand, and texts whose level is known."""

import pytest

from assistant.reading_level import reading_age, syllables


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("a", 1), ("the", 1), ("cat", 1), ("help", 1), ("school", 1), ("make", 1), ("makes", 1), ("helped", 1), ("needed", 2),
        ("table", 2), ("little", 2), ("places", 2), ("wishes", 2), ("changes", 2), ("used", 1), ("wanted", 2), ("being", 2),
        ("child's", 1), ("teacher", 2), ("parents", 2), ("reading", 2), ("needs", 1), ("special", 2), ("education", 4),
        ("provision", 3), ("information", 4), ("assessment", 3), ("co", 1), ("they", 1), ("dates", 1), ("notes", 1), ("trained", 1),
        ("tables", 2), ("whiles", 1), ("dial", 2), ("partial", 2), ("serious", 3), ("people", 2), ("video", 3), ("station", 2),
    ],
)  # fmt: skip
def test_syllables(word: str, count: int) -> None:
    assert syllables(word) == count


def test_an_easy_text_is_for_the_young_and_a_hard_one_is_not() -> None:
    easy = "The cat sat on the mat. The dog ran to the tree."
    plain = "Talk to the class teacher first. If you are still worried, ask to see the SENCO. She works on Mondays."
    hard = (
        "Differentiated provision is implemented collaboratively following comprehensive multidisciplinary assessment, "
        "with interventions evaluated systematically in accordance with statutory responsibilities."
    )
    ages = [reading_age(text) for text in (easy, plain, hard)]
    assert ages[0] == 5
    assert ages[1] is not None and 6 <= ages[1] <= 10
    assert ages[2] is not None and ages[2] > 20


def test_a_list_is_read_line_by_line() -> None:
    run_on = "we help with reading and writing and maths and spelling and speech and language and moving and playing"
    listed = (
        "- we help with reading\n- and writing and maths\n- and spelling and speech\n- and language\n- and moving and playing"
    )
    first, second = reading_age(run_on), reading_age(listed)
    assert first is not None and second is not None
    assert second < first


def test_a_text_without_words_has_no_reading_age() -> None:
    assert reading_age("") is None
    assert reading_age("01632 960132") is None
