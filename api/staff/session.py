"""Who is signed in, what they may do, and the token that every form of theirs carries."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.pages import render
from api.service import Service, ServiceDep
from api.staff.desk import StaffDesk
from assistant.contacts import setting_of
from knowledge.types import Area
from store.staff import Role, Staff, StaffSession

COOKIE = "signpost_staff"
CAN = {
    "gaps": {Role.ADMIN, Role.REVIEWER, Role.EDITOR},
    "answers": {Role.ADMIN, Role.REVIEWER, Role.EDITOR},
    "reports": {Role.ADMIN, Role.REVIEWER, Role.EDITOR},
    "content": {Role.ADMIN, Role.REVIEWER, Role.EDITOR},
    "letters": {Role.ADMIN, Role.REVIEWER},
    "people": {Role.ADMIN},
}

_BACK_AGAIN = "You have signed in again since you wrote this, so it is not kept yet. Is it all there? Then send it once more."
_WRITTEN = ("questions", "text", "label", "notes", "name", "role", "phone", "email", "hours")


class SignInFirst(Exception):
    """Nobody is signed in; the page to sign in is shown."""


@dataclass(frozen=True)
class Signed:
    """Somebody who is signed in, with the parts that they work with."""

    service: Service
    desk: StaffDesk
    staff: Staff
    csrf: str

    @property
    def area(self) -> Area:
        """The area that they work for."""
        return self.service.assistant.area(self.staff.area)

    @property
    def setting(self) -> str:
        """The only setting that they may see; "" for the whole area."""
        return self.staff.setting if self.staff.role is Role.EDITOR else ""

    def setting_name(self, slug: str) -> str:
        """The name of a setting; "the whole area" for none."""
        found = setting_of(self.area, slug)
        return found.name if found else slug or "the whole area"

    def needs(self, what: str) -> None:
        """Raise 403 unless their role may do it."""
        if self.staff.role not in CAN[what]:
            raise HTTPException(403, "Your role does not allow this. Ask an administrator of your area.")

    def may_touch(self, setting: str) -> None:
        """Raise 404 for a thing of another setting, as if it were not there."""
        if self.setting and setting != self.setting:
            raise HTTPException(404, "There is no page at this address.")

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A staff page."""
        shared = {"staff": self.staff, "csrf": self.csrf, "area": self.area, "can": sorted(self._can())}
        return HTMLResponse(render(f"staff/{template}", **shared, **values), status)

    def log(
        self, action: str, what: str, before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None
    ) -> None:
        """Add a line to the audit log."""
        self.desk.audit.write(self.staff.email, self.staff.area, action, what, before, after)

    def _can(self) -> set[str]:
        return {what for what, roles in CAN.items() if self.staff.role in roles}


def desk_of(service: Service) -> StaffDesk:
    """The desk, if there is one."""
    if service.desk is None:
        raise HTTPException(404, "There is no page at this address.")
    return service.desk


def signed_in(request: Request, service: ServiceDep) -> Signed:
    """Whoever is signed in. Raises SignInFirst."""
    desk = desk_of(service)
    session: StaffSession | None = desk.accounts.session(request.cookies.get(COOKIE, ""))
    if session is None:
        raise SignInFirst
    return Signed(service, desk, session.staff, session.csrf)


async def too_old(request: Request, signed: Annotated[Signed, Depends(signed_in)]) -> str:
    """Why a form with words in it can't be kept yet: it does not carry the token of this session. "" if it does."""
    form = await request.form()
    given = str(form.get("csrf") or "")
    return "" if hmac.compare_digest(given.encode(), signed.csrf.encode()) else _BACK_AGAIN


def posting(signed: Annotated[Signed, Depends(signed_in)], problem: Annotated[str, Depends(too_old)]) -> Signed:
    """Whoever is signed in, for a form that carries their token. Raises 403 if it does not."""
    if problem:
        raise HTTPException(403, "This form is too old. Go back, load the page again, and send it once more.")
    return signed


async def sign_in_first(request: Request, _: Exception) -> Response:
    """The page to sign in; with the words of whoever was signed out while they wrote, so that they are not lost."""
    form = await request.form() if request.method == "POST" else {}
    typed = {name: str(value) for name, value in form.items() if name != "csrf"}
    written = [typed[name] for name in _WRITTEN if typed.get(name, "").strip()]
    if not written:
        return go("/staff/sign-in")
    return HTMLResponse(render("staff/signed_out.html", to=request.url.path, typed=typed, written=written), 401)


Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
"""The number of a row, in an address."""
SignedDep = Annotated[Signed, Depends(signed_in)]
PostingDep = Annotated[Signed, Depends(posting)]
TooOldDep = Annotated[str, Depends(too_old)]
"""For a form with words in it, in place of PostingDep: what it gives is a reason not to keep them, but to show them again."""


def as_seen(facts: Mapping[str, Any]) -> str:
    """A mark of how a thing was when its form was made. The form carries it, so that nobody undoes unseen what another did."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]


def overtaken(seen: str, now: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Why a form can't be kept: somebody else has changed what it was made for, to something else. "" if not."""
    if seen in ("", as_seen(now)) or after == now:
        return ""
    return (
        "Somebody else changed this while you had it open, so yours is not kept yet. "
        "Look at theirs in another tab. Send yours once more, and it takes the place of theirs."
    )


def with_cookie(response: Response, token: str, *, secure: bool) -> Response:
    """Set the session's cookie: this browser only, no script, no other site."""
    response.set_cookie(COOKIE, token, httponly=True, samesite="lax", secure=secure, path="/staff", max_age=8 * 3600)
    return response


def go(path: str) -> Response:
    """See another page next."""
    return RedirectResponse(path, 303)
