"""The numbers to ring now, whatever is known of an area's own team."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.emergency import emergency_words
from assistant.replies import Replies
from assistant.types import Audience
from knowledge.types import Contact
from tests.assistant.helpers import CONTACTS, area

REPLIES = Replies.load(Path("assistant/data/replies.yml"))
TEAM = CONTACTS["safeguarding"]


@pytest.mark.parametrize(
    ("team", "named", "closed"),
    [
        (TEAM, "Brookshire Front Door on 01632 960003", "01632 960004"),
        (replace(TEAM, out_of_hours_phone=""), "Brookshire Front Door on 01632 960003", "01632 960003"),
        (replace(TEAM, phone=""), "Brookshire Front Door on 01632 960004", "01632 960004"),
        (replace(TEAM, name="", role="Duty desk"), "Duty desk on 01632 960003", "01632 960004"),
        (replace(TEAM, name="", phone=""), "the council's children's team on 01632 960004", "01632 960004"),
        (Contact("", email="mash@brookshire.example"), "the council's children's team", "999"),
        (Contact("Front Door", email="mash@brookshire.example"), "the council's children's team", "999"),
    ],
)
@pytest.mark.parametrize("path", ["safeguarding.card", "summary.harm"])
@pytest.mark.parametrize("audience", list(Audience))
def test_no_place_for_a_number_is_empty(team: Contact, named: str, closed: str, path: str, audience: Audience) -> None:
    said = emergency_words(path, area(**{**CONTACTS, "safeguarding": team}), REPLIES, audience)
    assert named in said
    assert f"If the office is closed: {closed}" in said
    assert " on ," not in said
    assert ": ," not in said
    assert " on \n" not in said
