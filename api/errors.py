"""Turns every error into one shape: JSON for programs, a plain page for people. Never a traceback, and no words in the log."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from api.pages import render_error
from api.schemas import ErrorOut
from assistant.errors import AreaUnknown, AssistantError
from knowledge.errors import KnowledgeError

log = logging.getLogger(__name__)
_PROGRAMS = ("/api/", "/health", "/nlu/", "/webhook")
_PLACES = 6
_NO_PAGE = "There is no page at this address."
_NO_DATABASE = "We can't save or look anything up just now. Please try again in a minute."
_SORRY = "Something went wrong on our side. Please try again in a minute."


def add_error_handlers(app: FastAPI) -> None:
    """Register the handlers on `app`."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(AreaUnknown, _unknown)
    app.add_exception_handler(AssistantError, failed)
    app.add_exception_handler(KnowledgeError, failed)
    app.add_exception_handler(OperationalError, _no_database)
    app.add_exception_handler(Exception, failed)


def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    text = {
        400: "The request could not be read: send JSON in UTF-8."
        if _from_program(request)
        else "That could not be read. Please send it again.",
        404: _NO_PAGE,
        405: "This address does not take that kind of request.",
    }
    response = respond(request, status, text.get(status, str(getattr(error, "detail", _SORRY))))
    response.headers.update(getattr(error, "headers", None) or {})
    return response


def _invalid(request: Request, error: Exception) -> Response:
    details = error.errors() if isinstance(error, RequestValidationError) else []
    if any(each["loc"][0] == "path" for each in details):
        return respond(request, 404, _NO_PAGE)
    lines = [f"{_place(each)}: {each['msg']}" for each in details]
    return respond(request, 422, "The request does not fit: " + "; ".join(lines), lines)


def _place(detail: dict[str, Any]) -> str:
    """The field that does not fit; `body` if it is all of it."""
    steps = [str(step) for step in detail["loc"][1:]]
    return ".".join(steps) if steps and detail["type"] != "json_invalid" else "body"


def _unknown(request: Request, error: Exception) -> Response:
    return respond(request, 404, str(error) if _from_program(request) else _NO_PAGE)


def failed(request: Request, error: Exception) -> Response:
    """An error of ours. The log gets its kind and where it came from; its message could hold what somebody typed."""
    log.error("request failed: %s at %s", type(error).__name__, _places(error))
    return respond(request, 500, _SORRY)


def _no_database(request: Request, error: Exception) -> Response:
    """The database has no room, or can't be reached: whoever asks may try again."""
    log.error("request failed: %s at %s", type(error).__name__, _places(error))
    response = respond(request, 503, _NO_DATABASE)
    response.headers["Retry-After"] = "60"
    return response


def _places(error: Exception) -> str:
    """The innermost lines of code that an error passed, innermost first."""
    frames = traceback.extract_tb(error.__traceback__)[: -_PLACES - 1 : -1]
    return ", ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)


def respond(request: Request, status: int, text: str, lines: list[str] | None = None) -> Response:
    """An error as JSON for programs, as a plain page for people."""
    if _from_program(request):
        return JSONResponse(ErrorOut(error=text, errors=lines or [], status=status).model_dump(), status)
    return HTMLResponse(render_error(status, text), status)


def _from_program(request: Request) -> bool:
    return request.url.path.startswith(_PROGRAMS)
