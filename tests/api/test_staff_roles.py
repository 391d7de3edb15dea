"""Every route of the application as every role, on things of one's own and of others. A route that is not here fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from api.staff.session import signed_in, too_old
from tests.api.office import Office

YES, NO, HIDDEN, SIGN_IN = "yes", "403", "404", "sign in"
OPEN = {
    "/staff/sign-in", "/staff/welcome/{token}", "/staff/oidc/start", "/staff/oidc/back",
}  # nobody is signed in yet  # fmt: skip
ROLES = ("nobody", "removed", "admin", "reviewer", "editor", "stranger")


@dataclass(frozen=True)
class Route:
    """How a route is tried: `make` makes what `param` names, about a setting; `form` is what is sent."""

    param: str = ""
    make: Callable[[Office, str], object] = lambda office, setting: 0
    form: Callable[[Office, str], dict[str, Any]] = lambda office, setting: {}
    reviewer: str = YES
    editor: str = YES
    stranger: str = YES
    """What an administrator of another area gets."""
    of: tuple[str, ...] = field(default=("",))
    """The settings whose things are tried; "" for the whole area's. An editor (of millbrook) gets only the own."""

    def expected(self, who: str, setting: str) -> str:
        if who in ("nobody", "removed"):
            return SIGN_IN
        if who == "editor":
            return self.editor if self.editor != YES or not self.param or setting == "millbrook" else HIDDEN
        return {"admin": YES, "reviewer": self.reviewer, "stranger": self.stranger}[who]


EACH = ("", "millbrook", "kestrel")
GAP = {"param": "gap_id", "make": lambda office, setting: office.gap(setting), "stranger": HIDDEN, "of": EACH}
ANSWER = {"param": "answer_id", "make": lambda office, setting: office.answer(setting), "stranger": HIDDEN, "of": EACH}
CONTACT = {"phone": "01632 960141", "name": "Ruth Abara", "role": "SENCO"}


def ticked(office: Office, setting: str) -> dict[str, Any]:
    return {"question": [office.desk.gaps.question_rows(int(str(office.made)))[0][0]]}


TABLE: dict[tuple[str, str], Route] = {
    ("GET", "/staff"): Route(),
    ("POST", "/staff/sign-out"): Route(),
    ("GET", "/staff/gaps"): Route(),
    ("GET", "/staff/gaps/{gap_id}"): Route(**GAP),
    ("POST", "/staff/gaps/{gap_id}"): Route(**GAP, form=lambda office, setting: {"state": "assigned", "setting": setting}),
    ("POST", "/staff/gaps/{gap_id}/merge"): Route(**GAP, form=lambda office, setting: {"other": office.gap(setting)}),
    ("POST", "/staff/gaps/{gap_id}/split"): Route(**GAP, form=ticked),
    ("POST", "/staff/gaps/{gap_id}/settings"): Route(**{**GAP, "of": ("",)}),
    ("GET", "/staff/answers"): Route(),
    ("GET", "/staff/answers/new"): Route(),
    ("POST", "/staff/answers"): Route(
        param="setting", make=lambda office, setting: setting, of=EACH, stranger="422 of a setting",
        form=lambda office, setting: {"questions": "is there a trampoline", "text": "Yes.", "setting": setting},
    ),
    ("GET", "/staff/answers/{answer_id}"): Route(**ANSWER),
    ("POST", "/staff/answers/{answer_id}/approve"): Route(**ANSWER),
    ("POST", "/staff/answers/{answer_id}/withdraw"): Route(**{**ANSWER, "make": lambda office, setting: office.answer(setting, "live")}),
    ("GET", "/staff/content"): Route(),
    ("GET", "/staff/content/sources/{check_id}"): Route("check_id", Office.check, stranger=HIDDEN, of=("", "millbrook", "kestrel")),
    ("POST", "/staff/content/sources/{check_id}/again"): Route("check_id", Office.check, stranger=HIDDEN, of=("", "millbrook", "kestrel")),
    ("POST", "/staff/content/contacts/{key}"): Route(
        "key", lambda office, setting: setting or "send_team", lambda office, setting: CONTACT, stranger="404 of a setting", of=EACH
    ),
    ("POST", "/staff/content/letters/{letter_id}/again"): Route("letter_id", lambda office, setting: office.letter(), editor=NO, stranger=HIDDEN),
    ("POST", "/staff/content/letters/{letter_id}/discard"): Route("letter_id", lambda office, setting: office.letter(), editor=NO, stranger=HIDDEN),
    ("GET", "/staff/people"): Route(reviewer=NO, editor=NO),
    ("POST", "/staff/people"): Route(
        reviewer=NO, editor=NO, form=lambda office, setting: {"email": f"{uuid4()}@larkmere.example", "name": "New", "role": "reviewer"}
    ),
    ("POST", "/staff/people/{staff_id}/remove"): Route("staff_id", lambda office, setting: office.person(), reviewer=NO, editor=NO, stranger=HIDDEN),
    ("GET", "/staff/changes"): Route(reviewer=NO, editor=NO),
    ("GET", "/staff/you-asked"): Route(),
    ("GET", "/staff/you-asked.html"): Route(),
    ("GET", "/staff/you-asked.csv"): Route(),
    ("GET", "/staff/coverage"): Route(),
    ("GET", "/staff/coverage.csv"): Route(),
    ("GET", "/staff/asked.csv"): Route(editor=HIDDEN),
    ("GET", "/staff/coverage/{setting}"): Route("setting", lambda office, setting: setting or "area", stranger="404 of a setting", of=EACH),
}  # fmt: skip


def all_routes(office: Office) -> Iterator[APIRoute]:
    for each in office.client.app.routes:  # type: ignore[attr-defined]
        inner = getattr(each, "original_router", None)
        yield from (route for route in (inner.routes if inner else [each]) if isinstance(route, APIRoute))


def staff_routes(office: Office) -> Iterator[tuple[str, APIRoute]]:
    for route in all_routes(office):
        if route.path.startswith("/staff") and route.path not in OPEN:
            for method in sorted(route.methods):
                yield method, route


def needs(dependant: Dependant, what: object) -> bool:
    return any(each.call is what or needs(each, what) for each in dependant.dependencies)


def test_every_route_of_the_application_is_tried(office: Office) -> None:
    assert {(method, route.path) for method, route in staff_routes(office)} == set(TABLE)


def test_every_staff_route_asks_who_is_signed_in_and_every_form_for_its_token(office: Office) -> None:
    for method, route in staff_routes(office):
        assert needs(route.dependant, signed_in), route.path
        assert method == "GET" or needs(route.dependant, too_old), route.path
    outside = [each for each in all_routes(office) if not each.path.startswith("/staff")]
    assert outside
    assert [each.path for each in outside if needs(each.dependant, signed_in)] == []


@pytest.mark.parametrize("who", ROLES)
def test_each_role_gets_what_it_may_and_nothing_else(office: Office, who: str) -> None:
    wrong = []
    for (method, path), route in TABLE.items():
        for setting in route.of:
            expected = route.expected(who, setting)
            found = tried(office, who, method, path, route, setting)
            if not fits(found, expected, setting):
                wrong.append(f"{method} {path} of {setting or 'the area'}: {found}, not {expected}")
    assert wrong == []


def tried(office: Office, who: str, method: str, path: str, route: Route, setting: str) -> tuple[int, str]:
    office.client.cookies.clear()
    if who == "removed":
        office.client.cookies.set("signpost_staff", "a session that is over", path="/staff")
    elif who != "nobody":
        office.sign_in(who)
    office.made = route.make(office, setting)
    form = {"csrf": office.csrf() if who not in ("nobody", "removed") else "", **route.form(office, setting)}
    address = path.replace(f"{{{route.param}}}", str(office.made)) if route.param else path
    answer = office.client.request(method, address, data=form if method == "POST" else None, follow_redirects=False)
    return answer.status_code, answer.headers.get("location", "")


def fits(found: tuple[int, str], expected: str, setting: str) -> bool:
    status, to = found
    if expected.endswith("of a setting"):
        expected = expected.split()[0] if setting else YES
    if expected == SIGN_IN:
        return status == 401 or (status == 303 and to == "/staff/sign-in")  # an answer is given back to whoever wrote it
    if expected == YES:
        return status in (200, 303)
    return status == int(expected)
