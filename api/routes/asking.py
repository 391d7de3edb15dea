"""The JSON API of the first version: areas, settings, questions to browse, and one question asked on its own."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request

from actions.parse import readable
from api.guard import client_of
from api.routes.conversations import check_rate
from api.schemas import AreaNameOut, AreaOut, ContactOut, Question, QuestionOut, ReplyOut, SettingOut, errors, reply_out
from api.service import ServiceDep
from assistant.types import Audience, Context

router = APIRouter(prefix="/api/v1", tags=["asking"], responses=errors())


@router.get("/areas")
def areas(service: ServiceDep) -> list[AreaNameOut]:
    """Every area that can be asked about."""
    return [AreaNameOut(area=area.slug, name=area.name) for area in service.assistant.parts.areas()]


@router.get("/areas/{area}")
def area_facts(service: ServiceDep, area: str) -> AreaOut:
    """One area, with who can help in it."""
    found = service.assistant.area(area)
    contacts = {
        key: ContactOut(
            key=key, name=each.name, role=each.role, phone=each.phone, out_of_hours_phone=each.out_of_hours_phone,
            email=each.email, url=each.url, hours=each.hours, why="",
        )
        for key, each in found.contacts.items()
    }  # fmt: skip
    return AreaOut(area=found.slug, name=found.name, local_offer_url=found.local_offer_url, contacts=contacts)


@router.get("/areas/{area}/settings")
def settings(
    service: ServiceDep, area: str, q: Annotated[str, Query(max_length=80, description="A part of its name.")] = ""
) -> list[SettingOut]:
    """The nurseries, schools and colleges of an area; with `q`, those whose name may be meant, typed badly or not."""
    found = service.assistant.area(area).settings
    if q.strip():
        named = {entity.value for entity in service.assistant.names(area).find(q)}
        found = tuple(each for each in found if each.slug in named or q.strip().lower() in each.name.lower())
    return [SettingOut(setting=each.slug, name=each.name, phase=each.phase) for each in found]


@router.post("/areas/{area}/ask")
def ask(service: ServiceDep, request: Request, area: str, question: Question) -> ReplyOut:
    """The reply to one question, asked on its own."""
    check_rate(service, request)
    context = Context(area, question.setting, question.audience, asker=f"ask:{client_of(request)}")
    service.assistant.area(area)  # who asks for an area that there is not is told so, and not counted
    with service.metrics.message():
        reply = service.assistant.answer(readable(question.text), context)
    service.metrics.replied(area, reply.kind.value, reply.reason and reply.reason.value)
    return reply_out(reply)


@router.get("/areas/{area}/questions")
def questions(service: ServiceDep, area: str, audience: Audience = Audience.PARENT) -> list[QuestionOut]:
    """The questions that families ask most (the SE7 pathfinder's), to browse."""
    service.assistant.area(area)
    return [QuestionOut(topic=each.topic, question=each.says) for each in service.browse.questions(audience)]


@router.get("/areas/{area}/questions/{topic}")
def question(
    service: ServiceDep,
    request: Request,
    area: str,
    topic: str,
    setting: str | None = None,
    audience: Audience = Audience.PARENT,
) -> ReplyOut:
    """The answer to one of the questions for a setting, or who to ask because it is not published. It is not counted."""
    check_rate(service, request)
    asked = service.browse.question(topic.upper())
    if asked is None:
        raise HTTPException(404, f"There is no question '{topic}': they are P01 to P14 and Y01 to Y14.")
    return reply_out(service.assistant.answer(asked.asks, Context(area, setting, audience, records=False)))
