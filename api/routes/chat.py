"""The chat page: forms that post, complete without JavaScript. Nothing typed, and no token, is ever in an address."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from actions.replies import reply_json
from actions.runner.payloads import as_words, parse_payload
from api import conversing, handing_over
from api.forms import Message
from api.pages import ChatPage, asset, render_areas, render_chat, render_questions
from api.routes.conversations import check_rate
from api.service import Service, ServiceDep
from assistant.contacts import setting_of
from assistant.types import Audience, Context

router = APIRouter(include_in_schema=False)
_BUSY = "That is a lot of messages at once. Please wait a minute, then ask again."
_GONE = (
    "Your conversation has been deleted. If we could not answer a question well, we keep it for 30 days, with personal details "
    "taken out."
)


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
    """The empty chat page. A conversation starts with the first message."""
    known = setting_of(service.assistant.area(area), setting)
    return _page(service, Context(area, known.slug if known else None, audience))


@router.post("/{area}/chat")
@router.post("/{area}/{setting}/chat")
async def say(
    service: ServiceDep,
    request: Request,
    area: str,
    text: Message = "",
    choice: Annotated[str, Form(max_length=400)] = "",
    chosen: Annotated[str | None, Form(max_length=80)] = None,
    audience: Annotated[Audience, Form()] = Audience.PARENT,
    conversation: Annotated[str, Form(max_length=80)] = "",
    misread: Annotated[bool, Form()] = False,
    setting: str | None = None,
) -> Response:
    """The page with the replies to one message. A conversation that is over starts anew, without a word about it."""
    where = setting_of(service.assistant.area(area), chosen if chosen is not None else setting)
    wanted = Context(area, where.slug if where else None, audience)
    said = choice if choice and parse_payload(choice) else as_words(text or choice)
    if not said.strip():
        return _page(service, wanted, conversation)
    if not request.app.state.limits.allows(request, conversation):
        return _page(service, wanted, conversation, draft=text, replies=[_notice(_BUSY)], status=429)
    before = conversing.context_of(service, conversation)
    if before is None or before.area != area:
        conversation, before = conversing.start(service, wanted), wanted
    if chosen is not None:
        await _catch_up(service, conversation, before, wanted)
    exchange = await conversing.say(service, conversation, said, misread=misread)
    asked = "" if parse_payload(said) else text.strip()
    return _page(service, exchange.context, conversation, asked, replies=list(exchange.replies))


@router.post("/{area}/chat/forget")
async def forget(service: ServiceDep, area: str, conversation: Annotated[str, Form(max_length=80)] = "") -> Response:
    """Delete the conversation."""
    gone = await conversing.forget(service, conversation)
    return _page(service, Context(area), replies=[_notice(_GONE if gone else conversing.GONE_LATER)])


@router.get("/{area}/questions")
def browse(
    service: ServiceDep, request: Request, area: str, setting: str = "", topic: str = "", audience: Audience = Audience.PARENT
) -> Response:
    """The SE7 questions of a setting, each opening its answer or who to ask. Looking at them is not counted.

    In an area without settings there are none: the chat is shown.
    """
    found = service.assistant.area(area)
    if not found.settings:
        return RedirectResponse(f"/{area}/chat")
    where = setting_of(found, setting)
    question = service.browse.question(topic) if where else None
    context = Context(area, where.slug if where else None, audience, clarified=True, records=False)
    if question:
        check_rate(service, request)
    reply = reply_json(service.assistant.answer(question.asks, context)) if question else None
    return HTMLResponse(render_questions(found, where, audience, service.browse.questions(audience), question, reply))


@router.get("/{area}/app.webmanifest")
def manifest(service: ServiceDep, area: str) -> Response:
    """Lets the chat be put on a phone's home screen."""
    found = service.assistant.area(area)
    icons = [
        {"src": asset(f"icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for size in (192, 512) for purpose in ("any", "maskable")
    ]  # fmt: skip
    icons.append({"src": asset("icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"})
    body = {
        "id": f"/{area}/chat", "name": f"Signpost for {found.name}", "short_name": "Signpost", "start_url": f"/{area}/chat",
        "scope": f"/{area}/", "display": "standalone", "background_color": "#ffffff", "theme_color": "#0b4f6c", "lang": "en-GB",
        "description": "Answers about SEND from the council's and the schools' own pages, or who can help.", "icons": icons,
    }  # fmt: skip
    return JSONResponse(body, media_type="application/manifest+json")


async def _catch_up(service: Service, conversation: str, before: Context, wanted: Context) -> None:
    """The page's own fields are choices too: send them first, if they were changed."""
    if wanted.audience is not before.audience:
        await conversing.say(service, conversation, f'/choose_audience{{"audience": "{wanted.audience.value}"}}')
    if wanted.setting != before.setting:
        await conversing.say(service, conversation, f'/choose_setting{{"setting": "{wanted.setting or "none"}"}}')


def _page(
    service: Service, context: Context, token: str = "", asked: str = "", *, draft: str = "",
    replies: list[dict[str, Any]] | None = None, status: int = 200,
) -> Response:  # fmt: skip
    area = service.assistant.area(context.area)
    intro = service.assistant.parts.replies.say("intro", context.audience, area=area.name)
    shown = replies or []
    letter = handing_over.draft(service, context, shown[-1]) if shown else ""
    page = ChatPage(
        area, context.setting or "", context.audience, intro, token, asked, draft, shown, service.passing.can_send, letter
    )
    return HTMLResponse(render_chat(page), status)


def _notice(text: str) -> dict[str, Any]:
    return {
        "kind": "smalltalk", "text": text, "notice": "", "citations": [], "see_also": [], "choices": [], "contacts": [],
    }  # fmt: skip
