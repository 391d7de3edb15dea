"""The widget's file, the page that builds a school's snippet, and the pages that show the widget at work."""

from __future__ import annotations

import base64
import gzip
import hashlib
from functools import cache
from html import escape
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.guard import own_origin
from api.pages import render, tel
from api.service import ServiceDep
from assistant.contacts import setting_of
from knowledge.types import Area, Contact, Setting

router = APIRouter(include_in_schema=False)
WIDGET = Path(__file__).resolve().parent.parent.parent / "widget" / "signpost-chat.js"
_COLOUR = r"^#[0-9a-fA-F]{6}$"


@cache
def widget() -> tuple[bytes, str]:
    """The file and its subresource integrity."""
    raw = WIDGET.read_bytes()
    return raw, "sha384-" + base64.b64encode(hashlib.sha384(raw).digest()).decode()


@cache
def packed() -> bytes:
    """The file as it travels."""
    return gzip.compress(widget()[0], 9, mtime=0)


@router.get("/widget/signpost-chat.js")
def script(request: Request) -> Response:
    """The widget. It may be loaded from any site; which sites may talk to the service is another matter."""
    raw, integrity = widget()
    tag = f'"{integrity[7:23]}"'
    headers = {
        "ETag": tag, "Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin", "Vary": "Accept-Encoding",
    }  # fmt: skip
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        raw, headers = packed(), headers | {"Content-Encoding": "gzip"}
    return Response(raw, media_type="text/javascript; charset=utf-8", headers=headers)


@router.get("/{area}/embed")
def guide(
    service: ServiceDep,
    request: Request,
    area: str,
    setting: str = "",
    audience: Annotated[str, Query(pattern="^(parent|young_person)$")] = "parent",
    mode: Annotated[str, Query(pattern="^(panel|inline)$")] = "panel",
    side: Annotated[str, Query(pattern="^(right|left)$")] = "right",
    colour: Annotated[str, Query(pattern=_COLOUR)] = "#0b4f6c",
) -> Response:
    """The page that builds the snippet; a plain form, so that it works without JavaScript."""
    found = service.assistant.area(area)
    where = setting_of(found, setting)
    snippet = _snippet(own_origin(request), found, where, audience, mode, side, colour)
    frame = _frame(own_origin(request), found, where, audience)
    chosen = {"setting": setting, "audience": audience, "mode": mode, "side": side, "colour": colour}
    return HTMLResponse(render("embed.html", area=found, chosen=chosen, snippet=snippet, frame=frame, sites=found.sites))


@router.get("/{area}/demo/council")
def council(service: ServiceDep, area: str) -> Response:
    """A made-up council page with the widget."""
    return HTMLResponse(render("demo.html", area=service.assistant.area(area), setting=None, contact=None))


@router.get("/{area}/demo/school")
def school(service: ServiceDep, area: str) -> Response:
    """A made-up school page with the widget."""
    found = service.assistant.area(area)
    setting = next((each for each in found.settings if each.phase in ("primary", "secondary")), None)
    return HTMLResponse(render("demo.html", area=found, setting=setting, contact=setting.contact if setting else None))


def _snippet(origin: str, area: Area, setting: Setting | None, audience: str, mode: str, side: str, colour: str) -> str:
    corner = "" if side == "right" or mode == "inline" else "; --signpost-corner-start: 1em; --signpost-corner-end: auto"
    about = f' setting="{escape(setting.slug)}"' if setting else ""
    cards = [each for each in ((setting.contact if setting else None), area.contacts.get("sendiass")) if each]
    inside = "\n".join(f"  <p>{_person(each)}</p>" for each in cards)
    return (
        f'<script src="{origin}/widget/signpost-chat.js" integrity="{widget()[1]}" crossorigin="anonymous" defer></script>\n'
        f"<style>signpost-chat {{ --signpost-brand: {colour}{corner} }}</style>\n"
        f'<signpost-chat server="{origin}" area="{escape(area.slug)}"{about} audience="{audience}" mode="{mode}">\n'
        f"{inside}\n</signpost-chat>"
    )


def _person(contact: Contact) -> str:
    named = ", ".join(part for part in (contact.name, contact.role) if part)
    phone = f' <a href="tel:{tel(contact.phone)}">{escape(contact.phone)}</a>' if contact.phone else ""
    email = f' <a href="mailto:{escape(contact.email)}">{escape(contact.email)}</a>' if contact.email else ""
    return f"{escape(named)}{phone}{email}"


def _frame(origin: str, area: Area, setting: Setting | None, audience: str) -> str:
    path = f"/{area.slug}/{setting.slug}/chat" if setting else f"/{area.slug}/chat"
    address = f"{origin}{path}?audience={audience}"
    return f'<iframe src="{address}" title="Ask about SEND" width="100%" height="640" referrerpolicy="no-referrer"></iframe>'
