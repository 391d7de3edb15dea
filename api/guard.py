"""What every request passes: size, which site it comes from, how often, and the headers that keep a browser strict."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Iterable

from fastapi import Request, Response
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.middleware.base import RequestResponseEndpoint

from api.errors import failed, respond
from api.service import Service

LARGEST_REQUEST = 64_000  # bytes
_LARGEST_STAFF_REQUEST = 1_000_000
_LONGEST = 60.0  # seconds for a whole request; a turn takes a few hundredths, the coverage of an area a few seconds
_CORS_METHODS = "GET, POST, DELETE"
_CORS_HEADERS = "Authorization, Content-Type"
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; manifest-src 'self'; frame-src 'self'; frame-ancestors "
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class Limits:
    """How many messages a conversation and a client may send a minute; counted in memory, forgotten after it."""

    def __init__(self, conversation: int, client: int) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._conversation = RateLimitItemPerMinute(conversation)
        self._client = RateLimitItemPerMinute(client)

    def allows(self, request: Request, conversation: str = "") -> bool:
        """Count one message; False if it is one too many."""
        if not self._limiter.hit(self._client, "client", client_of(request)):
            return False
        return not conversation or self._limiter.hit(self._conversation, "conversation", conversation)


def client_of(request: Request) -> str:
    """The client's network: its address, or for IPv6 the /64 that one household has.

    A web server that listens for both kinds writes IPv4 as `::ffff:192.0.2.1`: of those a /64 would be everybody.
    """
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.ip_network(f"{host}/64", strict=False))
    return host


def own_origin(request: Request) -> str:
    """The origin that this request was sent to."""
    return f"{request.url.scheme}://{request.headers.get('host', '')}"


def allowed_sites(service: Service, area: str | None = None) -> tuple[str, ...]:
    """Origins that may embed the chat of an area, or of any."""
    areas = service.assistant.parts.areas()
    sites = [site for each in areas if area in (None, each.slug) for site in each.sites]
    return tuple(dict.fromkeys([*sites, *service.extra_sites]))


def may_embed(request: Request, service: Service, area: str | None) -> bool:
    """True if the request comes from our own pages, from a program, or from a site that the area allows."""
    origin = request.headers.get("origin")
    return origin is None or origin == own_origin(request) or origin.lower() in allowed_sites(service, area)


async def guard(request: Request, call_next: RequestResponseEndpoint) -> Response:
    """The middleware."""
    service: Service = request.app.state.service
    try:
        async with asyncio.timeout(_LONGEST):
            response = _refused(request, service) or await call_next(request)
    except TimeoutError:
        response = respond(request, 503, "This took too long, so it was given up. Please try again in a minute.")
    except Exception as error:  # left to the server, its message would be written to the log
        response = failed(request, error)
    _cross_origin(request, response, service)
    area = request.url.path.split("/")[1]
    framed = " ".join(["'self'", *_clean(allowed_sites(service, area))])
    response.headers.setdefault("Content-Security-Policy", _POLICY + framed)
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _refused(request: Request, service: Service) -> Response | None:
    size = request.headers.get("content-length", "0")
    largest = _LARGEST_STAFF_REQUEST if request.url.path.startswith(("/staff", "/webhook")) else LARGEST_REQUEST
    if not size.isdigit() or int(size) > largest or "transfer-encoding" in request.headers:
        return respond(request, 413, "The request is too large, or does not say how large it is.")
    if request.url.path.startswith("/api/") and int(size) and not _is_json(request):
        return respond(request, 415, "Send JSON, and say so: 'Content-Type: application/json'.")
    if request.url.path.startswith("/api/") and not may_embed(request, service, None):
        return respond(request, 403, "This site may not use the chat. Ask the council to add its address to 'sites'.")
    if request.method == "OPTIONS" and request.url.path.startswith("/api/"):
        return Response(status_code=204)
    return None


def _is_json(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json"


def _cross_origin(request: Request, response: Response, service: Service) -> None:
    origin = request.headers.get("origin")
    if origin and request.url.path.startswith("/api/") and may_embed(request, service, None):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Vary"] = "Origin"
        response.headers["Access-Control-Allow-Methods"] = _CORS_METHODS
        response.headers["Access-Control-Allow-Headers"] = _CORS_HEADERS
        response.headers["Access-Control-Max-Age"] = "600"


def _clean(sites: Iterable[str]) -> list[str]:
    return [site for site in sites if not set(site) & set(" ;,'\"")]
