"""One shape of error for every status, and a description with an example for every shape."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text

from api import guard, schemas
from api.app import create_app
from api.examples import EXAMPLES
from signpost.service import make_service
from signpost.settings import Settings
from signpost.wiring import Workshop
from tests.conftest import DATA

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def app() -> FastAPI:
    """The real application, with four addresses that go wrong before all others."""
    app = create_app(make_service(Workshop(Settings(data=DATA, client_messages_a_minute=5))))
    ours = len(app.router.routes)

    @app.get("/api/v1/broken")
    def broken() -> None:
        raise RuntimeError("the words of a family")

    @app.get("/api/v1/full")
    def full() -> None:
        with create_engine("sqlite://").begin() as connection:
            connection.execute(text("PRAGMA max_page_count = 2"))
            connection.execute(text("CREATE TABLE words (said)"))
            connection.execute(text("INSERT INTO words VALUES (zeroblob(100000))"))

    @app.get("/api/v1/slow")
    def slow() -> None:
        time.sleep(0.5)

    @app.get("/api/v1/waits")
    async def waits() -> None:
        await asyncio.sleep(30)

    app.router.routes[:] = [*app.router.routes[ours:], *app.router.routes[:ours]]
    return app


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize(
    ("status", "method", "path", "how"),
    [
        (400, "POST", "conversations", {"content": b'{"area": "\xff"}', "headers": JSON}),
        (400, "POST", "conversations", {"content": b"[" * 30_000, "headers": JSON}),
        (401, "POST", "conversation/messages", {"json": {"text": "hello"}}),
        (401, "DELETE", "conversation", {}),
        (403, "GET", "areas", {"headers": {"Origin": "https://evil.example"}}),
        (404, "GET", "nothing", {}),
        (404, "GET", "areas/nowhere", {}),
        (405, "GET", "conversations", {}),
        (405, "PUT", "conversation", {}),
        (413, "POST", "conversations", {"content": b"x" * 70_000, "headers": JSON}),
        (413, "POST", "conversations", {"content": iter([b"{", b"}"]), "headers": JSON}),
        (415, "POST", "conversations", {"data": {"area": "larkmere"}}),
        (415, "POST", "conversations", {"content": b'{"area": "larkmere"}'}),
        (422, "POST", "conversations", {}),
        (422, "POST", "conversations", {"content": b'{"area":', "headers": JSON}),
        (422, "POST", "conversations", {"json": {"area": "larkmere", "audience": "cat"}}),
        (500, "GET", "broken", {}),
    ],
)
def test_every_error_has_one_shape(client: TestClient, status: int, method: str, path: str, how: dict[str, Any]) -> None:
    answer = client.request(method, f"/api/v1/{path}", **how)
    assert answer.status_code == status
    body = answer.json()
    assert set(body) == {"ok", "error", "errors", "status"}
    assert (body["ok"], body["status"]) == (False, status)
    assert body["error"][0].isupper() or body["error"].startswith("no area")
    assert "Runtime" not in answer.text
    assert "family" not in answer.text
    assert all(not line.startswith(":") for line in body["errors"])


@pytest.mark.parametrize("path", ["slow", "waits"])
def test_what_takes_too_long_is_given_up(client: TestClient, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setattr(guard, "_LONGEST", 0.2)
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 503
    assert answer.json()["error"].startswith("This took too long")


def test_who_meets_a_full_database_is_told_to_try_again(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    answer = client.get("/api/v1/full")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "60"
    assert answer.json()["error"].startswith("We can't save")
    assert "words" not in answer.text + caplog.text


def test_too_many_are_told_when_to_come_back(client: TestClient) -> None:
    answers = [client.post("/api/v1/conversations", json={"area": "larkmere"}) for _ in range(6)]
    assert answers[-1].status_code == 429
    assert answers[-1].headers["retry-after"] == "60"
    assert answers[-1].json()["error"]


def test_every_address_describes_its_errors_and_has_an_example(client: TestClient) -> None:
    description = client.get("/api/v1/openapi.json").json()
    shapes = description["components"]["schemas"]
    assert [name for name, shape in shapes.items() if shape["type"] == "object" and not shape.get("examples")] == []
    for path, methods in description["paths"].items():
        for method, what in methods.items():
            if path.startswith("/api/v1/") and not path.endswith(("/broken", "/full", "/slow", "/waits")):
                assert {"404", "405", "413", "415", "422", "429", "500", "503"} <= set(what["responses"]), (method, path)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_keeps_to_its_shape(name: str) -> None:
    shape = getattr(schemas, name)
    assert set(EXAMPLES[name]) <= set(shape.model_fields)
    shape.model_validate(EXAMPLES[name])
