"""The action run by rasa-sdk's own executor over the sample area."""

import asyncio
from typing import Any

import pytest
from rasa_sdk.executor import ActionExecutor

from actions.answer import ActionAnswer
from signpost.settings import Settings
from signpost.wiring import Workshop
from store.records import NoRecorder
from tests.conftest import DATA


@pytest.fixture(scope="module")
def executor() -> ActionExecutor:
    executor = ActionExecutor()
    executor.register_action(ActionAnswer(Workshop(Settings(data=DATA)).assistant(NoRecorder())))
    return executor


def run(executor: ActionExecutor, text: str, **slots: object) -> dict[str, Any]:
    tracker = {
        "sender_id": "test", "slots": {"area": "larkmere", **slots}, "latest_message": {"text": text}, "events": [],
        "paused": False, "followup_action": None, "active_loop": {}, "latest_action_name": None,
    }  # fmt: skip
    call = {"next_action": "action_answer", "sender_id": "test", "tracker": tracker, "domain": {}}
    result = asyncio.run(executor.run(call))
    return {"responses": result.responses, "events": result.events}


def test_a_channel_gets_text_with_its_source(executor: ActionExecutor) -> None:
    result = run(executor, "How much is a session at the Otters Saturday club?")
    message = result["responses"][0]
    assert "£6" in message["text"]
    assert "From: Otters Saturday club" in message["text"]
    assert message["custom"] == {"kind": "answer", "documents": ["lo-saturday-club"]}
    assert {"event": "slot", "timestamp": None, "name": "last_kind", "value": "answer"} in result["events"]


def test_a_young_person_gets_their_own_card(executor: ActionExecutor) -> None:
    message = run(executor, "i want to die", audience="young_person")["responses"][0]
    assert message["custom"]["kind"] == "safeguarding"
    assert "0800 1111" in message["text"]
