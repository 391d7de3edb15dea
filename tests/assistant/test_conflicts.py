from pathlib import Path

import pytest

from assistant.conflicts import find_conflict, load_checks
from assistant.errors import DataError

CHECKS = load_checks(Path("assistant/data/statutory_cards.yml"))


@pytest.mark.parametrize(
    ("text", "card"),
    [
        ("If we decide that a plan is not needed, we write to tell you by week 14.", "card-no-plan-16w"),
        ("We tell you within eight weeks whether we will assess.", "card-ehcna-decision"),
        ("Please comment on the draft within 10 days.", "card-draft-15d"),
        ("The final plan comes by week 26.", "card-final-20w"),
        ("You must appeal within three months of our letter.", "card-appeal-2m-1m"),
    ],
)
def test_a_page_that_says_something_else_is_found(text: str, card: str) -> None:
    found = find_conflict(f"Some words first. {text}", CHECKS)
    assert found is not None
    assert found.check.card == card
    assert found.sentence == text


@pytest.mark.parametrize(
    "text",
    [
        "We tell you within six weeks whether we will assess.",
        "If we decide that a plan is not needed, we tell you within 16 weeks.",
        "The final plan comes by week 20.",
        "Travel training takes six to twelve weeks.",
        "You can appeal to the SEND Tribunal within two months of our letter, or one month from the certificate.",
    ],
)
def test_a_page_that_agrees_is_left_alone(text: str) -> None:
    assert find_conflict(text, CHECKS) is None


def test_a_wrong_check_names_its_card(tmp_path: Path) -> None:
    path = tmp_path / "cards.yml"
    path.write_text("cards:\n- {id: card-x, title: t, text: t, source: s, owner: o, check: {about: '(', number: a, is: [1]}}\n")
    with pytest.raises(DataError, match="card-x"):
        load_checks(path)
