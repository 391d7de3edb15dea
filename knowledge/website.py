"""A council's own site as a source: crawled politely by a process of its own, taken in page by page.

What is gone from the site (404, 410, moved for good, `noindex`) gives nothing, and is deleted. What could
not be read keeps its last good version; where that can't be told apart, everything of the site does.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote, urlsplit

from lxml import html as lxml_html
from lxml.etree import LxmlError

from knowledge.convert import Converted, convert_bytes, convert_html
from knowledge.convert.files import decode
from knowledge.crawling.messages import End, Fetched, Limits, Message, Task, from_line
from knowledge.documents import document_of, storable, unexpected
from knowledge.errors import ConversionError
from knowledge.source_list import Source
from knowledge.types import Area, Document, Skipped

LIMITS = Limits()
_AGENT = "Signpost (reads this council's SEND pages for its FAQ assistant{where})"
_LONGEST_PAGE = 2_000_000  # bytes of HTML
_FEWEST_WORDS = 10  # that a page shows if it needs no scripts
_SECRETS = "SIGNPOST_"  # variables that a process which reads other people's pages has no need of
_AS_UTF_8 = ("", "ascii", "utf-8")


def read_website(source: Source, area: Area, fetched: Path | None, limits: Limits = LIMITS) -> Iterator[Document | Skipped]:
    """Every page and file of the site that begins at the source's address, as they come; the crawl ends with the iteration.

    What the site sent is kept in a folder of its own in `fetched`, if there is one, so that next time it sends only what has
    changed.
    """
    ended = False
    with _folder(fetched) as folder, _crawl(_task(source, area, folder, limits)) as messages:
        for message in messages:
            if isinstance(message, End):
                ended = True
            else:
                yield message if isinstance(message, Skipped) else _item(source, area, message)
    if not ended:
        why = "reading it was broken off, so what was not read stays live: take it in again, and report it if that does not help"
        yield Skipped(storable(source.url), why, None)


@contextmanager
def _folder(fetched: Path | None) -> Iterator[Path]:
    if fetched is not None:
        yield fetched
        return
    with TemporaryDirectory() as folder:
        yield Path(folder)


def _task(source: Source, area: Area, fetched: Path, limits: Limits) -> Task:
    where = f"; +{area.local_offer_url}" if area.local_offer_url else ""
    parts = urlsplit(source.url)
    path = re.sub(r"[^a-z0-9]+", "-", parts.path.lower()).strip("-")[:60] or "all"
    name = f"{path}-{hashlib.sha256(source.url.encode()).hexdigest()[:8]}"
    folder = fetched.resolve() / re.sub(r"[^a-z0-9.-]+", "_", parts.netloc.lower()) / name
    return Task(source.url, _AGENT.format(where=where).encode("ascii", "ignore").decode(), str(folder), limits)


@contextmanager
def _crawl(task: Task) -> Iterator[Iterator[Message]]:
    """The messages of a crawl, whose process is ended with the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "knowledge.crawling"],
        env=_without_secrets(os.environ), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield _messages(process, task)
    finally:
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        process.wait()


def _messages(process: subprocess.Popen[bytes], task: Task) -> Iterator[Message]:
    if process.stdin is None or process.stdout is None:
        return
    with suppress(OSError):  # it has ended already, which is seen from its messages
        process.stdin.write(task.to_json())
        process.stdin.close()
    for line in process.stdout:
        with suppress(ValueError):  # the last line of a process that was ended
            yield from_line(line)


def _without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if not name.startswith(_SECRETS)}


def _item(source: Source, area: Area, page: Fetched) -> Document | Skipped:
    """The document of what was fetched. If it is all that the site shows and can't be read, nothing is known of the rest."""
    item: Document | Skipped
    try:
        item = _document(source, area, page)
    except ConversionError as error:
        item = Skipped(page.address, storable(str(error)), page.id)
    except Exception as error:
        item = unexpected(page.address, page.id, error)
    return replace(item, document=None) if isinstance(item, Skipped) and page.start else item


def _document(source: Source, area: Area, page: Fetched) -> Document:
    if page.ending == "html":
        converted = _web_page(page)
    else:
        name = unquote(urlsplit(page.address).path).rpartition("/")[2]
        ending = f".{page.ending}"
        converted = convert_bytes(name if name.lower().endswith(ending) else f"{name}{ending}", page.body)
    return document_of(
        source, area, page.id, source.setting, converted,
        title=converted.title or source.title, url=page.address, updated=converted.updated,
    )  # fmt: skip


def _web_page(page: Fetched) -> Converted:
    if len(page.body) > _LONGEST_PAGE:
        raise ConversionError(f"it has {len(page.body):,} bytes, at most {_LONGEST_PAGE:,}: ask who runs the site to split it")
    html = decode(page.body) if page.encoding in _AS_UTF_8 else page.body.decode(page.encoding, "replace")
    shown, has_scripts = _seen_without_scripts(html)
    if has_scripts and len(shown.split()) < _FEWEST_WORDS:
        raise ConversionError("it shows nothing without JavaScript: save it as HTML from a browser, and use kind 'folder'")
    return convert_html("", html)


def _seen_without_scripts(html: str) -> tuple[str, bool]:
    """The text that a browser without scripts shows, and whether there are scripts."""
    try:
        body = lxml_html.document_fromstring(html.encode(), parser=lxml_html.HTMLParser(encoding="utf-8"))
    except (LxmlError, ValueError):
        return "", False
    scripts = body.xpath("//script")
    for node in body.xpath("//script | //style | //noscript | //template | //head"):
        node.drop_tree()
    return str(body.text_content()), bool(scripts)
