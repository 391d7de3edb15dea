"""The written conversations, held over HTTP with the real service, on both runners, turn by turn."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from signpost.rasa_server import RasaServer, rasa_server, trained_model
from tests.conftest import DATA
from tests.conversations.held import Turn, conversations, differences, held
from tests.journeys.server import free_port, running

CONVERSATIONS = conversations()
SECRET = "only-for-this-test"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("conversations") / "data"
    shutil.copytree(DATA, folder, ignore=shutil.ignore_patterns("cal*"))
    return folder


@pytest.fixture(scope="module")
def in_process(data: Path) -> Iterator[httpx.Client]:
    with (
        running(data, SIGNPOST_CLIENT_MESSAGES_A_MINUTE="100000") as address,
        httpx.Client(base_url=address, timeout=30) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def rasa(data: Path) -> Iterator[tuple[httpx.Client, RasaServer]]:
    ours, theirs = free_port(), free_port()
    more = {
        "SIGNPOST_CLIENT_MESSAGES_A_MINUTE": "100000", "SIGNPOST_SHARED_SECRET": SECRET,
        "SIGNPOST_RASA_URL": f"http://127.0.0.1:{theirs}", "SIGNPOST_RASA_SECONDS": "20",
    }  # fmt: skip
    with (
        rasa_server(trained_model(), theirs, f"http://127.0.0.1:{ours}", SECRET) as server,
        running(data, port=ours, **more) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        yield client, server


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
def test_if_rasa_dies_the_other_runner_answers(data: Path) -> None:
    nobody = free_port()
    with (
        running(data, SIGNPOST_RASA_URL=f"http://127.0.0.1:{nobody}", SIGNPOST_SHARED_SECRET=SECRET) as address,
        httpx.Client(base_url=address, timeout=30) as client,
    ):
        check(client, CONVERSATIONS["which school by typing"])
        assert any("Rasa server does not answer" in note for note in client.get("/health").json()["notes"])


@pytest.mark.rasa
def test_if_rasa_hangs_the_other_runner_answers_in_its_time_and_rasa_is_asked_again_later(
    data: Path, rasa: tuple[httpx.Client, RasaServer]
) -> None:
    _, server = rasa
    more = {"SIGNPOST_RASA_URL": server.url, "SIGNPOST_SHARED_SECRET": SECRET, "SIGNPOST_RASA_SECONDS": "2"}
    with running(data, **more) as address, httpx.Client(base_url=address, timeout=30) as client:
        os.kill(server.process, signal.SIGSTOP)
        try:
            began = time.monotonic()
            check(client, [Turn("what clubs are there", "clarify", {})])
            assert time.monotonic() - began < 10
            time.sleep(6)
            notes = client.get("/health").json()["notes"]
            assert any("Rasa server does not answer" in note for note in notes)
        finally:
            os.kill(server.process, signal.SIGCONT)
        for _ in range(10):
            time.sleep(6)
            check(client, [Turn("thanks", "smalltalk", {})])
            if not any("Rasa" in note for note in client.get("/health").json()["notes"]):
                return
        pytest.fail("the Rasa server was not asked again")


def check(client: httpx.Client, turns: list[Turn]) -> None:
    wrong = [f"{turn.said!r}: {difference}" for turn, answer in held(client, turns) for difference in differences(turn, answer)]
    assert not wrong
