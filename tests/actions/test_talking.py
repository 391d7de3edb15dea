"""The actions run by rasa-sdk's own executor over the sample area."""

import asyncio
from typing import Any

import pytest
from rasa_sdk.executor import ActionExecutor

from actions.talking import ACTIONS
from assistant.talk import Talk
from signpost.settings import Settings
from signpost.wiring import Workshop
from store.records import NoRecorder
from tests.conftest import DATA


@pytest.fixture(scope="module")
def executor() -> ActionExecutor:
    executor = ActionExecutor()
    talk = Talk(Workshop(Settings(data=DATA)).assistant(NoRecorder()))
    for kind in ACTIONS:
        executor.register_action(kind(talk, "larkmere"))
    return executor


def run(executor: ActionExecutor, text: str, action: str = "action_answer", **slots: object) -> dict[str, Any]:
    tracker = {
        "sender_id": "test", "slots": {"area": "larkmere", **slots}, "latest_message": {"text": text}, "events": [],
        "paused": False, "followup_action": None, "active_loop": {}, "latest_action_name": None,
    }  # fmt: skip
    call = {"next_action": action, "sender_id": "test", "tracker": tracker, "domain": {"version": "3.1"}}
    result = asyncio.run(executor.run(call))
    assert result is not None
    return {
        "responses": result.responses,
        "slots": {each["name"]: each["value"] for each in result.events if each["event"] == "slot"},
    }


def test_a_channel_gets_text_with_its_source(executor: ActionExecutor) -> None:
    result = run(executor, "How much is a session at the Otters Saturday club?")
    message = result["responses"][0]
    assert "£6" in message["text"]
    assert "From: Otters Saturday club" in message["text"]
    assert message["custom"]["kind"] == "answer"
    assert message["custom"]["citations"][0]["document"] == "lo-saturday-club"
    assert result["slots"]["last_kind"] == "answer"


def test_a_young_person_gets_their_own_card(executor: ActionExecutor) -> None:
    message = run(executor, "i want to die", audience="young_person")["responses"][0]
    assert message["custom"]["kind"] == "safeguarding"
    assert "0800 1111" in message["text"]


def test_slots_keep_redacted_words_only(executor: ActionExecutor) -> None:
    slots = run(executor, "who is the senco, my number is 07700 900123 and my son is Bartholomew")["slots"]
    assert slots["last_question"]
    assert "07700" not in str(slots)


def test_a_disclosure_leaves_nothing_in_the_slots(executor: ActionExecutor) -> None:
    slots = run(executor, "my dad hits me", "action_safeguarding", last_question="how much is the club", pending="x")["slots"]
    assert slots["last_question"] is None
    assert slots["pending"] is None


def test_metadata_says_where_until_a_slot_does(executor: ActionExecutor) -> None:
    tracker = {
        "sender_id": "test", "slots": {}, "events": [], "paused": False, "followup_action": None, "active_loop": {},
        "latest_message": {"text": "how long do the groups go on", "metadata": {"area": "larkmere", "setting": "millbrook"}},
        "latest_action_name": None,
    }  # fmt: skip
    call = {"next_action": "action_answer", "sender_id": "t", "tracker": tracker, "domain": {"version": "3.1"}}
    result = asyncio.run(executor.run(call))
    assert result is not None
    assert result.responses[0]["custom"]["citations"][0]["document"] == "millbrook-sen-report"
