"""The written conversations, held over HTTP with the real service, on both runners, turn by turn."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from signpost.rasa_server import RasaServer, rasa_server, trained_model
from tests.conversations.conftest import SECRET
from tests.conversations.held import Turn, conversations, differences, held
from tests.journeys.server import free_port, running

CONVERSATIONS = conversations()


def test_there_are_enough_conversations() -> None:
    assert len(CONVERSATIONS) >= 60
    assert sum(len(turns) for turns in CONVERSATIONS.values()) >= 250


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_in_process(in_process: httpx.Client, name: str) -> None:
    check(in_process, CONVERSATIONS[name])


@pytest.mark.rasa
@pytest.mark.parametrize("name", CONVERSATIONS)
def test_on_a_rasa_server(rasa: tuple[httpx.Client, RasaServer], name: str) -> None:
    check(rasa[0], CONVERSATIONS[name])


@pytest.mark.rasa
def test_the_rasa_server_did_the_work(rasa: tuple[httpx.Client, RasaServer]) -> None:
    assert rasa[0].get("/health").json()["notes"] == []


@pytest.mark.rasa
def test_the_rasa_server_forgets_a_deleted_conversation_too(rasa: tuple[httpx.Client, RasaServer]) -> None:
    client, server = rasa
    token = client.post("/api/v1/conversations", json={"area": "larkmere"}).json()["conversation"]
    headers = {"Authorization": f"Bearer {token}"}
    asked = {"sender": f"chat:{token}", "message": "/repeat", "metadata": {"area": "larkmere"}}

    def repeated() -> str:
        return str(httpx.post(f"{server.url}/webhooks/rest/webhook", json=asked, timeout=30).json()[-1]["custom"]["text"])

    client.post("/api/v1/conversation/messages", json={"text": "how much is a session at the Otters"}, headers=headers)
    assert "£6" in repeated()
    assert client.delete("/api/v1/conversation", headers=headers).status_code == 204
    assert "no answer to show" in repeated()


@pytest.mark.rasa
def test_if_rasa_is_not_there_the_other_runner_answers(data: Path) -> None:
    nobody = free_port()
    with (
        running(data, SIGNPOST_RASA_URL=f"http://127.0.0.1:{nobody}", SIGNPOST_SHARED_SECRET=SECRET) as address,
        httpx.Client(base_url=address, timeout=30) as client,
    ):
        check(client, CONVERSATIONS["which school by typing"])
        assert any("Rasa server does not answer" in note for note in client.get("/health").json()["notes"])
        token = client.post("/api/v1/conversations", json={"area": "larkmere"}).json()["conversation"]
        gone = client.delete("/api/v1/conversation", headers={"Authorization": f"Bearer {token}"})
        assert (gone.status_code, "within an hour" in gone.json()["error"]) == (503, True)


@pytest.mark.rasa
@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP], ids=["is killed", "hangs"])
def test_if_rasa_fails_in_the_middle_the_other_runner_goes_on_and_new_conversations_are_rasa_s_again(
    data: Path, fault: signal.Signals
) -> None:
    ours, theirs = free_port(), free_port()
    more = {"SIGNPOST_RASA_URL": f"http://127.0.0.1:{theirs}", "SIGNPOST_SHARED_SECRET": SECRET, "SIGNPOST_RASA_SECONDS": "4"}
    with running(data, port=ours, **more) as address, httpx.Client(base_url=address, timeout=30) as client:
        talk = Talk(client)
        with rasa_server(trained_model(), theirs, address, SECRET) as server:
            assert talk.say("my daughter goes to Millbrook")["setting"] == "millbrook"
            assert talk.say("who is the senco")["replies"][-1]["contacts"][0]["key"] == "senco"
            assert notes(client) == []
            os.kill(server.process, fault)
            began = time.monotonic()
            assert talk.say("do all his teachers know what helps him")["setting"] == "millbrook"  # Rasa kept it; so did we
            assert time.monotonic() - began < 8
            assert any("Rasa server does not answer" in note for note in notes(client))
            assert talk.say("change to Kestrel please")["setting"] == "kestrel"
            if fault == signal.SIGSTOP:
                os.kill(server.process, signal.SIGCONT)
                assert asked_again(client)
        if fault == signal.SIGKILL:
            with rasa_server(trained_model(), theirs, address, SECRET):
                assert asked_again(client)
        assert talk.say("who is the senco")["setting"] == "kestrel"  # not Millbrook, where Rasa left off


class Talk:
    """One conversation."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        token = client.post("/api/v1/conversations", json={"area": "larkmere"}).json()["conversation"]
        self._headers = {"Authorization": f"Bearer {token}"}

    def say(self, text: str) -> dict[str, Any]:
        """The answer to a message."""
        answer = self._client.post("/api/v1/conversation/messages", json={"text": text}, headers=self._headers)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


def notes(client: httpx.Client) -> list[str]:
    found: list[str] = client.get("/health").json()["notes"]
    return found


def asked_again(client: httpx.Client) -> bool:
    """Whether a Rasa server that failed is asked again within a minute, by new conversations."""
    for _ in range(10):
        time.sleep(6)
        Talk(client).say("thanks")
        if not notes(client):
            return True
    return False


def check(client: httpx.Client, turns: list[Turn]) -> None:
    wrong = [f"{turn.said!r}: {difference}" for turn, answer in held(client, turns) for difference in differences(turn, answer)]
    assert not wrong
