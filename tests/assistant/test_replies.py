from pathlib import Path

import pytest
import yaml

from assistant.errors import DataError
from assistant.replies import Replies
from assistant.types import Audience, Reason

REPLIES = Replies.load(Path("assistant/data/replies.yml"))
_NOT_HANDED_OVER = {
    Reason.CONFIDENT, Reason.WORD_EXPLAINED, Reason.WHICH_SETTING, Reason.CLOSE_READINGS, Reason.OUT_OF_SCOPE, Reason.OTHER_LANGUAGE,
    Reason.DISCLOSURE,
}  # fmt: skip


@pytest.mark.parametrize("audience", list(Audience))
@pytest.mark.parametrize("reason", sorted(set(Reason) - _NOT_HANDED_OVER))
def test_every_reason_to_hand_over_has_a_sentence(reason: Reason, audience: Audience) -> None:
    said = REPLIES.say(f"handoff.{reason.value}", audience, contact="Brook Advice")
    assert "Brook Advice" in said


def test_a_missing_sentence_is_named() -> None:
    with pytest.raises(DataError, match=r"no sentence 'handoff.nonsense' for young_person"):
        REPLIES.say("handoff.nonsense", Audience.YOUNG_PERSON)


def test_every_sentence_for_two_audiences_has_both() -> None:
    def walk(node: object, path: str = "") -> None:
        if isinstance(node, dict):
            if {"parent", "young_person"} & node.keys():
                assert {"parent", "young_person"} <= node.keys(), path
            for key, child in node.items():
                walk(child, f"{path}.{key}")

    walk(yaml.safe_load(Path("assistant/data/replies.yml").read_text(encoding="utf-8")))


def test_the_emergency_card_prints_only_checked_numbers_and_no_hours() -> None:
    for audience in Audience:
        card = REPLIES.say("safeguarding.card", audience, safeguarding="the team on 01632 960003", out_of_hours="01632 960004")
        for number in ("999", "116 123", "85258", "111"):
            assert number in card
        assert "Nobody is reading it" in card
        assert "am to" not in card
        assert "24 hour" not in card
