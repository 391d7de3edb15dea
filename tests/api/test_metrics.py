"""What the service counts for Prometheus: off by itself, for whoever has the token, and without anybody's words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from api.app import create_app
from signpost.service import make_service
from signpost.settings import Settings
from signpost.wiring import Workshop
from tests.conftest import DATA

TOKEN = {"Authorization": "Bearer letmein"}


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    settings = Settings(data=DATA, metrics_token=SecretStr("letmein"))
    with TestClient(create_app(make_service(Workshop(settings)))) as client:
        yield client


def counted(client: TestClient) -> dict[str, float]:
    """Each number by its name and labels."""
    answer = client.get("/metrics", headers=TOKEN)
    assert answer.status_code == 200, answer.text
    families = text_string_to_metric_families(answer.text)
    return {
        " ".join((sample.name, *(f"{name}={value}" for name, value in sorted(sample.labels.items())))): sample.value
        for family in families
        for sample in family.samples
    }


def test_replies_and_times_are_counted(client: TestClient) -> None:
    before = counted(client)
    said = "how much is the otters club? my daughter is Florence"
    page = client.post("/larkmere/chat", data={"text": said})
    assert page.status_code == 200
    client.post("/webhooks/rest/webhook", json={"sender": "m", "message": "hello", "metadata": {"area": "larkmere"}})
    assert client.post("/api/v1/areas/larkmere/ask", json={"text": "how much is the otters club?"}).status_code == 200
    assert client.post("/api/v1/areas/nowhere/ask", json={"text": "hello"}).status_code == 404
    after = counted(client)
    for name, more in (
        ("signpost_replies_total area=larkmere kind=answer reason=confident", 2),
        ("signpost_replies_total area=larkmere kind=smalltalk reason=", 1),
        ("signpost_message_seconds_count", 3),
        ("signpost_failed_messages_total", 0),
    ):
        assert after[name] - before.get(name, 0) == more, name
    assert after["signpost_message_seconds_sum"] > before["signpost_message_seconds_sum"]
    assert after["process_resident_memory_bytes"] > 100_000_000
    assert after["signpost_stuck_hand_overs"] == 0
    assert "Florence" not in client.get("/metrics", headers=TOKEN).text


def test_a_message_that_fails_is_counted(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    service = client.app.state.service  # type: ignore[attr-defined]
    before = counted(client)["signpost_failed_messages_total"]

    async def fails(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(service.conversation.runner.within, "handle", fails)
    assert client.post("/larkmere/chat", data={"text": "hello"}).status_code == 500
    assert counted(client)["signpost_failed_messages_total"] == before + 1


def test_only_whoever_has_the_token_may_read_them(client: TestClient) -> None:
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401


def test_without_a_token_in_the_settings_they_are_off(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    state = client.app.state  # type: ignore[attr-defined]
    monkeypatch.setattr(state, "service", replace(state.service, metrics_token=""))
    answer = client.get("/metrics", headers=TOKEN)
    assert answer.status_code == 404
