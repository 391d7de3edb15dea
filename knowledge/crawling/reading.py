"""What a response says of itself: what kind of text it is, whether it may be taken in, and where it leads."""

from __future__ import annotations

from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from lxml.etree import LxmlError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
)
from scrapy.http import HtmlResponse, Response
from scrapy.linkextractors import LinkExtractor
from scrapy.utils.gz import gunzip, gzip_magic_number
from scrapy.utils.sitemap import Sitemap

from knowledge.convert import READERS

HTML = "html"
_ENDINGS = {
    "text/html": HTML, "application/xhtml+xml": HTML, "application/pdf": "pdf", "application/x-pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.oasis.opendocument.text": "odt", "text/markdown": "md", "text/plain": "txt",
}  # fmt: skip
_UNSAID = ("", "application/octet-stream", "binary/octet-stream", "application/download", "application/force-download")
_LINKS = LinkExtractor(deny_extensions=(), unique=True)
_CAUSES: tuple[tuple[type[Exception], str], ...] = (
    (DownloadTimeoutError, "it did not answer in time"),
    (CannotResolveHostError, "no host of that name was found"),
    (DownloadConnectionRefusedError, "the host refused the connection"),
    (DownloadCancelledError, "it is too large"),
)


def ending_of(response: Response) -> str:
    """The ending that chooses its reader: from what the site calls it, else from its address; "" if there is none."""
    said = (response.headers.get("Content-Type") or b"").decode("latin-1").partition(";")[0].strip().lower()
    ending = PurePosixPath(unquote(urlsplit(response.url).path)).suffix.lower().lstrip(".")
    if said == "text/plain" and ending in READERS:
        return ending
    if said in _UNSAID:
        return ending if ending in READERS else (HTML if isinstance(response, HtmlResponse) else "")
    return _ENDINGS.get(said) or (ending if ending in READERS and said.startswith("application/") else "")


def robots_say(response: Response) -> set[str]:
    """What the page asks of robots in its head and headers: of `noindex` and `nofollow`, those that it says."""
    said = [value.decode("latin-1") for value in response.headers.getlist("X-Robots-Tag")]
    said = [value.rpartition(":")[2] for value in said if ":" not in value or value.lower().startswith("signpost")]
    if isinstance(response, HtmlResponse):
        metas = response.xpath("//meta[@name and @content]")
        said += [meta.attrib["content"] for meta in metas if meta.attrib["name"].lower() in ("robots", "signpost")]
    words = {word.strip().lower() for value in said for word in value.split(",")}
    return words | {"noindex", "nofollow"} if "none" in words else words & {"noindex", "nofollow"}


def links_of(response: Response) -> list[str]:
    """The addresses that a page links to, in its order."""
    return [link.url for link in _LINKS.extract_links(response)] if isinstance(response, HtmlResponse) else []


def canonical_of(response: Response) -> str:
    """What the page calls its own address; "" if it does not say."""
    link = response.xpath("//link[@rel='canonical']/@href").get() if isinstance(response, HtmlResponse) else None
    return response.urljoin(link.strip()) if link else ""


def sitemap_of(response: Response, largest: int) -> tuple[list[str], bool]:
    """The addresses of a sitemap, and whether they are more sitemaps. Raises ValueError for what is none."""
    try:
        body = gunzip(response.body, max_size=largest) if gzip_magic_number(response) else response.body
        sitemap = Sitemap(body)
        if sitemap.type not in ("urlset", "sitemapindex"):
            raise ValueError("it is no sitemap")
        return [row["loc"] for row in sitemap if row["loc"]], sitemap.type == "sitemapindex"
    except (LxmlError, OSError, StopIteration) as error:
        raise ValueError("it is no sitemap") from error


def cause(error: Exception, timeout: float) -> str:
    """Why nothing came, in plain words."""
    if "certificate" in str(error).lower():
        return "its certificate is not valid"
    for kind, words in _CAUSES:
        if isinstance(error, kind):
            return f"{words} ({timeout:g} seconds)" if kind is DownloadTimeoutError else words
    return f"it could not be fetched ({type(error).__name__})"
