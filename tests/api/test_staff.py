"""Signing in, accounts, forms without their token, lock-out, links, over the real application."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from signpost.cli import app
from store.staff import Role
from tests.api.office import PASSWORD, Office


def test_a_form_without_its_token_changes_nothing(office: Office) -> None:
    client = office.sign_in("admin")
    before = len(office.accounts.everyone("larkmere"))
    answer = client.post("/staff/people", data={"email": "x@larkmere.example", "role": "admin", "csrf": "guessed"})
    assert answer.status_code == 422
    assert "it is not kept yet" in answer.text
    assert client.post("/staff/people/1/remove", data={"csrf": "guessed"}).status_code == 403
    assert len(office.accounts.everyone("larkmere")) == before


def test_a_link_works_once(office: Office) -> None:
    token = office.accounts.add("once@larkmere.example", "Once", Role.REVIEWER, "larkmere")
    assert office.client.post(f"/staff/welcome/{token}", data={"password": "short"}).status_code == 422
    assert office.client.post(f"/staff/welcome/{token}", data={"password": PASSWORD}).status_code == 200
    assert office.client.post(f"/staff/welcome/{token}", data={"password": PASSWORD}).status_code == 410
    assert office.client.get("/staff/welcome/guessed").status_code == 410


def test_a_new_link_ends_the_older(office: Office) -> None:
    older, newer = (office.accounts.add("lost@larkmere.example", "Lost", Role.REVIEWER, "larkmere") for _ in range(2))
    codes = [office.client.post(f"/staff/welcome/{each}", data={"password": PASSWORD}).status_code for each in (older, newer)]
    assert codes == [410, 200]


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


def test_an_account_of_another_area_is_not_taken_over(office: Office) -> None:
    client = office.sign_in("admin")
    form = {"csrf": office.csrf(), "email": " Stranger@Elsewhere.example", "name": "Mine", "role": "reviewer"}
    answer = client.post("/staff/people", data=form)
    assert answer.status_code == 422
    assert "stranger@elsewhere.example has an account already, but not in your area." in answer.text
    assert "/staff/welcome/" not in answer.text
    found = office.accounts.by_email("stranger@elsewhere.example")
    assert found is not None
    assert (found.area, found.role, found.name) == ("elsewhere", Role.ADMIN, "Stranger")


def test_whoever_has_the_database_can_move_an_account(office: Office) -> None:
    office.accounts.add("mover@larkmere.example", "Mover", Role.REVIEWER, "larkmere")
    command = ["--data", str(office.workshop.settings.data), "staff", "add", "mover@larkmere.example", "--area", "elsewhere"]
    assert CliRunner().invoke(app, command).exit_code == 0
    found = office.accounts.by_email("mover@larkmere.example")
    assert found is not None
    assert found.area == "elsewhere"


def test_an_administrator_does_not_change_their_own_account(office: Office) -> None:
    client = office.sign_in("admin")
    form = {"csrf": office.csrf(), "email": "ADMIN@larkmere.example", "role": "editor", "setting": "millbrook"}
    answer = client.post("/staff/people", data=form)
    assert answer.status_code == 422
    assert "ask another administrator" in answer.text.lower()
    assert client.get("/staff/people").status_code == 200


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
