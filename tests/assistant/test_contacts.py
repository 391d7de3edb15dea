from pathlib import Path

import pytest

from assistant.contacts import cards_for, display_name, load_routes
from assistant.errors import DataError
from assistant.replies import Replies
from tests.assistant.helpers import ASH, CONTACTS, ELM, OAK, area

DATA = Path("assistant/data")
ROUTES = load_routes(DATA / "routing.yml")
REPLIES = Replies.load(DATA / "replies.yml")


@pytest.mark.parametrize(
    ("subject", "setting", "first"),
    [
        ("school", OAK, "senco"), ("school", ELM, "senco"), ("school", ASH, "sendiass"), ("school", None, "sendiass"),
        ("", OAK, "senco"), ("", None, "sendiass"), ("appeal", OAK, "sendiass"), ("plan", OAK, "sendiass"),
        ("exclusion", OAK, "sendiass"), ("complaint", OAK, "sendiass"), ("complaint", None, "sendiass"),
        ("transport", OAK, "send_team"), ("short_breaks", None, "send_team"), ("case_status", OAK, "send_team"),
        ("health", OAK, "sendiass"), ("safety", OAK, "safeguarding"), ("never heard of", OAK, "senco"),
    ],
)  # fmt: skip
def test_the_subject_and_the_setting_choose_the_contact(subject: str, setting: object, first: str) -> None:
    cards = cards_for(subject, area(), setting, ROUTES, REPLIES)  # type: ignore[arg-type]
    assert cards[0].key == first


def test_a_complaint_never_goes_to_the_school() -> None:
    keys = {card.key for card in cards_for("complaint", area(), OAK, ROUTES, REPLIES)}
    assert "senco" not in keys


def test_there_is_always_somebody() -> None:
    only = area(send_team=CONTACTS["send_team"])
    for subject in ("school", "appeal", "health", "complaint", ""):
        assert cards_for(subject, only, None, ROUTES, REPLIES)


def test_a_role_without_a_name_is_named_by_its_role() -> None:
    assert display_name(OAK.contact, OAK) == "Ada Finch, SENCO at Oak Primary School"
    assert display_name(ELM.contact, ELM) == "the Head of Learning Support at Elm College"


def test_a_wrong_line_in_the_table_is_named(tmp_path: Path) -> None:
    path = tmp_path / "routing.yml"
    path.write_text("- {subject: x, contact: mayor}\n", encoding="utf-8")
    with pytest.raises(DataError, match="line 1: contact 'mayor'"):
        load_routes(path)
