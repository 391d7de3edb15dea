"""Makes the web application from a service that is already wired."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles
from starlette.middleware.base import RequestResponseEndpoint

from api.errors import add_error_handlers
from api.pages import HERE
from api.routes import asking, chat, health
from api.service import Service

_LOOK_EVERY = 1.0  # seconds between looks at whether the store has changed
_LARGEST_REQUEST = 64_000  # bytes
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'self'; manifest-src 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def create_app(service: Service) -> FastAPI:
    """The application. It watches the store, so that new content is live within two seconds."""
    app = FastAPI(title="Signpost", version="1", lifespan=_lifespan, docs_url=None, redoc_url=None)
    app.state.service = service
    app.middleware("http")(_guard)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    for router in (health.router, asking.router, chat.router):
        app.include_router(router)
    add_error_handlers(app)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    stop = threading.Event()
    watcher = threading.Thread(target=_watch, args=(app.state.service, stop), daemon=True, name="watch-store")
    watcher.start()
    yield
    stop.set()


def _watch(service: Service, stop: threading.Event) -> None:
    while not stop.wait(_LOOK_EVERY):
        service.refresh()


async def _guard(request: Request, call_next: RequestResponseEndpoint) -> Response:
    size = request.headers.get("content-length", "0")
    if not size.isdigit() or int(size) > _LARGEST_REQUEST:
        return Response("The request is too large.", 413)
    response = await call_next(request)
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response
