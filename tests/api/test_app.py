"""The real application over the sample area that `make test` has taken in."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from signpost.service import make_service
from signpost.settings import Settings
from signpost.wiring import Workshop
from tests.conftest import DATA


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(make_service(Workshop(Settings(data=DATA)))), raise_server_exceptions=False) as client:
        yield client


def ask(client: TestClient, text: str, **more: str) -> dict[str, object]:
    answer = client.post("/api/v1/areas/larkmere/ask", json={"text": text, **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


def test_a_question_is_answered_with_its_source(client: TestClient) -> None:
    reply = ask(client, "How much is a session at the Otters Saturday club?")
    assert reply["kind"] == "answer"
    assert "£6" in str(reply["text"])
    assert reply["citations"][0]["document"] == "lo-saturday-club"  # type: ignore[index]
    assert reply["citations"][0]["url"].startswith("https://localoffer.larkmere.example/")  # type: ignore[index]


def test_what_is_not_published_is_handed_over(client: TestClient) -> None:
    reply = ask(client, "How many children are on the SEN register?", setting="millbrook")
    assert reply["kind"] == "handoff"
    assert reply["contacts"][0]["name"] == "Ruth Abara"  # type: ignore[index]


def test_a_disclosure_gets_the_card_before_all_else(client: TestClient) -> None:
    reply = ask(client, "my dad hits me and i dont feel safe at home", audience="young_person")
    assert reply["kind"] == "safeguarding"
    assert "0800 1111" in str(reply["text"])


def test_characters_that_nobody_sees_hide_nothing(client: TestClient) -> None:
    assert ask(client, "my dad hi\u00adts me")["kind"] == "safeguarding"
    assert ask(client, "i want to k\u200bill myself")["kind"] == "safeguarding"


def test_asking_for_a_person_gives_one(client: TestClient) -> None:
    reply = ask(client, "can i talk to a real person please")
    assert reply["kind"] == "handoff"
    assert reply["contacts"]


def test_every_error_has_one_shape(client: TestClient) -> None:
    for answer in (
        client.post("/api/v1/areas/nowhere/ask", json={"text": "x"}),
        client.post("/api/v1/areas/larkmere/ask", json={"text": ""}),
        client.post("/api/v1/areas/larkmere/ask", content=b"{", headers={"Content-Type": "application/json"}),
        client.get("/api/v1/nothing"),
        client.get("/api/v1/areas/larkmere/ask"),
    ):
        assert answer.status_code in (404, 405, 422)
        assert set(answer.json()) == {"ok", "error", "errors", "status"}
        assert answer.json()["status"] == answer.status_code


def test_a_large_request_is_refused(client: TestClient) -> None:
    assert client.post("/larkmere/chat", data={"text": "x" * 100_000}).status_code == 413
    assert client.post("/larkmere/chat", data={"text": "x" * 10_000}).status_code == 422


def test_the_page_works_without_javascript(client: TestClient) -> None:
    page = client.get("/larkmere/chat")
    assert page.status_code == 200
    assert "<script>" not in page.text
    asked = client.post("/larkmere/chat", data={"text": "what does the Otters club cost", "audience": "parent"})
    assert "Where this is from" in asked.text
    assert "what does the Otters club cost" in asked.text


def test_what_is_typed_stays_text(client: TestClient) -> None:
    page = client.post("/larkmere/chat", data={"text": "<script>alert(1)</script> <img src=x onerror=alert(1)>"})
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;" in page.text


@pytest.mark.parametrize(
    "text", ["😀😀😀", "\u0000\u0007\u202e", "{}", '/choose_setting{"setting": "oak"}', "où est l'école", "?" * 300, "a " * 1900]
)
def test_odd_messages_get_a_polite_reply(client: TestClient, text: str) -> None:
    assert client.post("/larkmere/chat", data={"text": text}).status_code == 200


def test_pages_are_guarded(client: TestClient) -> None:
    headers = client.get("/larkmere/chat").headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert "set-cookie" not in headers


def test_unknown_pages_are_plain(client: TestClient) -> None:
    for path in ("/nowhere/chat", "/larkmere", "/../etc/passwd"):
        page = client.get(path)
        assert page.status_code == 404
        assert "There is no page" in page.text
    assert client.get("/larkmere/nosuchschool/chat").status_code == 200


def test_health_says_what_is_wrong(client: TestClient) -> None:
    assert client.get("/health").json() == {"ok": True, "notes": []}


def test_the_only_area_is_the_start(client: TestClient) -> None:
    assert client.get("/", follow_redirects=False).headers["location"] == "/larkmere/chat"


def test_the_safety_card_has_tappable_numbers_and_does_not_repeat_what_was_typed(client: TestClient) -> None:
    page = client.post("/larkmere/chat", data={"text": "my dad hits me", "audience": "young_person"}).text
    for link in ('href="tel:999"', 'href="tel:08001111"', 'href="sms:85258?body=SHOUT"', 'href="tel:01632960129"'):
        assert link in page
    hidden = '<input type="hidden" name="text" value="my dad hits me">'  # for "That is not what I meant"
    assert hidden in page
    assert "my dad hits me" not in page.replace(hidden, "")


def test_a_monitor_may_ask_for_the_headers_only(client: TestClient) -> None:
    for path in ("/health", "/larkmere/chat", "/widget/signpost-chat.js", "/api/v1/areas"):
        headers, whole = client.head(path), client.get(path)
        assert headers.status_code == whole.status_code == 200, path
        assert headers.headers["content-type"] == whole.headers["content-type"]
    assert client.head("/nowhere/chat").status_code == 404
