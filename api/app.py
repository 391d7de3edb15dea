"""Makes the web application from a service that is already wired."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Response
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.staticfiles import StaticFiles
from starlette.middleware.sessions import SessionMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import add_error_handlers
from api.guard import Limits, guard
from api.pages import HERE
from api.routes import asking, chat, conversations, embed, handing_over, health, rasa
from api.service import Service
from api.staff import answers, content, gaps, people, reports, signin
from api.staff.session import SignInFirst, sign_in_first

STAFF_ROUTERS = (signin.router, gaps.router, answers.router, content.router, people.router, reports.router)
log = logging.getLogger(__name__)
_LOOK_EVERY = 0.5  # seconds between looks at whether the store has changed
_TASKS_EVERY = 60.0  # seconds between the service's own tasks


def create_app(service: Service) -> FastAPI:
    """The application. It watches the store, so that new content is live within two seconds."""
    app = FastAPI(
        title="Signpost", version="1", lifespan=_lifespan, docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json",
        description="Answers about SEND from what councils and schools publish, with their source, or who can help.",
    )  # fmt: skip
    app.state.service = service
    app.state.limits = Limits(service.messages_a_minute, service.client_messages_a_minute)
    app.middleware("http")(guard)
    app.mount("/static", GZipMiddleware(Assets(directory=HERE / "static"), minimum_size=500), name="static")
    app.add_middleware(
        SessionMiddleware,
        secret_key=_cookie_secret(service),
        session_cookie="signpost_sign_in",
        path="/staff",
        max_age=600,
        same_site="lax",
    )  # only the detour to a sign-in provider uses it
    app.add_middleware(HeadersOnly)
    app.add_exception_handler(SignInFirst, sign_in_first)
    families = (health, asking, conversations, handing_over, rasa, embed, chat)
    for router in (*STAFF_ROUTERS, *(each.router for each in families)):
        app.include_router(router)
    add_error_handlers(app)
    return app


class Assets(StaticFiles):
    """Style sheets and scripts. One whose address holds a mark of its content (`api.pages.asset`) is asked for once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, with how long it may be kept."""
        response = await super().get_response(path, scope)
        marked = scope["query_string"].startswith(b"v=")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if marked else "public, max-age=300"
        return response


class HeadersOnly:
    """Answers HEAD, with which monitors and link checkers ask, as GET; the web server leaves the body out."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        head = scope["type"] == "http" and scope["method"] == "HEAD"
        await self._app({**scope, "method": "GET"} if head else scope, receive, send)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    stop = threading.Event()
    for work in (_watch, _do_tasks):
        threading.Thread(target=work, args=(app.state.service, stop), daemon=True, name=work.__name__).start()
    yield
    stop.set()


def _cookie_secret(service: Service) -> str:
    return (service.desk.cookie_secret if service.desk else "") or secrets.token_urlsafe(32)


def _watch(service: Service, stop: threading.Event) -> None:
    while not stop.wait(_LOOK_EVERY):
        _run(service.refresh)


def _do_tasks(service: Service, stop: threading.Event) -> None:
    """In a thread of its own: a mail server that hangs must not keep an answer from going live."""
    wait = _LOOK_EVERY
    while not stop.wait(wait):
        for task in service.tasks:
            _run(task)
        wait = _TASKS_EVERY


def _run(task: object) -> None:
    """Run one task; whatever it raises is logged by kind, and the next round tries again."""
    try:
        task()  # type: ignore[operator]
    except Exception as error:
        log.error("task %s failed: %s", getattr(task, "__qualname__", task), type(error).__name__)
