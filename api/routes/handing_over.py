"""Sending a hand-over with consent, and waiting for an answer, as JSON and as forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from api import conversing, handing_over
from api.forms import Letter
from api.guard import client_of
from api.pages import render
from api.routes.conversations import Token, bearer, check_rate
from api.schemas import LONGEST_MESSAGE, HandOverIn, HandOverOut, WaitIn, WaitOut, errors
from api.service import Service, ServiceDep
from assistant.contacts import FALLBACK, OWN, setting_of
from assistant.types import Context

router = APIRouter(responses=errors(401))
_LONG = f"That is too long to send. Please leave something out: {LONGEST_MESSAGE:,} letters and marks are the most."


@router.post("/api/v1/conversation/hand-over", status_code=202, tags=["conversations"], responses=errors(409))
def send(service: ServiceDep, request: Request, wanted: HandOverIn, authorization: Token = None) -> HandOverOut:
    """Send your own words to one of the contacts that were shown. Needs `consent`. Personal details are taken out first."""
    token = bearer(authorization)
    check_rate(service, request, token)
    sent = handing_over.send(
        service, token, wanted.contact, wanted.text, wanted.reply_to,
        client=client_of(request), consent=wanted.consent, setting=wanted.setting,
    )  # fmt: skip
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
    setting: Annotated[str, Form(max_length=80)] = "",
    text: Letter = "",
    reply_to: Annotated[str, Form(max_length=200)] = "",
    consent: Annotated[str, Form(max_length=10)] = "",
    shown: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """The form under a contact. `shown` are the keys of those that it offered, `setting` is whose they are."""

    def act() -> str:
        check_rate(service, request, conversation)
        if len(text) > LONGEST_MESSAGE:
            raise HTTPException(422, _LONG)
        return handing_over.send(
            service, conversation, contact, text, reply_to,
            client=client_of(request), consent=bool(consent), setting=setting,
        ).text  # fmt: skip

    typed = {"text": text, "contact": contact, "reply_to": reply_to, "consent": consent, "setting": setting}
    return _said(service, area, conversation, act, "write_to", typed, shown or contact)


@router.post("/{area}/chat/wait", include_in_schema=False)
def wait_form(
    service: ServiceDep,
    request: Request,
    area: str,
    conversation: Annotated[str, Form(max_length=80)] = "",
    email: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """The form that asks to be told."""

    def act() -> str:
        check_rate(service, request, conversation)
        return handing_over.wait(service, conversation, email)[1]

    return _said(service, area, conversation, act, "wait_for", {"email": email})


@router.get("/{area}/waiting", include_in_schema=False)
def waiting(service: ServiceDep, area: str) -> Response:
    """The form to look a code up."""
    return _waiting(service, area)


@router.post("/{area}/waiting", include_in_schema=False)
def look_up(service: ServiceDep, request: Request, area: str, code: Annotated[str, Form(max_length=40)] = "") -> Response:
    """Whether the question of a code has been answered. A code that found nothing stays in the form."""
    try:
        check_rate(service, request)
    except HTTPException as error:
        return _waiting(service, area, error.status_code, error.headers, said=str(error.detail), code=code)
    found = service.passing.follow_ups.look_up(area, code)
    say = service.assistant.parts.replies.say
    if found is None:
        return _waiting(service, area, 404, said=say("follow_up.unknown"), code=code)
    answer = service.desk.curated.get(area, found.curated) if found.curated and service.desk else None
    return _waiting(service, area, said="" if answer else say("follow_up.waiting"), question=found.question, answer=answer)


def _waiting(
    service: ServiceDep, area: str, status: int = 200, headers: Mapping[str, str] | None = None, **shown: object
) -> Response:
    """The form for a code, with what is `shown` above it."""
    shown = {"said": "", "question": "", "answer": None, "code": ""} | shown
    return HTMLResponse(render("waiting.html", area=service.assistant.area(area), **shown), status, headers)


def _said(
    service: ServiceDep, area: str, token: str, act: Callable[[], str], form: str, typed: Mapping[str, str], shown: str = ""
) -> Response:
    """A page that says how it went. A refusal is said above the form, which holds what was `typed` into it."""
    status, headers = 200, None
    try:
        text = act()
    except HTTPException as error:
        text, status, headers = str(error.detail), error.status_code, error.headers
    context = conversing.context_of(service, token)
    page = render(
        "passed.html",
        area=service.assistant.area(area), text=text, ok=status == 200, token=token if context else "",
        can_send=bool(context) and service.passing.can_send, form=form, typed=typed,
        contacts=_offered(service, token, context or Context(area), shown, typed) if shown else [],
    )  # fmt: skip
    return HTMLResponse(page, status, headers)


def _offered(service: Service, token: str, context: Context, shown: str, typed: Mapping[str, str]) -> list[dict[str, str]]:
    """Those of the contacts that were shown who can be written to; the area's adviser once nobody else is left.

    Not the setting's own role, once the chat shows that of another.
    """
    area, slug = service.assistant.area(context.area), conversing.contact_setting(service, token)
    known = {key: contact for key, contact in area.contacts.items() if key != "safeguarding"}
    if (own := setting_of(area, slug)) and slug == (typed["setting"] or slug):
        known[OWN] = own.contact
    keys = [key for key in dict.fromkeys(shown.split()) if key in known and known[key].email]
    found = [(key, known[key]) for key in keys or [FALLBACK] if key in known and known[key].email]
    about = {"setting": typed["setting"]}
    return [{"key": key, "name": each.name, "role": each.role, "email": each.email, **about} for key, each in found]
