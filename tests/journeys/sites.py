"""Somebody else's web site, on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from playwright.sync_api import Browser, Page

from tests.journeys.server import free_port

LISTED = free_port()
"""The port of the one site that may embed the chat (`conftest.address`)."""
INSIDE = "<p>Larkmere SEND Advice <a href='tel:01632960101'>01632 960101</a></p>"
"""What a school puts inside the element: who to ring if the chat can't be reached."""


@contextmanager
def site(html: str, policy: str = "", port: int = 0) -> Iterator[str]:
    """The address of a site with one page."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            if policy:
                self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def markup(address: str, more: str = "") -> str:
    """A school's page with the widget."""
    return (
        f"<!doctype html><html lang=en><title>A school</title><main><h1>Our school</h1>"
        f'<signpost-chat area="larkmere" server="{address}" {more}>{INSIDE}</signpost-chat></main>'
        f'<script src="{address}/widget/signpost-chat.js" crossorigin="anonymous"></script></html>'
    )


@contextmanager
def opened(browser: Browser, address: str, html: str = "", policy: str = "", **how: object) -> Iterator[Page]:
    """The page of the listed site, in a browser's context of its own."""
    with site(html or markup(address), policy, LISTED) as host:
        context = browser.new_context(**how)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(host)
        page.set_default_timeout(8000)
        yield page
        context.close()
