"""What a site sent, kept on disk, so that next time it sends only what has changed.

Every page is asked for again with its `ETag` and date, however long it was to be good for: staff who
take a site in want it as it is now. A copy never stands in for a page that can't be fetched.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from scrapy import Request, Spider
from scrapy.downloadermiddlewares.httpcache import HttpCacheMiddleware
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes
from scrapy.settings import BaseSettings

_VALIDATORS = (("Last-Modified", "If-Modified-Since"), ("ETag", "If-None-Match"))


class AskAgain:
    """Scrapy's policy of a cache: what is kept is good only if the site says so."""

    def __init__(self, settings: BaseSettings) -> None:
        pass

    def should_cache_request(self, request: Request) -> bool:
        """All requests are for reading."""
        return True

    def should_cache_response(self, response: Response, request: Request) -> bool:
        """Whole pages only: an error never takes a page's place. What is taken in is kept, so `no-store` changes nothing."""
        return response.status == 200

    def is_cached_response_fresh(self, cachedresponse: Response, request: Request) -> bool:
        """Never; asks for the page only if it has changed."""
        for stamp, condition in _VALIDATORS:
            if value := cachedresponse.headers.get(stamp):
                request.headers[condition] = value
        return False

    def is_cached_response_valid(self, cachedresponse: Response, response: Response, request: Request) -> bool:
        """True if the site says that nothing has changed."""
        return response.status == 304


class Cache(HttpCacheMiddleware):
    """Scrapy's cache without its answers for a host that can't be reached."""

    DOWNLOAD_EXCEPTIONS = ()  # type: ignore[assignment]  # none of Scrapy's


class KeptPages:
    """Scrapy's storage of a cache: one file a page, its head one line of JSON; put in place whole, as a crawl may be ended."""

    def __init__(self, settings: BaseSettings) -> None:
        self._folder = Path(settings["HTTPCACHE_DIR"])
        self._seen: set[Path] = set()
        self._before: set[Path] = set()

    def open_spider(self, spider: Spider) -> None:
        """Look what is there, and clear away what an ended crawl was about to keep."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for part in self._folder.glob("*.part"):
            part.unlink(missing_ok=True)
        self._before = set(self._folder.glob("*.page"))

    def close_spider(self, spider: Spider) -> None:
        """Nothing is held open."""

    def retrieve_response(self, spider: Spider, request: Request) -> Response | None:
        """What the address sent last time, or None."""
        path = self._path(request)
        if not path.exists():
            return None
        head, _, body = path.read_bytes().partition(b"\n")
        headers = Headers({name: [each.encode("latin-1") for each in values] for name, values in json.loads(head).items()})
        kind = responsetypes.from_args(headers=headers, url=request.url, body=body)
        return kind(url=request.url, status=200, headers=headers, body=body)

    def store_response(self, spider: Spider, request: Request, response: Response) -> None:
        """Keep what the address sent."""
        path = self._path(request)
        fields = response.headers.items()
        head = {name.decode("latin-1"): [each.decode("latin-1") for each in values] for name, values in fields}
        part = path.with_suffix(".part")
        part.write_bytes(json.dumps(head).encode() + b"\n" + response.body)
        part.replace(path)
        self._seen.add(path)

    def keep(self, request: Request) -> None:
        """Note that the address is still there, though it can't be fetched."""
        self._seen.add(self._path(request))

    def forget_others(self) -> tuple[int, int]:
        """Delete what was not sent this time; gives how many were kept before, and how many of those still are."""
        for path in self._before - self._seen:
            path.unlink(missing_ok=True)
        return len(self._before), len(self._before & self._seen)

    def _path(self, request: Request) -> Path:
        return self._folder / f"{hashlib.sha256(request.url.encode()).hexdigest()[:32]}.page"
