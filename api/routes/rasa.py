"""What a Rasa server needs of us (`/nlu/parse`, `/webhook`), and what a Rasa client expects of a Rasa server.

The first two want the shared secret. The REST channel is public like the chat itself: a client may not name another
conversation, because its sender is only ever looked up among the REST channel's own.
"""

from __future__ import annotations

import asyncio
import hmac
from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Request
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionNotFoundException

from actions.parse import rasa_parse, readable
from api.schemas import LONGEST_MESSAGE, ActionCall, ParseIn, RestMessage
from api.service import Service, ServiceDep

router = APIRouter(include_in_schema=False)
Secret = Annotated[str, Header(alias="X-Signpost-Secret")]


@router.post("/nlu/parse")
def parse(service: ServiceDep, asked: ParseIn, secret: Secret = "") -> dict[str, Any]:
    """What a message means, as Rasa's own `/model/parse` writes it."""
    _check(service, secret)
    area = str(asked.metadata.get("area") or service.conversation.only_area)
    return rasa_parse(service.conversation.talk, readable(asked.text), area)


@router.post("/webhook")
def run_action(service: ServiceDep, call: ActionCall, secret: Secret = "") -> dict[str, Any]:
    """Run an action for a Rasa server (rasa-sdk's action server protocol)."""
    _check(service, secret)
    executor = ActionExecutor()
    for action in service.conversation.actions:
        executor.register_action(action)
    try:
        result = asyncio.run(executor.run({**call.model_dump(), "domain": call.domain or {"version": "3.1"}}))
    except ActionNotFoundException as error:
        raise HTTPException(404, f"There is no action '{call.next_action}'.") from error
    return {"events": result.events, "responses": result.responses} if result else {"events": [], "responses": []}


@router.get("/webhooks/rest/")
def rest_status() -> dict[str, str]:
    """As Rasa's REST channel answers."""
    return {"status": "ok"}


@router.post("/webhooks/rest/webhook")
async def rest(service: ServiceDep, request: Request, message: RestMessage) -> list[dict[str, Any]]:
    """Rasa's REST channel: `sender`, `message`, `metadata` in; a list of messages out."""
    if not request.app.state.limits.allows(request, f"rest:{message.sender}"):
        raise HTTPException(429, "That is a lot of messages at once. Please wait a minute.", {"Retry-After": "60"})
    area = str(message.metadata.get("area") or service.conversation.only_area)
    service.assistant.area(area)  # a clear 404 for an area that there is not
    key, trackers = f"rest:{message.sender}", service.conversation.trackers
    if await asyncio.to_thread(trackers.load, key) is None:
        await asyncio.to_thread(trackers.start, key, {"slots": dict(service.conversation.initial_slots), "events": []})
    said = readable(message.message)[:LONGEST_MESSAGE]
    found = await service.conversation.runner.handle(key, said, {**message.metadata, "area": area})
    return [{**_without_words(each), "recipient_id": message.sender} for each in found]


def _without_words(message: dict[str, Any]) -> dict[str, Any]:
    """A message without the last question: whoever shares a sender's name must not read it."""
    slots = {name: value for name, value in message.get("custom", {}).get("slots", {}).items() if name != "last_question"}
    return {**message, "custom": {**message["custom"], "slots": slots}} if "custom" in message else message


def _check(service: Service, secret: str) -> None:
    if not service.shared_secret:
        raise HTTPException(403, "No Rasa server is set up: set SIGNPOST_SHARED_SECRET on both sides.")
    if not hmac.compare_digest(secret.encode(), service.shared_secret.encode()):
        raise HTTPException(403, "The shared secret is wrong: set the same SIGNPOST_SHARED_SECRET on both sides.")
