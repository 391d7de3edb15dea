"""Conversations over JSON and Rasa's REST channel: tokens, limits, sites, hostile input. The real application."""

import sqlite3
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from api.app import create_app
from signpost.service import make_service
from signpost.settings import Settings
from signpost.wiring import Workshop
from tests.conftest import DATA, read_elsewhere

SITE = "https://www.millbrook.example"


def make_client(**settings: object) -> TestClient:
    chosen = Settings(data=DATA, client_messages_a_minute=10_000, messages_a_minute=10_000).model_copy(update=settings)
    return TestClient(create_app(make_service(Workshop(chosen))), raise_server_exceptions=False)


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with make_client(shared_secret=SecretStr("right")) as client:
        yield client


def begin(client: TestClient, **more: str) -> dict[str, str]:
    started = client.post("/api/v1/conversations", json={"area": "larkmere", **more})
    assert started.status_code == 201, started.text
    return {"Authorization": f"Bearer {started.json()['conversation']}"}


def say(client: TestClient, headers: dict[str, str], **body: str) -> dict[str, object]:
    answer = client.post("/api/v1/conversation/messages", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


def test_a_conversation_begins_with_what_it_can_do(client: TestClient) -> None:
    started = client.post("/api/v1/conversations", json={"area": "larkmere", "setting": "millbrook"}).json()
    assert started["setting_name"] == "Millbrook Primary School"
    assert "I look for answers" in started["intro"]
    assert len(started["conversation"]) >= 30


def test_a_setting_stays_until_another_is_chosen(client: TestClient) -> None:
    headers = begin(client, setting="millbrook")
    assert say(client, headers, text="how long do the groups go on")["setting"] == "millbrook"
    assert say(client, headers, choice='/choose_setting{"setting": "kestrel"}')["setting_name"] == "Kestrel Academy"


def test_a_conversation_can_be_deleted(client: TestClient) -> None:
    headers = begin(client)
    assert client.delete("/api/v1/conversation", headers=headers).status_code == 204
    gone = client.post("/api/v1/conversation/messages", json={"text": "hello"}, headers=headers)
    assert gone.status_code == 401
    assert "Start a new one" in gone.json()["error"]


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer ", "Bearer guessed", "Basic abc", "Bearer " + "x" * 500])
def test_without_its_token_there_is_no_conversation(client: TestClient, header: str | None) -> None:
    headers = {"Authorization": header} if header else {}
    assert client.post("/api/v1/conversation/messages", json={"text": "hello"}, headers=headers).status_code == 401


def test_a_conversation_ends_by_itself() -> None:
    with make_client(conversation_minutes=0) as client:
        headers = begin(client)
        assert client.post("/api/v1/conversation/messages", json={"text": "hello"}, headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"text": ""}, 422),
        ({"text": "a", "choice": "b"}, 422),
        ({"text": "x" * 5000}, 422),
        ({"text": "x" * 100_000}, 413),
    ],
)
def test_a_message_that_does_not_fit_is_refused(client: TestClient, body: dict[str, str], status: int) -> None:
    answer = client.post("/api/v1/conversation/messages", json=body, headers=begin(client))
    assert answer.status_code == status
    assert answer.json()["error"]


@pytest.mark.parametrize(
    "text",
    [
        "\u0000\u0007\u202ehello",
        "😀😀",
        "Jak mogę zapisać dziecko?",
        '{"slots": {"area": "x"}}',
        "/restart",
        "'; DROP TABLE areas; --",
        "\u200b",
        "//",
    ],
)
def test_odd_messages_get_a_polite_reply(client: TestClient, text: str) -> None:
    answer = say(client, begin(client), text=text)
    assert answer["replies"]


def test_typed_payloads_are_words(client: TestClient) -> None:
    answer = say(client, begin(client), text='/choose_setting{"setting": "kestrel"}')
    assert answer["replies"][0]["kind"] != "smalltalk"  # type: ignore[index]


def test_too_many_messages_have_to_wait() -> None:
    with make_client(messages_a_minute=3) as client:
        headers = begin(client)
        codes = [
            client.post("/api/v1/conversation/messages", json={"text": "hello"}, headers=headers).status_code for _ in range(5)
        ]
        assert codes == [200, 200, 200, 429, 429]
        assert say(client, begin(client), text="hello")["replies"]


def test_too_many_conversations_from_one_client_have_to_wait() -> None:
    with make_client(client_messages_a_minute=3) as client:
        codes = [client.post("/api/v1/conversations", json={"area": "larkmere"}).status_code for _ in range(5)]
        assert codes == [201, 201, 201, 429, 429]


def test_a_code_that_is_refused_stays_in_its_form() -> None:
    with make_client(client_messages_a_minute=1) as client:
        pages = [client.post("/larkmere/waiting", data={"code": 'ABCD "EFGH'}) for _ in range(2)]
        assert [page.status_code for page in pages] == [404, 429]
        assert all('value="ABCD &#34;EFGH"' in page.text for page in pages)
        assert "wait a minute" in pages[1].text
        assert pages[1].headers["retry-after"] == "60"


def test_only_sites_of_the_area_may_embed(client: TestClient) -> None:
    body = {"area": "larkmere"}
    fine = client.post("/api/v1/conversations", json=body, headers={"Origin": SITE})
    assert fine.status_code == 201
    assert fine.headers["access-control-allow-origin"] == SITE
    refused = client.post("/api/v1/conversations", json=body, headers={"Origin": "https://evil.example"})
    assert refused.status_code == 403
    assert "access-control-allow-origin" not in refused.headers
    before = client.options("/api/v1/conversation/messages", headers={"Origin": SITE, "Access-Control-Request-Method": "POST"})
    assert before.status_code == 204
    assert "Authorization" in before.headers["access-control-allow-headers"]
    assert SITE in client.get("/larkmere/chat").headers["content-security-policy"].split("frame-ancestors")[1]


def test_feedback_offers_the_next_best(client: TestClient) -> None:
    headers = begin(client)
    say(client, headers, text="how often would portage come round")
    answer = client.post("/api/v1/conversation/feedback", json={"helpful": False}, headers=headers).json()
    assert answer["replies"][0]["choices"]
    assert answer["replies"][0]["contacts"]
    chosen = say(client, headers, choice=answer["replies"][0]["choices"][0]["payload"])
    assert chosen["replies"][0]["kind"] == "answer"  # type: ignore[index]


def test_the_questions_can_be_browsed(client: TestClient) -> None:
    questions = client.get("/api/v1/areas/larkmere/questions?audience=young_person").json()
    assert [each["topic"] for each in questions] == [f"Y{number:02d}" for number in range(1, 15)]
    reply = client.get("/api/v1/areas/larkmere/questions/P14?setting=millbrook").json()
    assert reply["kind"] in ("answer", "handoff")
    assert client.get("/api/v1/areas/larkmere/questions/P99").status_code == 404


def test_settings_are_found_by_a_part_of_their_name(client: TestClient) -> None:
    assert [each["setting"] for each in client.get("/api/v1/areas/larkmere/settings?q=milbrook").json()] == ["millbrook"]
    assert client.get("/api/v1/areas/larkmere").json()["contacts"]["sendiass"]["phone"] == "01632 960101"


def rest(client: TestClient, sender: str, message: str, **metadata: str) -> list[dict[str, object]]:
    answer = client.post("/webhooks/rest/webhook", json={"sender": sender, "message": message, "metadata": metadata})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, object]] = answer.json()
    return found


def test_a_rasa_client_works_unchanged(client: TestClient) -> None:
    sender = uuid.uuid4().hex
    messages = rest(client, sender, "who is the senco")
    assert messages[0]["recipient_id"] == sender
    assert messages[0]["buttons"][0]["payload"].startswith("/choose_setting")  # type: ignore[index]
    assert messages[1]["custom"]["kind"] == "handoff"  # type: ignore[index]
    answer = rest(client, sender, '/choose_setting{"setting": "millbrook"}')
    assert "Ruth Abara" in str(answer[0]["text"])
    assert client.get("/webhooks/rest/").json() == {"status": "ok"}


def test_who_sends_no_sender_is_told_so_and_nobody_is_sent_a_last_question(client: TestClient) -> None:
    answer = client.post("/webhooks/rest/webhook", json={"message": "who is the senco"})
    assert answer.status_code == 422
    assert answer.json()["error"] == "The request does not fit: sender: Field required"
    sender = uuid.uuid4().hex
    rest(client, sender, "is there a climbing frame on the moon")
    assert "last_question" not in rest(client, sender, "thanks")[-1]["custom"]["slots"]  # type: ignore[index]


def test_a_sender_can_not_reach_another_conversation(client: TestClient) -> None:
    headers = begin(client, setting="kestrel")
    say(client, headers, text="do all his teachers know what helps him")
    token = headers["Authorization"].removeprefix("Bearer ")
    for sender in (token, f"chat:{token}"):
        custom = rest(client, sender, "repeat that please")[-1]["custom"]
        assert custom["slots"]["setting"] is None  # type: ignore[index]
        assert "no answer to show again" in custom["text"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/webhooks/rest/webhook", {"sender": "x", "message": "x" * 5000}),
        ("/webhooks/rest/webhook", {"sender": "x"}),
        ("/webhooks/rest/webhook", {"sender": "x", "message": "hi", "metadata": {"area": "nowhere"}}),
        ("/nlu/parse", {"text": "hi"}),
        ("/webhook", {"next_action": "action_answer"}),
    ],
)
def test_bad_calls_get_a_clear_refusal(client: TestClient, path: str, body: dict[str, object]) -> None:
    answer = client.post(path, json=body)
    assert answer.status_code in (403, 404, 422)
    assert answer.json()["error"]


def test_rasa_s_doors_want_the_secret(client: TestClient) -> None:
    right = {"X-Signpost-Secret": "right"}
    parsed = client.post("/nlu/parse", json={"text": "hello"}, headers=right).json()
    assert parsed["intent"]["name"] == "greet"
    assert client.post("/nlu/parse", json={"text": "hello"}, headers={"X-Signpost-Secret": "wrong"}).status_code == 403
    for call, field in (
        ({"next_action": "action_answer"}, "tracker"), ({"next_action": "nothing", "tracker": {}}, "tracker.sender_id"),
        ({"x": 1}, "next_action"),
    ):  # fmt: skip
        answer = client.post("/webhook", json=call, headers=right)
        assert answer.status_code == 422
        assert f"{field}: Field required" in answer.json()["errors"]


def test_an_error_of_ours_is_not_said_to_be_the_caller_s(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    call = {
        "next_action": "action_answer",
        "tracker": {"sender_id": "x", "latest_message": {"text": "hello", "metadata": "Tyler"}},
    }
    answer = client.post("/webhook", json=call, headers={"X-Signpost-Secret": "right"})
    assert answer.status_code == 500
    assert "AttributeError" in caplog.text
    assert "Tyler" not in caplog.text


def test_a_conversation_deleted_in_the_middle_of_a_turn_stays_deleted(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = begin(client)
    runner = client.app.state.service.conversation.runner.within  # type: ignore[attr-defined]
    parse = runner._parse

    def deleted_meanwhile(text: str, metadata: dict[str, object]) -> object:
        assert client.delete("/api/v1/conversation", headers=headers).status_code == 204
        return parse(text, metadata)

    monkeypatch.setattr(runner, "_parse", deleted_meanwhile)
    say(client, headers, text="how long is the autism list")
    gone = client.post("/api/v1/conversation/messages", json={"text": "repeat that"}, headers=headers)
    assert gone.status_code == 401


def rows(table: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(Path(DATA) / "signpost.db") as connection:
        return connection.execute(f"SELECT * FROM {table}").fetchall()


def test_browsing_and_repeating_are_not_counted(client: TestClient) -> None:
    headers = begin(client)
    say(client, headers, text="is there a climbing frame on the moon")
    before = (rows("counts"), rows("unanswered"))
    for topic in ("P01", "P05", "P14"):
        assert client.get(f"/api/v1/areas/larkmere/questions/{topic}?setting=kestrel").status_code == 200
        assert client.get(f"/larkmere/questions?setting=kestrel&topic={topic}").status_code == 200
    assert say(client, headers, choice="/repeat")["replies"][-1]["kind"] == "handoff"  # type: ignore[index]
    assert (rows("counts"), rows("unanswered")) == before


def test_browsing_is_limited_like_asking() -> None:
    with make_client(client_messages_a_minute=2) as client:
        first, second = "/api/v1/areas/larkmere/questions/P01", "/larkmere/questions?setting=kestrel&topic=P01"
        assert [client.get(path).status_code for path in (first, second, first, second)] == [200, 200, 429, 429]
        assert client.get("/larkmere/questions?setting=kestrel").status_code == 200


def test_one_client_that_asks_three_times_is_one_person(client: TestClient) -> None:
    before = len(rows("unanswered"))
    for _ in range(3):
        client.post("/api/v1/areas/larkmere/ask", json={"text": "is there a climbing frame on the moon"})
    with sqlite3.connect(Path(DATA) / "signpost.db") as connection:
        found = connection.execute("SELECT asker FROM unanswered ORDER BY id DESC LIMIT 3").fetchall()
    assert len(rows("unanswered")) == before + 3
    assert len(set(found)) == 1
    assert len(found[0][0]) == 16


def test_what_is_said_is_nowhere_in_the_database(client: TestClient) -> None:
    headers = begin(client)
    mark = "zebrafish9431"
    say(client, headers, text=f"my son Xaviersson{mark} rings 07700 900457, how long is the autism list")
    files = list(Path(DATA).glob("signpost.db*"))
    assert files
    assert not any(b"07700 900457" in read_elsewhere(path) for path in files)


def test_two_households_behind_a_server_that_listens_for_both_kinds_of_address_are_two_clients() -> None:
    with make_client(client_messages_a_minute=2) as client:
        app, codes = client.app, {}
        for address in ("::ffff:192.0.2.1", "::ffff:192.0.2.2", "2001:db8::1", "2001:db8::2"):
            household = TestClient(app, client=(address, 50000))
            codes[address] = [household.post("/api/v1/conversations", json={"area": "larkmere"}).status_code for _ in range(2)]
    assert codes == {
        "::ffff:192.0.2.1": [201, 201], "::ffff:192.0.2.2": [201, 201], "2001:db8::1": [201, 201], "2001:db8::2": [429, 429],
    }  # fmt: skip


def test_of_a_conversation_no_question_is_kept_but_the_last(client: TestClient) -> None:
    headers = begin(client)
    for text in ("how much is transport to college", "how much is a session at the Otters Saturday club"):
        say(client, headers, text=text)
    trackers = client.app.state.service.conversation.trackers  # type: ignore[attr-defined]
    kept = str(trackers.load("chat:" + headers["Authorization"].removeprefix("Bearer ")))
    assert "Otters" in kept
    assert "transport to college" not in kept
    say(client, headers, text="my uncle hits me")
    assert "Otters" not in str(trackers.load("chat:" + headers["Authorization"].removeprefix("Bearer ")))
