"""Fetches the JSON of an Open Referral feed: one host, one request at a time, with patience.

Feeds are open (no key), GET only, and may slow a reader down: https://openreferraluk.org/developers/compliance.
"""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any

import httpx

from knowledge.errors import FeedError

USER_AGENT = "Signpost (answers families' questions from the services that councils publish)"
PAUSE = 0.2  # seconds between two requests: a council's server has families to serve
BACKOFF = 1.0  # seconds before the second try; doubled before each later one
LONGEST_WAIT = 60.0  # seconds that a server may ask us to wait before we give up on one address
LARGEST_REPLY = 20_000_000  # bytes; a page of a hundred full services has about one million
_TRIES = 3
_TIMEOUT = 30.0  # seconds without a byte
_LONGEST_REPLY = 120.0  # seconds for a whole reply
_MOST_REDIRECTS = 5
_TRY_AGAIN = (429, 500, 502, 503, 504)
_GONE = (404, 410)
_PORTS = {"http": 80, "https": 443}


class Feed:
    """A feed at an address that may end in `/` or `/services`; what follows a `?` in it goes with each request."""

    def __init__(self, url: str) -> None:
        try:
            address = httpx.URL(url)
        except httpx.InvalidURL as error:
            raise FeedError(f"'{url[:200]}' is not an address ({error}): mend it") from error
        path = address.path.rstrip("/").removesuffix("/services").rstrip("/")
        self._base = address.copy_with(path=path or "/", query=None, fragment=None)
        self._params = address.params
        self._client = httpx.Client(timeout=_TIMEOUT, headers={"User-Agent": USER_AGENT, "Accept": "application/json"})
        self._last = 0.0

    def __enter__(self) -> Feed:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._client.close()

    def version(self) -> str:
        """What the feed says at its root, as `HSDS-UK-3.0`; `1.0` if it says nothing, as the official validator has it."""
        try:
            root = self.get("/", tries=1)
        except FeedError:
            return "1.0"
        version = root.get("version") if isinstance(root, dict) else None
        return str(version)[:40] if version else "1.0"

    def get(self, path: str, tries: int = _TRIES, **params: int) -> Any:
        """The JSON at `path` below the feed's address. Raises FeedError."""
        base = str(self._base).rstrip("/")
        address = httpx.URL(f"{base}{path}", params=self._params.merge(params))
        for attempt in range(1, tries + 1):
            try:
                status, wait, body = self._reply(address)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                if attempt == tries:
                    raise FeedError(f"{address} can't be reached ({type(error).__name__}): see whether the feed is up") from error
                status, wait, body = 0, None, b""
            if status == httpx.codes.OK:
                return _parsed(address, body)
            if status and (status not in _TRY_AGAIN or attempt == tries):
                raise FeedError(f"{address} answers {status}: {_next_step(status)}", absent=status in _GONE)
            wait = BACKOFF * 2 ** (attempt - 1) if wait is None else wait
            if wait > LONGEST_WAIT:
                raise FeedError(f"{address} asks to wait for {wait:,.0f} seconds: read the feed again later")
            time.sleep(wait)
        raise FeedError(f"{address} can't be reached: see whether the feed is up")

    def _reply(self, address: httpx.URL) -> tuple[int, float | None, bytes]:
        """The status, how long the server asks to wait, and the body. Follows redirects on the same host."""
        for _ in range(_MOST_REDIRECTS + 1):
            time.sleep(max(0.0, self._last + PAUSE - time.monotonic()))
            try:
                with self._client.stream("GET", address) as response:
                    if not response.has_redirect_location:
                        return response.status_code, _wait(response.headers.get("Retry-After")), _body(address, response)
                    target = response.url.join(response.headers["Location"])
            finally:
                self._last = time.monotonic()
            if not _same_place(address, target):
                raise FeedError(f"{address} leads to another place ({target.host}): if that is right, write its address instead")
            address = target
        raise FeedError(f"{address} leads on and on: see whether the feed is up")


def _body(address: httpx.URL, response: httpx.Response) -> bytes:
    if response.status_code != httpx.codes.OK:
        return b""
    body, start = bytearray(), time.monotonic()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > LARGEST_REPLY:
            raise FeedError(f"{address} has over {LARGEST_REPLY:,} bytes: ask the publisher for smaller pages")
        if time.monotonic() - start > _LONGEST_REPLY:
            raise FeedError(f"{address} is too slow (over {_LONGEST_REPLY:.0f} seconds): read the feed again later")
    return bytes(body)


def _parsed(address: httpx.URL, body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8-sig", errors="replace"))
    except (ValueError, RecursionError) as error:
        raise FeedError(f"{address} is not JSON ({type(error).__name__}): write the address of the feed itself") from error


def _same_place(one: httpx.URL, other: httpx.URL) -> bool:
    """True for the same host and port, or for the same host by https instead of http."""
    if one.host.lower() != other.host.lower():
        return False
    ports = [each.port or _PORTS.get(each.scheme) for each in (one, other)]
    return (one.scheme == other.scheme and ports[0] == ports[1]) or (
        one.scheme == "http" and other.scheme == "https" and ports == [80, 443]
    )


def _wait(value: str | None) -> float | None:
    """Seconds of a `Retry-After`, which is a number or a date."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _next_step(status: int) -> str:
    if status in (401, 403):
        return "ask the publisher to open it; feeds need no key"
    if status in _GONE:
        return "see whether the address is right"
    return "read the feed again later"
