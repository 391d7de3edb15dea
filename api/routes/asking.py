"""The JSON API of the first version: ask one question, list areas and settings."""

from __future__ import annotations

from fastapi import APIRouter

from api.schemas import Question, ReplyOut, reply_out
from api.service import ServiceDep
from assistant.types import Context

router = APIRouter(prefix="/api/v1", tags=["asking"])


@router.get("/areas")
def areas(service: ServiceDep) -> list[dict[str, str]]:
    """Every area that can be asked about."""
    return [{"area": area.slug, "name": area.name} for area in service.assistant.parts.areas()]


@router.get("/areas/{area}/settings")
def settings(service: ServiceDep, area: str) -> list[dict[str, str]]:
    """The nurseries, schools and colleges of an area."""
    found = service.assistant.area(area).settings
    return [{"setting": each.slug, "name": each.name, "phase": each.phase} for each in found]


@router.post("/areas/{area}/ask")
def ask(service: ServiceDep, area: str, question: Question) -> ReplyOut:
    """The reply to one question, asked on its own."""
    return reply_out(service.assistant.answer(question.text, Context(area, question.setting, question.audience)))
