"""Conversations over JSON. The token goes in the `Authorization` header, never in an address."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Header, HTTPException, Request, Response

from actions.runner.payloads import as_words
from api import conversing
from api.guard import may_embed
from api.schemas import ConversationIn, ConversationOut, FeedbackIn, MessageIn, MessagesOut, ReplyOut, errors
from api.service import Service, ServiceDep
from assistant.contacts import setting_of
from assistant.types import Context

router = APIRouter(prefix="/api/v1", tags=["conversations"], responses=errors(401))
Token = Annotated[str | None, Header(alias="Authorization", description="`Bearer` and the conversation's token.")]


@router.post("/conversations", status_code=201)
def start(service: ServiceDep, request: Request, wanted: ConversationIn) -> ConversationOut:
    """Start a conversation. It is forgotten after an hour without a message."""
    check_rate(service, request)
    if not may_embed(request, service, wanted.area):
        raise HTTPException(403, "This site may not embed this area's chat. Ask the council to add its address to 'sites'.")
    context = Context(wanted.area, wanted.setting, wanted.audience)
    token = conversing.start(service, context)
    area = service.assistant.area(wanted.area)
    setting = setting_of(area, wanted.setting)
    expires = datetime.now(UTC) + timedelta(minutes=service.conversation.minutes)
    return ConversationOut(
        conversation=token, expires=expires, area=area.slug, area_name=area.name,
        setting=setting.slug if setting else None, setting_name=setting.name if setting else "", audience=wanted.audience,
        intro=service.assistant.parts.replies.say("intro", wanted.audience, area=area.name),
    )  # fmt: skip


@router.post("/conversation/messages")
async def send(service: ServiceDep, request: Request, message: MessageIn, authorization: Token = None) -> MessagesOut:
    """Send a message, or the payload of a choice. A message with several questions gets several replies."""
    token = bearer(authorization)
    check_rate(service, request, token)
    text = message.choice if message.choice is not None else as_words_only(message.text or "")
    return _out(service, await conversing.say(service, token, text, misread=message.misread))


@router.post("/conversation/feedback")
async def feedback(service: ServiceDep, request: Request, given: FeedbackIn, authorization: Token = None) -> MessagesOut:
    """Say whether the last reply helped. If not, the reply offers the next best pages and a person."""
    token = bearer(authorization)
    check_rate(service, request, token)
    said = '/feedback{"helpful": "yes"}' if given.helpful else '/feedback{"helpful": "no"}'
    return _out(service, await conversing.say(service, token, said))


@router.delete("/conversation", status_code=204)
async def forget(service: ServiceDep, authorization: Token = None) -> Response:
    """Delete the conversation. 503 if a Rasa server could not be told: it forgets by itself, within an hour."""
    if not await conversing.forget(service, bearer(authorization)):
        raise HTTPException(503, conversing.GONE_LATER)
    return Response(status_code=204)


def as_words_only(text: str) -> str:
    """What a person typed is never a button's payload."""
    return as_words(text.lstrip().lstrip("/")) or "?"


def bearer(header: str | None) -> str:
    """The token of an `Authorization` header. Raises 401 if there is none."""
    kind, _, token = (header or "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise HTTPException(401, "Send the conversation's token: 'Authorization: Bearer TOKEN'.")
    return token.strip()


def check_rate(service: Service, request: Request, conversation: str = "") -> None:
    """Raise 429 for a client or a conversation that sends too much."""
    if not request.app.state.limits.allows(request, conversation):
        raise HTTPException(429, "That is a lot of messages at once. Please wait a minute.", {"Retry-After": "60"})


def _out(service: Service, exchange: conversing.Exchange) -> MessagesOut:
    setting = setting_of(service.assistant.area(exchange.context.area), exchange.context.setting)
    return MessagesOut(
        replies=[ReplyOut.model_validate(reply) for reply in exchange.replies],
        setting=setting.slug if setting else None,
        setting_name=setting.name if setting else "",
        audience=exchange.context.audience,
    )
