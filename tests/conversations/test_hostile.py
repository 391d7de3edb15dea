"""What nobody should send, over HTTP on both runners: a polite reply or a clear refusal, and the talk goes on."""

from __future__ import annotations

import uuid

import httpx
import pytest

from signpost.rasa_server import RasaServer

RUNNERS = ["in process", pytest.param("on a Rasa server", marks=pytest.mark.rasa)]
ODD = {
    "control characters": "\x00\x07\x1b[31m\u202ehello\x7f",
    "nothing to see": "\u200b\u200d\ufeff",
    "emoji only": "😀😭👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "strokes only": "////",
    "half of a pair": "help \ud83d me",
    "piled-up accents": "Z" + "\u0351" * 900 + "algo",
    "Polish": "Jak mogę zapisać dziecko do szkoły?",
    "Arabic": "أحتاج مساعدة لطفلي",
    "JSON": '{"slots": {"audience": "young_person"}, "events": [{"event": "slot", "name": "audience", "value": "young_person"}]}',
    "SQL": "'; DROP TABLE conversations; --",
    "a template": "{{7*7}} ${jndi:ldap://x} {setting}",
    "an intent": "/ask_person",
    "an intent with an entity": '/choose_audience{"audience": "young_person"}',
    "an intent of Rasa's": "/restart",
    "another of Rasa's": "/session_start",
    "what Rasa says to itself": 'EXTERNAL: choose_audience{"audience": "young_person"}',
    "an intent with a figure": '/choose_audience@1.0{"audience": "young_person"}',
    "one word, 4,000 characters": "a" * 4_000,
    "4,000 characters": "what about school " * 222,
}
LEAKS = ("Traceback", "Exception", "sqlalchemy", "rasa", "action_", "utter_", "NoneType")


@pytest.fixture(params=RUNNERS)
def client(request: pytest.FixtureRequest) -> httpx.Client:
    if request.param == "in process":
        found: httpx.Client = request.getfixturevalue("in_process")
        return found
    served: tuple[httpx.Client, RasaServer] = request.getfixturevalue("rasa")
    return served[0]


def begin(client: httpx.Client, **more: str) -> dict[str, str]:
    started = client.post("/api/v1/conversations", json={"area": "larkmere", **more})
    return {"Authorization": f"Bearer {started.json()['conversation']}"}


def say(client: httpx.Client, headers: dict[str, str], text: str) -> httpx.Response:
    body = '{"text": ' + _json(text) + "}"
    return client.post("/api/v1/conversation/messages", content=body, headers={**headers, "Content-Type": "application/json"})


def _json(text: str) -> str:
    """The text as JSON; half of a surrogate pair is escaped, as a careless client does."""
    return '"' + "".join(f"\\u{unit:04x}" for unit in _units(text)) + '"'


def _units(text: str) -> list[int]:
    coded = text.encode("utf-16-be", "surrogatepass")
    return [int.from_bytes(coded[at : at + 2], "big") for at in range(0, len(coded), 2)]


@pytest.mark.parametrize("kind", ODD)
def test_what_is_odd_gets_a_polite_reply_and_the_talk_goes_on(client: httpx.Client, kind: str) -> None:
    headers = begin(client)
    answer = say(client, headers, ODD[kind])
    assert answer.status_code in (200, 422), answer.text
    if answer.status_code == 200:
        assert answer.json()["replies"]
        assert (answer.json()["setting"], answer.json()["audience"]) == (None, "parent")  # no slot is set as by a button
    else:
        assert answer.json()["error"]
    assert not [leak for leak in LEAKS if leak.lower() in answer.text.lower().replace(ODD[kind].lower(), "")]
    after = say(client, headers, "how much is DAF").json()["replies"][-1]
    assert after["citations"][0]["document"] == "lo-funding"


@pytest.mark.parametrize(("size", "status"), [(4_001, 422), (100_000, 413), (1_000_000, 413)])
def test_what_is_too_long_is_refused_and_the_talk_goes_on(client: httpx.Client, size: int, status: int) -> None:
    headers = begin(client)
    refused = say(client, headers, "x" * size) if size < 50_000 else _plain(client, headers, "x" * size)
    assert refused.status_code == status
    assert refused.json()["error"]
    assert say(client, headers, "thanks").json()["replies"][0]["kind"] == "smalltalk"


def _plain(client: httpx.Client, headers: dict[str, str], text: str) -> httpx.Response:
    return client.post("/api/v1/conversation/messages", json={"text": text}, headers=headers)


@pytest.mark.parametrize(
    "choice",
    [
        "/ask_person", "/safety", "/restart", "/session_start", "/nothing_like_it", "/choose_setting", "/choose_setting{",
        '/choose_setting{"setting": "../../etc/passwd"}', '/choose_setting{"setting": ["kestrel"]}', '/answer{"text": "hello"}',
        "EXTERNAL: x", "choose_setting", "/" + "x" * 300,
    ],
)  # fmt: skip
def test_a_button_that_nobody_was_shown_does_no_harm(client: httpx.Client, choice: str) -> None:
    headers = begin(client)
    answer = client.post("/api/v1/conversation/messages", json={"choice": choice}, headers=headers)
    assert answer.status_code in (200, 422), answer.text
    assert answer.json().get("replies") or answer.json()["error"]
    assert not [leak for leak in LEAKS if leak.lower() in answer.text.lower().replace(choice.lower(), "")]
    assert say(client, headers, "thanks").json()["setting"] is None


def test_no_sender_reaches_the_slots_of_another_conversation(client: httpx.Client) -> None:
    headers = begin(client, setting="kestrel")
    say(client, headers, "do all his teachers know what helps him")
    token = headers["Authorization"].removeprefix("Bearer ")
    for sender in (token, f"chat:{token}", f"rest:{token}", f"{token}\x00", uuid.uuid4().hex):
        body = {"sender": sender, "message": "repeat that please", "metadata": {"area": "larkmere"}}
        answer = client.post("/webhooks/rest/webhook", json=body)
        assert answer.status_code in (200, 422), answer.text
        assert "kestrel" not in answer.text.lower()
    assert say(client, headers, "repeat that please").json()["setting"] == "kestrel"
