"""The actions run by rasa-sdk's own executor over the sample area."""

import asyncio
from dataclasses import replace
from typing import Any, NoReturn

import pytest
from rasa_sdk.executor import ActionExecutor

from actions.talking import ACTIONS
from assistant.talk import Talk
from assistant.turn import Assistant
from signpost.settings import Settings
from signpost.wiring import Workshop
from store.records import NoRecorder
from tests.conftest import DATA


class Broken:
    """Fails, as a part may, and says in its error what was typed."""

    def encode(self, texts: list[str]) -> NoReturn:
        raise TypeError(str(texts))

    def screen(self, text: str) -> NoReturn:
        raise KeyError(text)


@pytest.fixture(scope="module")
def assistant() -> Assistant:
    return Workshop(Settings(data=DATA)).assistant(NoRecorder())


@pytest.fixture(scope="module")
def executor(assistant: Assistant) -> ActionExecutor:
    return executing(Talk(assistant))


def executing(talk: Talk) -> ActionExecutor:
    executor = ActionExecutor()
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


def test_a_message_that_could_not_be_read_is_taken_for_a_question(assistant: Assistant, caplog: pytest.LogCaptureFixture) -> None:
    for parts in (replace(assistant.parts, encoder=Broken()), replace(assistant.parts, safety=Broken())):  # type: ignore[arg-type]
        assert Talk(Assistant(parts)).parse("does Tyler get transport", "larkmere").intent == "faq"
    assert "TypeError" in caplog.text
    assert "KeyError" in caplog.text
    assert "Tyler" not in caplog.text


@pytest.mark.parametrize(
    ("part", "action"),
    [
        ("safety", "action_answer"), ("encoder", "action_answer"), ("encoder", "action_contact_person"),
        ("encoder", "action_choose_reading"), ("encoder", "action_feedback"), ("encoder", "action_explain_words"),
    ],
)  # fmt: skip
def test_whatever_fails_the_family_is_told_who_helps(
    assistant: Assistant, caplog: pytest.LogCaptureFixture, part: str, action: str
) -> None:
    broken = executing(Talk(Assistant(replace(assistant.parts, **{part: Broken()}))))  # type: ignore[arg-type]
    result = run(broken, "does Tyler get transport", action, last_question="is there a club for Tyler", last_kind="answer")
    reply = result["responses"][-1]["custom"]
    assert reply["reason"] == "failed"
    assert "ring 999" in reply["text"]
    assert reply["contacts"][0]["phone"]
    assert result["slots"]["last_kind"] == "handoff"
    assert "Error in" in caplog.text
    assert "Tyler" not in caplog.text
