"""The service on both runners, each started once: in process, and beside a real Rasa server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from signpost.rasa_server import RasaServer, rasa_server, trained_model
from tests.conftest import copy_data
from tests.journeys.server import free_port, running

SECRET = "only-for-this-test"


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_data(tmp_path_factory.mktemp("conversations") / "data")


@pytest.fixture(scope="session")
def in_process(data: Path) -> Iterator[httpx.Client]:
    with (
        running(data, SIGNPOST_CLIENT_MESSAGES_A_MINUTE="100000") as address,
        httpx.Client(base_url=address, timeout=30) as client,
    ):
        yield client


@pytest.fixture(scope="session")
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
