"""Which addresses of a host belong to a site, and the one way to write each of them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import PurePosixPath
from urllib.parse import SplitResult, unquote, urlsplit

from scrapy.linkextractors import IGNORED_EXTENSIONS
from w3lib.url import canonicalize_url

from knowledge.convert import READERS

_LONGEST_ID, _HASH = 300, 16  # characters
_LONGEST_ADDRESS = 2_000
_FILE_NAME = re.compile(r".+\.[a-z]{2,5}", re.IGNORECASE)  # as home.page or index.html
_PORTS = {"http": 80, "https": 443}
_SESSION = re.compile(r";(jsessionid|phpsessid|sid)=[^/;]*", re.IGNORECASE)
_NOISE = re.compile(
    r"utm_\w+|fbclid|gclid|msclkid|mc_[ce]id|_ga|_gl|doing_wp_cron|replytocom|jsessionid|phpsessid|aspsessionid\w*|cfid|cftoken",
    re.IGNORECASE,
)
_NOISE_OF_KB5 = frozenset({"itemid", "localofferchannel", "channel", "slaction"})
_FILES = frozenset(READERS) - {"html", "htm"}
_NEVER = (frozenset(IGNORED_EXTENSIONS) - _FILES) | frozenset(
    "action atom avif css csv eot gz heic ics js json m3u8 map rdf rss rtf ttf vcf webmanifest woff woff2 xml".split()
)
_NO_PAGES = frozenset(
    "calendar log-in log-out login logout search search-results searchresults sign-in signin sign-out signout wp-admin wp-json "
    "wp-login".split()
)
_NO_PAGES_OF_KB5 = frozenset({"results.page", "result.page"})
_ASKS = frozenset("s q query search searchterm search_api_fulltext keyword keywords date day month year ical returnurl".split())


class Kind(StrEnum):
    """What an address may hold: a page that leads on, or a file."""

    PAGE = "page"
    FILE = "file"


@dataclass(frozen=True)
class Site:
    """The pages of one host at or below the path where they begin, and the files that they link to."""

    scheme: str
    host: str
    base: str
    """The path without a slash at its end; "" for the whole host."""

    @classmethod
    def at(cls, url: str) -> Site:
        """The site that begins at `url`. Raises ValueError for what is no address on the web."""
        parts = urlsplit(url.strip())
        host = _host(parts)
        if not host:
            raise ValueError(f"'{url}' is no address on the web")
        path = PurePosixPath(_SESSION.sub("", parts.path) or "/")
        return cls(parts.scheme, host, str(path.parent if _FILE_NAME.fullmatch(path.name) else path).rstrip("/"))

    @property
    def origin(self) -> str:
        """As `https://www.council.example`."""
        return f"{self.scheme}://{self.host}"

    def secured(self) -> Site:
        """The same over HTTPS."""
        return replace(self, scheme="https")

    def canonical(self, url: str) -> str:
        """The one way to write `url`, or "" if it is not on this host."""
        try:
            parts = urlsplit(url.strip())
            if len(url) > _LONGEST_ADDRESS or _host(parts) != self.host:
                return ""
            query = "&".join(pair for pair in parts.query.split("&") if pair and not self._is_noise(parts.path, pair))
            return canonicalize_url(f"{self.origin}{_SESSION.sub('', parts.path) or '/'}{'?' if query else ''}{query}")
        except ValueError:
            return ""

    def kind(self, address: str) -> Kind | None:
        """What a canonical address may hold; None if it is not read."""
        parts = urlsplit(address)
        path = PurePosixPath(unquote(parts.path).lower())
        ending = path.suffix.lstrip(".")
        if ending in _FILES:
            return Kind.FILE
        if not self.holds(address) or ending in _NEVER or _NO_PAGES & {*path.parts, path.stem}:
            return None
        if "kb5" in path.parts and path.name in _NO_PAGES_OF_KB5:
            return None
        asks = {pair.partition("=")[0].lower() for pair in parts.query.split("&")}
        return None if asks & _ASKS else Kind.PAGE

    def holds(self, address: str) -> bool:
        """True if a canonical address is at or below the path where the site begins."""
        base = canonicalize_url(f"{self.origin}{self.base}/")
        return f"{urlsplit(address).path.rstrip('/')}/".lower().startswith(urlsplit(base).path.lower())

    def _is_noise(self, path: str, pair: str) -> bool:
        name = unquote(pair.partition("=")[0])
        return bool(_NOISE.fullmatch(name)) or ("/kb5/" in path and name.lower() in _NOISE_OF_KB5)


def identity(address: str) -> str:
    """The id of a canonical address's document: without scheme and last slash, at most 300 characters."""
    head, mark, query = address.partition("://")[2].partition("?")
    name = f"{head.rstrip('/')}{mark}{query}"
    if len(name) <= _LONGEST_ID:
        return name
    return f"{name[: _LONGEST_ID - _HASH - 1]}~{hashlib.sha256(name.encode()).hexdigest()[:_HASH]}"


def _host(parts: SplitResult) -> str:
    """The host in small letters with its port, unless that is the usual one; "" if a browser would not go there."""
    if parts.scheme not in _PORTS or parts.username is not None or not parts.hostname:
        return ""
    name = parts.hostname if parts.hostname.isascii() else parts.hostname.encode("idna").decode()
    return name if parts.port in (None, _PORTS[parts.scheme]) else f"{name}:{parts.port}"
