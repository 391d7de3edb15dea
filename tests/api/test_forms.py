"""What somebody typed into a form is never lost, and counted as they see it; without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import event

from api.app import create_app
from signpost.service import make_service
from signpost.settings import Settings
from signpost.wiring import Workshop
from tests.api.test_handing_over import full_disk
from tests.conftest import copy_data
from tests.journeys.server import free_port

WORDS = "Please help us with <the> plan.\nWe wait since March."
TYPED = {"contact": "send_team", "shown": "sendiass send_team", "text": WORDS, "reply_to": "me@x.example", "consent": "yes"}
LINES = "\n".join(["x" * 80] * 50)[:-80] + "y" * 30  # 49 line breaks
ON_THE_WIRE = LINES.replace("\n", "\r\n")


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    copy_data(tmp_path / "data")
    settings = Settings(data=tmp_path / "data", smtp_host="127.0.0.1", smtp_port=free_port(), smtp_starttls=False)
    workshop = Workshop(settings)
    larkmere = next(each for each in workshop.store.areas() if each.slug == "larkmere")
    workshop.store.save_area(replace(larkmere, slug="elsewhere", name="Elsewhere Council (fictional)", settings=()))
    with TestClient(create_app(make_service(workshop)), raise_server_exceptions=False) as client:
        yield client


def begun(client: TestClient) -> str:
    """The token of a conversation that was handed over."""
    page = client.post("/larkmere/chat", data={"text": "how many children have a plan in Larkmere"}).text
    assert '<input type="checkbox" name="consent" value="yes" required>' in page
    assert '<input type="hidden" name="shown" value="' in page
    return page.split('name="conversation" value="')[1].split('"')[0]


def send(client: TestClient, **change: str) -> Response:
    return client.post("/larkmere/chat/send", data={**TYPED, **change})


def assert_kept(page: Response, said: str, **change: str) -> None:
    """That a page says what is wrong above the form, in which all stands as it was typed."""
    typed = {**TYPED, **change}
    problem, form = page.text.split('<form method="post" class="fields"')
    assert said in unescape(problem)
    assert f'rows="5" maxlength="4000">{typed["text"].replace("<", "&lt;").replace(">", "&gt;")}</textarea>' in form
    assert f'<option value="{typed["contact"]}" selected>' in form
    assert f'type="email" maxlength="200" autocomplete="email" value="{typed["reply_to"]}"' in form
    assert ('value="yes" required checked>' in form) is bool(typed["consent"])
    assert re.findall(r'<option value="(\w+)"', form) == ["sendiass", "send_team"]
    assert "back button" not in page.text


@pytest.mark.parametrize(
    ("said", "change"),
    [
        ("Tick the box", {"consent": ""}),
        ("does not look like an e-mail address", {"reply_to": "a@b"}),
        ("a little more", {"text": "Help"}),
        ("too long to send", {"text": "x" * 4001}),
    ],
)
def test_a_message_that_is_refused_is_given_back(client: TestClient, said: str, change: dict[str, str]) -> None:
    token = begun(client)
    page = send(client, conversation=token, **change)
    assert page.status_code == 422
    assert_kept(page, said, **change)
    assert "Your reference is SP-" in send(client, conversation=token).text


def test_after_too_many_messages_and_with_a_full_disk_too(client: TestClient) -> None:
    token = begun(client)
    limits: Any = client.app.state.limits  # type: ignore[attr-defined]
    allows, limits.allows = limits.allows, lambda *_: False
    busy = send(client, conversation=token)
    limits.allows = allows
    assert (busy.status_code, busy.headers["retry-after"]) == (429, "60")
    assert_kept(busy, "Please wait a minute")
    engine = client.app.state.service.desk.gaps._engine  # type: ignore[attr-defined]
    full = full_disk(engine)
    event.listen(engine, "checkout", full)
    long = ("Please help us with our plan. " * 133).strip()
    pages = [send(client, conversation=begun(client), text=long) for _ in range(8)]
    event.remove(engine, "checkout", full)
    refused = [page for page in pages if page.status_code != 200]
    assert {page.status_code for page in refused} == {503}
    assert_kept(refused[0], "your words are still in the box", text=long)


def test_words_for_a_conversation_that_is_over_can_be_sent_by_oneself(client: TestClient) -> None:
    page = send(client, conversation="gone")
    assert page.status_code == 401
    assert "&lt;the&gt; plan.\nWe wait since March.</textarea>" in page.text
    assert 'href="mailto:send@larkmere.example?subject=' in page.text
    assert "Send it</button>" not in page.text
    alone = send(client, conversation="gone", contact="senco", shown="senco").text
    assert 'href="mailto:hello@larkmereadvice.example.org?subject=' in alone


def test_a_refused_message_is_offered_only_to_those_who_were_shown(client: TestClient) -> None:
    page = send(client, conversation=begun(client), shown="sendiass safeguarding nobody", contact="", consent="").text
    assert re.findall(r'<option value="(\w+)"', page) == ["sendiass"]


def test_an_address_for_the_answer_is_given_back(client: TestClient) -> None:
    page = client.post("/larkmere/chat/wait", data={"conversation": begun(client), "email": "a@b"})
    assert page.status_code == 422
    assert "does not look like an e-mail address" in page.text
    assert 'autocomplete="email" value="a@b">' in page.text


def test_a_line_break_counts_as_one_character(client: TestClient) -> None:
    assert len(LINES) <= 4000 < len(ON_THE_WIRE)
    asked = client.post("/larkmere/chat", data={"text": ON_THE_WIRE})
    assert asked.status_code == 200
    sent = send(client, conversation=begun(client), text=ON_THE_WIRE)
    assert "Your reference is SP-" in sent.text
    assert client.post("/larkmere/chat", data={"text": "x" * 4001}).status_code == 422


def test_an_area_without_settings_has_no_questions_to_look_through(client: TestClient) -> None:
    assert "/larkmere/questions" in client.get("/larkmere/chat").text
    assert "/elsewhere/questions" not in client.get("/elsewhere/chat").text
    moved = client.get("/elsewhere/questions?setting=oak&topic=P01", follow_redirects=False)
    assert (moved.status_code, moved.headers["location"]) == (307, "/elsewhere/chat")


def test_a_file_in_place_of_words_is_refused(client: TestClient) -> None:
    assert client.post("/larkmere/chat", files={"text": ("notes.txt", b"hello")}).status_code == 422
