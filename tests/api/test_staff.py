"""The staff screens over the real application: every route as every role, forms without their token, lock-out, links."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from api.app import STAFF_ROUTERS, create_app
from signpost.service import make_service
from signpost.settings import Settings
from signpost.wiring import Workshop
from store.staff import Role, StaffAccounts
from tests.conftest import DATA

PASSWORD = "three easy words"
OPEN = ("/staff/sign-in", "/staff/welcome/{token}", "/staff/oidc/start", "/staff/oidc/back")


@dataclass
class Office:
    """A service with one account of each role."""

    client: TestClient
    accounts: StaffAccounts
    workshop: Workshop

    def sign_in(self, who: str) -> TestClient:
        self.client.cookies.clear()
        answer = self.client.post("/staff/sign-in", data={"email": f"{who}@larkmere.example", "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return self.client

    def csrf(self) -> str:
        page = self.client.get("/staff").text
        return page.split('name="csrf" value="')[1].split('"')[0]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("staff") / "data"
    shutil.copytree(DATA, folder, ignore=shutil.ignore_patterns("cal*"))
    workshop = Workshop(Settings(data=folder, client_messages_a_minute=10_000))
    accounts = StaffAccounts(workshop.engine)
    with TestClient(create_app(make_service(workshop)), raise_server_exceptions=False) as client:
        for who, role, setting in (
            ("admin", Role.ADMIN, ""),
            ("reviewer", Role.REVIEWER, ""),
            ("editor", Role.EDITOR, "millbrook"),
        ):
            token = accounts.add(f"{who}@larkmere.example", who.title(), role, "larkmere", setting)
            assert client.post(f"/staff/welcome/{token}", data={"password": PASSWORD}).status_code == 200
        yield Office(client, accounts, workshop)


def routes() -> list[tuple[str, str]]:
    found = [
        (method, route.path)
        for router in STAFF_ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods
    ]
    return sorted(each for each in found if each[1] not in OPEN)


ADMIN_ONLY = ("/staff/people", "/staff/changes")
NOT_EDITORS = (*ADMIN_ONLY, "/staff/content/letters")


@pytest.mark.parametrize(("method", "path"), routes())
def test_nobody_gets_in_without_signing_in(office: Office, method: str, path: str) -> None:
    office.client.cookies.clear()
    answer = office.client.request(method, path.replace("{", "").replace("}", ""), follow_redirects=False)
    assert answer.status_code in (303, 422)
    if answer.status_code == 303:
        assert answer.headers["location"] == "/staff/sign-in"


@pytest.mark.parametrize("who", ["admin", "reviewer", "editor"])
@pytest.mark.parametrize(("method", "path"), routes())
def test_every_route_as_every_role(office: Office, method: str, path: str, who: str) -> None:
    client = office.sign_in(who)
    real = (
        path.replace("{gap_id}", "999")
        .replace("{answer_id}", "999")
        .replace("{staff_id}", "999")
        .replace("{letter_id}", "999")
        .replace("{check_id}", "999")
    )
    real = real.replace("{key}", "kestrel" if who == "editor" else "millbrook").replace(
        "{setting}", "kestrel" if who == "editor" else "millbrook"
    )
    body = (
        {"csrf": office.csrf(), "other": "1", "phone": "01632 960141", "name": "Ruth Abara", "role": "SENCO"}
        if method == "POST"
        else None
    )
    if path == "/staff/people":
        body = {"csrf": office.csrf(), "email": "nobody", "role": "reviewer"} if method == "POST" else None
    answer = client.request(method, real, data=body, follow_redirects=False)
    forbidden = (who != "admin" and path.startswith(ADMIN_ONLY)) or (who == "editor" and path.startswith(NOT_EDITORS))
    if forbidden:
        assert answer.status_code == 403, answer.text
    elif who == "editor" and path in ("/staff/coverage/{setting}", "/staff/content/contacts/{key}", "/staff/asked.csv"):
        assert answer.status_code == 404
    else:
        assert answer.status_code in (200, 303, 404, 422), answer.text


@pytest.mark.parametrize(("method", "path"), [each for each in routes() if each[0] == "POST"])
def test_a_form_without_its_token_changes_nothing(office: Office, method: str, path: str) -> None:
    client = office.sign_in("admin")
    real = (
        path.replace("{gap_id}", "1")
        .replace("{answer_id}", "1")
        .replace("{staff_id}", "1")
        .replace("{letter_id}", "1")
        .replace("{check_id}", "1")
        .replace("{key}", "millbrook")
    )
    answer = client.request(method, real, data={"other": "1", "csrf": "guessed"}, follow_redirects=False)
    assert answer.status_code == 403
    assert "too old" in answer.text


def test_a_link_works_once(office: Office) -> None:
    token = office.accounts.add("once@larkmere.example", "Once", Role.REVIEWER, "larkmere")
    assert office.client.post(f"/staff/welcome/{token}", data={"password": "short"}).status_code == 422
    assert office.client.post(f"/staff/welcome/{token}", data={"password": PASSWORD}).status_code == 200
    assert office.client.post(f"/staff/welcome/{token}", data={"password": PASSWORD}).status_code == 410
    assert office.client.get("/staff/welcome/guessed").status_code == 410


def test_too_many_tries_lock_the_account(office: Office) -> None:
    token = office.accounts.add("locked@larkmere.example", "Locked", Role.REVIEWER, "larkmere")
    office.accounts.set_password(token, PASSWORD)
    for _ in range(5):
        assert (
            office.client.post("/staff/sign-in", data={"email": "locked@larkmere.example", "password": "wrong"}).status_code
            == 401
        )
    answer = office.client.post("/staff/sign-in", data={"email": "locked@larkmere.example", "password": PASSWORD})
    assert answer.status_code == 401
    assert "quarter of an hour" in answer.text


def test_no_account_looks_like_a_wrong_password(office: Office) -> None:
    office.client.cookies.clear()
    answers = [
        office.client.post("/staff/sign-in", data={"email": email, "password": "x"})
        for email in ("admin@larkmere.example", "nobody@x.example")
    ]
    assert answers[0].status_code == answers[1].status_code == 401
    assert answers[0].text == answers[1].text


def test_an_editor_sees_only_the_own_setting(office: Office) -> None:
    client = office.sign_in("admin")
    form = {
        "csrf": office.csrf(),
        "questions": "is there a nurture room at Kestrel",
        "text": "Yes, next to the library.",
        "setting": "kestrel",
    }
    kept = client.post("/staff/answers", data=form)
    assert kept.status_code == 200
    number = str(kept.url).rsplit("/", 1)[1]
    client = office.sign_in("editor")
    assert client.get(f"/staff/answers/{number}").status_code == 404
    assert client.post(f"/staff/answers/{number}/approve", data={"csrf": office.csrf()}).status_code == 404
    assert client.post("/staff/answers", data={**form, "csrf": office.csrf()}).status_code == 404
    assert "nurture room" not in client.get("/staff/answers").text


def test_someone_who_was_removed_is_out_at_once(office: Office) -> None:
    token = office.accounts.add("leaver@larkmere.example", "Leaver", Role.REVIEWER, "larkmere")
    staff = office.accounts.set_password(token, PASSWORD)
    assert staff is not None
    session = office.accounts.begin_session(staff)
    assert office.accounts.session(session) is not None
    office.accounts.deactivate(staff.id, "larkmere")
    assert office.accounts.session(session) is None
    assert office.accounts.check_password("leaver@larkmere.example", PASSWORD) is None


def test_every_change_is_logged_with_before_and_after(office: Office) -> None:
    client = office.sign_in("admin")
    form = {
        "csrf": office.csrf(),
        "name": "Ruth Abara",
        "role": "SENCO",
        "phone": "01632 960142",
        "email": "senco@millbrook.example",
    }
    assert client.post("/staff/content/contacts/millbrook", data=form).status_code == 200
    page = client.get("/staff/changes").text
    assert "confirm contact" in page
    assert "01632 960142" in page
    assert client.get("/api/v1/areas/larkmere/settings").status_code == 200


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"questions": "", "text": "x"}, "at least one question"),
        ({"questions": "q", "text": ""}, "Write the answer"),
        ({"questions": "q", "text": "x", "url": "javascript:alert(1)"}, "not a web address"),
        ({"questions": "q", "text": "x", "setting": "nowhere"}, "no setting"),
        ({"questions": "q", "text": "x", "review_by": "soon"}, "not a date"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_in_plain_words(office: Office, form: dict[str, str], said: str) -> None:
    client = office.sign_in("admin")
    answer = client.post("/staff/answers", data={**form, "csrf": office.csrf()})
    assert answer.status_code == 422
    assert said in answer.text
