"""Sending a hand-over with consent, and waiting for an answer, as JSON and as forms."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from api import conversing, handing_over
from api.guard import client_of
from api.pages import render
from api.routes.conversations import Token, bearer, check_rate
from api.schemas import HandOverIn, HandOverOut, WaitIn, WaitOut, errors
from api.service import ServiceDep

router = APIRouter(responses=errors(401))


@router.post("/api/v1/conversation/hand-over", status_code=202, tags=["conversations"])
def send(service: ServiceDep, request: Request, wanted: HandOverIn, authorization: Token = None) -> HandOverOut:
    """Send your own words to one of the contacts that were shown. Needs `consent`. Personal details are taken out first."""
    token = bearer(authorization)
    check_rate(service, request, token)
    sent = handing_over.send(
        service, token, wanted.contact, wanted.text, wanted.reply_to, client=client_of(request), consent=wanted.consent
    )
    return HandOverOut(reference=sent.reference, contact=sent.contact, text=sent.text)


@router.post("/api/v1/conversation/follow-up", status_code=201, tags=["conversations"])
def wait(service: ServiceDep, request: Request, wanted: WaitIn, authorization: Token = None) -> WaitOut:
    """Be told when the last question is answered: by a code to look it up with, or by one e-mail."""
    token = bearer(authorization)
    check_rate(service, request, token)
    code, text = handing_over.wait(service, token, wanted.email)
    return WaitOut(code=code, text=text)


@router.post("/{area}/chat/send", include_in_schema=False)
def send_form(
    service: ServiceDep,
    request: Request,
    area: str,
    conversation: Annotated[str, Form(max_length=80)] = "",
    contact: Annotated[str, Form(max_length=40)] = "",
    text: Annotated[str, Form(max_length=4000)] = "",
    reply_to: Annotated[str, Form(max_length=200)] = "",
    consent: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """The form under a contact."""
    check_rate(service, request, conversation)
    return _said(
        service, area, conversation,
        lambda: handing_over.send(
            service, conversation, contact, text, reply_to, client=client_of(request), consent=bool(consent)
        ).text,
    )  # fmt: skip


@router.post("/{area}/chat/wait", include_in_schema=False)
def wait_form(
    service: ServiceDep,
    request: Request,
    area: str,
    conversation: Annotated[str, Form(max_length=80)] = "",
    email: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """The form that asks to be told."""
    check_rate(service, request, conversation)
    return _said(service, area, conversation, lambda: handing_over.wait(service, conversation, email)[1])


@router.get("/{area}/waiting", include_in_schema=False)
def waiting(service: ServiceDep, area: str) -> Response:
    """The form to look a code up."""
    return HTMLResponse(render("waiting.html", area=service.assistant.area(area), said="", question="", answer=None))


@router.post("/{area}/waiting", include_in_schema=False)
def look_up(service: ServiceDep, request: Request, area: str, code: Annotated[str, Form(max_length=40)] = "") -> Response:
    """Whether the question of a code has been answered."""
    check_rate(service, request)
    found = service.passing.follow_ups.look_up(area, code)
    say = service.assistant.parts.replies.say
    answer = service.desk.curated.get(area, found.curated) if found and found.curated and service.desk else None
    said = say("follow_up.unknown") if found is None else "" if answer else say("follow_up.waiting")
    page = render(
        "waiting.html", area=service.assistant.area(area), said=said, question=found.question if found else "", answer=answer
    )
    return HTMLResponse(page, 200 if found else 404)


def _said(service: ServiceDep, area: str, token: str, act: object) -> Response:
    """A page that says how it went; a refusal is said on the same page, in the same words."""
    status = 200
    try:
        text = act()  # type: ignore[operator]
    except HTTPException as error:
        text, status = str(error.detail), error.status_code
    back = token if conversing.context_of(service, token) else ""
    page = render("passed.html", area=service.assistant.area(area), text=text, ok=status == 200, token=back)
    return HTMLResponse(page, status)
