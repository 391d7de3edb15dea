"""Accounts and the log of changes, for administrators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException
from fastapi.responses import Response

from api.staff.session import Id, PostingDep, Signed, SignedDep, TooOldDep, go
from knowledge.errors import KnowledgeError
from store.outbox import is_address
from store.staff import Role

router = APIRouter(prefix="/staff", include_in_schema=False)
_ROLES = {
    Role.REVIEWER.value: "reviewer: gaps, answers, reports",
    Role.EDITOR.value: "editor: one setting only",
    Role.ADMIN.value: "administrator",
}


@router.get("/people")
def people(signed: SignedDep) -> Response:
    """Who has an account."""
    signed.needs("people")
    return _shown(signed)


@router.post("/people")
def add(
    signed: SignedDep,
    too_old: TooOldDep,
    email: Annotated[str, Form(max_length=200)] = "",
    name: Annotated[str, Form(max_length=200)] = "",
    role: Annotated[Role, Form()] = Role.REVIEWER,
    setting: Annotated[str, Form(max_length=80)] = "",
) -> Response:
    """Add somebody (or send a new link): the one-time link is shown once, to be passed on."""
    signed.needs("people")
    link, problem = "", _problem(signed, email, role, setting) or too_old
    if not problem:
        try:
            link = f"{signed.desk.public_address}/staff/welcome/{_added(signed, email, name, role, setting)}"
        except KnowledgeError as error:
            problem = str(error)
    typed = {"email": email, "name": name, "role": role.value, "setting": setting}
    return _shown(signed, link, problem, typed if problem else None)


@router.post("/people/{staff_id}/remove")
def remove(signed: PostingDep, staff_id: Id) -> Response:
    """Take somebody's access away at once."""
    signed.needs("people")
    if staff_id == signed.staff.id:
        raise HTTPException(422, "You can't take away your own access. Ask another administrator.")
    if staff_id not in {each.id for each in signed.desk.accounts.everyone(signed.staff.area)}:
        raise HTTPException(404, "There is no page at this address.")
    signed.desk.accounts.deactivate(staff_id, signed.staff.area)
    signed.log("remove person", f"account {staff_id}")
    return go("/staff/people")


@router.get("/changes")
def changes(signed: SignedDep) -> Response:
    """Who changed what."""
    signed.needs("people")
    return signed.page("changes.html", lines=signed.desk.audit.lines(signed.staff.area))


def _shown(signed: Signed, link: str = "", problem: str = "", typed: Mapping[str, str] | None = None) -> Response:
    """Who has an account, and the form, with all that was `typed` if it was refused."""
    return signed.page(
        "people.html", 422 if problem else 200, everyone=signed.desk.accounts.everyone(signed.staff.area), link=link,
        problem=problem, typed=typed or dict.fromkeys(("email", "name", "role", "setting"), ""), roles=_ROLES,
        setting_name=signed.setting_name,
    )  # fmt: skip


def _problem(signed: Signed, email: str, role: Role, setting: str) -> str:
    if not is_address(email.strip()):
        return f"'{email}' is not an e-mail address."
    if email.strip().lower() == signed.staff.email:
        return f"'{email}' is your own account: you can't change it. Ask another administrator."
    if role is Role.EDITOR and setting not in {each.slug for each in signed.area.settings}:
        return "An editor needs a setting: choose one."
    return ""


def _added(signed: Signed, email: str, name: str, role: Role, setting: str) -> str:
    """The token of the new link. Raises KnowledgeError if the account is of another area."""
    kept = setting if role is Role.EDITOR else ""
    known = {each.email: each for each in signed.desk.accounts.everyone(signed.staff.area)}
    token = signed.desk.accounts.add(email, name, role, signed.staff.area, kept)
    before = known.get(email.strip().lower())
    signed.log("add person", email, {"role": before.role.value} if before else None, {"role": role.value, "setting": kept})
    return token
