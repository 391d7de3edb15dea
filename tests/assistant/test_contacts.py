from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from assistant.contacts import Route, cards_for, choose_subject, display_name, load_routes, subject_said
from assistant.errors import DataError
from assistant.message_model import GramWeights, MessageModel
from assistant.replies import Replies
from tests.assistant.helpers import ASH, CONTACTS, ELM, OAK, area, understanding

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
        ("health", OAK, "health"), ("safety", OAK, "safeguarding"), ("never heard of", OAK, "senco"),
    ],
)  # fmt: skip
def test_the_subject_and_the_setting_choose_the_contact(subject: str, setting: object, first: str) -> None:
    cards = cards_for(subject, area(), setting, ROUTES, REPLIES)  # type: ignore[arg-type]
    assert cards[0].key == first


@pytest.mark.parametrize("subject", [route.subject for route in ROUTES if route.quarrel])
def test_a_quarrel_never_goes_to_the_school(subject: str) -> None:
    assert "senco" not in {card.key for card in cards_for(subject, area(), OAK, ROUTES, REPLIES)}


class Likely(MessageModel):
    """A model that says what it is told to."""

    def __init__(self, **shares: float) -> None:
        none = np.zeros((1, 1), dtype=np.float32)
        super().__init__("", tuple(shares), none, none[0], GramWeights({}, none[0], none), 0.25)
        object.__setattr__(self, "shares", shares)

    def probabilities(self, text: str, vector: object) -> Mapping[str, float]:
        shares: Mapping[str, float] = self.shares  # type: ignore[attr-defined]
        return shares


@pytest.mark.parametrize(
    ("text", "shares", "subject"),
    [
        ("who runs the choir", {"school": 0.9, "complaint": 0.1}, "school"),
        ("they moved him again", {"school": 0.7, "complaint": 0.2, "exclusion": 0.1}, "complaint"),
        ("i want to complain about the bus", {"transport": 1.0}, "complaint"),
        ("his taxi is late and nobody told us", {"complaint": 1.0}, "transport"),
        ("they keep letting us down", {"school": 1.0}, "school"),
        ("they have let my son down", {"school": 1.0}, "complaint"),
        ("when is the next appeals evening", {"school": 1.0}, "appeal"),
    ],
)
def test_words_come_before_the_model_and_a_doubt_is_not_sent_to_the_school(
    text: str, shares: dict[str, float], subject: str
) -> None:
    assert choose_subject(understanding(text), np.zeros(1, dtype=np.float32), Likely(**shares), ROUTES) == subject


def test_a_gap_stands_for_at_most_four_words() -> None:
    routes = (Route("complaint", "sendiass", words=("let .. down", "complain*")),)
    assert subject_said("They've LET my poor little boy down!", routes) is routes[0]
    assert subject_said("we let the cat out and he fell down", routes) is None
    assert subject_said("a complaint", routes) is routes[0]
    assert subject_said("don't complain", routes) is routes[0]


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("what are the side effects of his adhd meds", "medicine"), ("does melatonin have side effects", "medicine"),
        ("can i stop giving melatonin", "medicine"), ("will they stop giving him free school transport at 16", "transport"),
        ("what side effects will moving schools have", ""), ("they stop giving her speech therapy", ""),
    ],
)  # fmt: skip
def test_only_what_names_a_medicine_is_about_one(text: str, subject: str) -> None:
    route = subject_said(text, ROUTES)
    assert (route.subject if route else "") == subject


def test_a_medicine_is_for_the_nhs_and_then_for_sendiass() -> None:
    assert [card.key for card in cards_for("medicine", area(), OAK, ROUTES, REPLIES)] == ["medicine", "sendiass"]


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
