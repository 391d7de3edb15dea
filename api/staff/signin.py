"""Signing in: by password, by the council's OpenID Connect provider, or for the first time by a one-time link."""

from __future__ import annotations

from typing import Annotated, Any

from authlib.integrations.base_client import OAuthError
from authlib.integrations.starlette_client import OAuth
from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from api.pages import render
from api.service import ServiceDep
from api.staff.session import COOKIE, PostingDep, desk_of, go, with_cookie
from store.staff import SHORTEST_PASSWORD

router = APIRouter(prefix="/staff", include_in_schema=False)
_WRONG = "The e-mail address or the password is wrong, or there were too many tries. Wait a quarter of an hour, then try again."
_USED = "This link has been used, or is too old. Ask an administrator for a new one."


@router.get("/sign-in")
def form(service: ServiceDep) -> Response:
    """The form."""
    return HTMLResponse(render("staff/sign_in.html", oidc=bool(desk_of(service).oidc), problem=""))


@router.post("/sign-in")
def sign_in(
    request: Request,
    service: ServiceDep,
    email: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Check the password. The answer does not say whether there is such an account."""
    desk = desk_of(service)
    if not request.app.state.limits.allows(request):
        raise HTTPException(429, "Too many tries. Please wait a minute.")
    staff = desk.accounts.check_password(email, password)
    if staff is None:
        return HTMLResponse(render("staff/sign_in.html", oidc=bool(desk.oidc), problem=_WRONG), 401)
    desk.audit.write(staff.email, staff.area, "sign in", "password")
    return with_cookie(go("/staff"), desk.accounts.begin_session(staff), secure=request.url.scheme == "https")


@router.post("/sign-out")
def sign_out(request: Request, signed: PostingDep) -> Response:
    """End the session."""
    signed.desk.accounts.end_session(request.cookies.get(COOKIE, ""))
    response = go("/staff/sign-in")
    response.delete_cookie(COOKIE, path="/staff")
    return response


@router.get("/welcome/{token}")
def welcome(service: ServiceDep, token: str) -> Response:
    """The form that sets a password; looking at it does not use the link up."""
    staff = desk_of(service).accounts.of_link(token)
    problem = "" if staff else _USED
    return HTMLResponse(
        render("staff/welcome.html", person=staff, problem=problem, shortest=SHORTEST_PASSWORD), 200 if staff else 410
    )


@router.post("/welcome/{token}")
def set_password(
    request: Request, service: ServiceDep, token: str, password: Annotated[str, Form(max_length=200)] = ""
) -> Response:
    """Set the password, and sign in."""
    desk = desk_of(service)
    if len(password) < SHORTEST_PASSWORD:
        problem = f"Use at least {SHORTEST_PASSWORD} characters. Three or four words that you can remember are good."
        person = desk.accounts.of_link(token)
        return HTMLResponse(render("staff/welcome.html", person=person, problem=problem, shortest=SHORTEST_PASSWORD), 422)
    staff = desk.accounts.set_password(token, password)
    if staff is None:
        return HTMLResponse(render("staff/welcome.html", person=None, problem=_USED, shortest=SHORTEST_PASSWORD), 410)
    desk.audit.write(staff.email, staff.area, "set password", staff.email)
    return with_cookie(go("/staff"), desk.accounts.begin_session(staff), secure=request.url.scheme == "https")


@router.get("/oidc/start")
async def oidc_start(request: Request, service: ServiceDep) -> Response:
    """Off to the council's sign-in provider."""
    client = _oidc(request, service)
    response: Response = await client.authorize_redirect(request, str(request.url_for("oidc_back")))
    return response


@router.get("/oidc/back")
async def oidc_back(request: Request, service: ServiceDep) -> Response:
    """Back from the provider: an account with that (verified) address is signed in; none is made by itself."""
    desk = desk_of(service)
    try:
        token = await _oidc(request, service).authorize_access_token(request)
    except OAuthError as error:
        raise HTTPException(403, "The sign-in did not work. Go back and try again.") from error
    claims = token.get("userinfo") or {}
    verified = claims.get("email_verified", True)
    staff = desk.accounts.by_email(str(claims.get("email") or "")) if verified else None
    if staff is None:
        raise HTTPException(403, "You have signed in, but have no account here. Ask an administrator of your area.")
    desk.audit.write(staff.email, staff.area, "sign in", "OpenID Connect")
    return with_cookie(go("/staff"), desk.accounts.begin_session(staff), secure=request.url.scheme == "https")


def _oidc(request: Request, service: ServiceDep) -> Any:
    desk = desk_of(service)
    if not desk.oidc:
        raise HTTPException(404, "There is no page at this address.")
    oauth = getattr(request.app.state, "oauth", None)
    if oauth is None:
        oauth = OAuth()
        oauth.register(
            "council", server_metadata_url=desk.oidc["issuer"].rstrip("/") + "/.well-known/openid-configuration",
            client_id=desk.oidc["client_id"], client_secret=desk.oidc["client_secret"],
            client_kwargs={"scope": "openid email profile", "code_challenge_method": "S256"},
        )  # fmt: skip
        request.app.state.oauth = oauth
    return oauth.council
