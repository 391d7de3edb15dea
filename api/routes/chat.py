"""The chat page: a form that posts, complete without JavaScript. Nothing typed is ever in an address."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.pages import render_areas, render_chat
from api.schemas import LONGEST_MESSAGE
from api.service import Service, ServiceDep
from assistant.contacts import setting_of
from assistant.types import Audience, Context

router = APIRouter(include_in_schema=False)


@router.get("/")
def start(service: ServiceDep) -> Response:
    """The only area's chat, or a list of areas."""
    areas = service.assistant.parts.areas()
    if len(areas) == 1:
        return RedirectResponse(f"/{areas[0].slug}/chat")
    return HTMLResponse(render_areas(areas))


@router.get("/{area}/chat")
@router.get("/{area}/{setting}/chat")
def page(service: ServiceDep, area: str, setting: str | None = None, audience: Audience = Audience.PARENT) -> Response:
    """The empty chat page."""
    return HTMLResponse(_page(service, area, setting, audience))


@router.post("/{area}/chat")
@router.post("/{area}/{setting}/chat")
def ask(
    service: ServiceDep,
    area: str,
    text: Annotated[str, Form(max_length=LONGEST_MESSAGE)] = "",
    choice: Annotated[str, Form(max_length=200)] = "",
    chosen: Annotated[str, Form(max_length=80)] = "",
    audience: Annotated[Audience, Form()] = Audience.PARENT,
    setting: str | None = None,
) -> Response:
    """The page with the reply to one question."""
    where = setting_of(service.assistant.area(area), chosen or setting)
    asked = (text or choice).strip()
    return HTMLResponse(_page(service, area, where.slug if where else None, audience, asked))


def _page(service: Service, slug: str, setting: str | None, audience: Audience, asked: str = "") -> str:
    area = service.assistant.area(slug)
    known = setting_of(area, setting)
    intro = service.assistant.parts.replies.say("intro", audience, area=area.name)
    reply = service.assistant.answer(asked, Context(slug, known.slug if known else None, audience)) if asked else None
    return render_chat(area, known.slug if known else None, audience, intro, asked, reply)
