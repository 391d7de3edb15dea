"""Reads a source item by item: each is a document, or a reason why it was left out.

One bad file or line never stops the rest.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from knowledge.convert import READERS, convert_bytes, convert_html, convert_text
from knowledge.convert.files import decode
from knowledge.dates import parse_date
from knowledge.documents import document_of, storable, unexpected
from knowledge.errors import ConversionError
from knowledge.services import read_feed, read_services
from knowledge.source_list import FOLDER, OPEN_REFERRAL, PAGES, SERVICES_CSV, WEBSITE, Source
from knowledge.types import Area, Document, Skipped, SourceItem
from knowledge.website import read_website

LARGEST_FILE = 50_000_000  # bytes; a larger file is nearly always a scan or a video
_LONGEST_TEXT = 2_000_000  # characters
_PAGE_FIELDS = ("id", "setting", "url", "title", "text", "html", "updated", "owner")


def read_source(source: Source, area: Area, fetched: Path | None = None) -> Iterator[SourceItem]:
    """Every item of `source`, in a fixed order; one that says so if nothing in it could be a page.

    What a website sent is kept in the folder `fetched`, if there is one, so that next time only what has changed is sent again.
    """
    readers: Mapping[str, Callable[[Source, Area], Iterator[SourceItem]]] = {
        FOLDER: _folder, PAGES: _pages, SERVICES_CSV: read_services, OPEN_REFERRAL: read_feed,
        WEBSITE: partial(read_website, fetched=fetched),
    }  # fmt: skip
    empty = source.kind in (FOLDER, PAGES)  # the others say so themselves: a directory may hold services that are all hidden
    for item in readers[source.kind](source, area):
        empty = empty and isinstance(item, Skipped) and item.document == ""
        yield item
    if empty:
        why = "no page was found in it, so what is live from it stays: put the pages back, or take it out of sources.yml"
        yield Skipped(storable(source.label), why, None)


def count_items(source: Source) -> int:
    """How many items `read_source` will give, for a progress bar; 0 if that can't be told before it is read."""
    if source.kind == FOLDER:
        return len(_files(source.location)[0])
    if source.kind != PAGES:
        return 0
    try:
        with source.location.open("rb") as handle:
            return sum(1 for line in handle if line.strip())
    except OSError:
        return 0


def _files(location: Path) -> tuple[list[Path], list[OSError]]:
    """The files of a source, and why some of its folders can't be read."""
    if location.is_file():
        return [location], []
    closed: list[OSError] = []
    found = [
        Path(folder, name)
        for folder, _, names in os.walk(location, onerror=closed.append)
        for name in names
        if not name.startswith((".", "~$"))
    ]
    return sorted(path for path in found if _may_be_file(path)), closed


def _may_be_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return True  # it is there: reading it will say what is wrong


def _folder(source: Source, area: Area) -> Iterator[Document | Skipped]:
    seen: dict[str, Path] = {}
    files, closed = _files(source.location)
    for error in closed:
        where = storable(str(error.filename or source.location))
        yield Skipped(where, f"this folder can't be read ({error.strerror}): let the service read it", None)
    for path in files:
        where, name = storable(str(path)), storable(path.stem)
        if path.suffix.lower().lstrip(".") not in READERS:
            yield Skipped(where, f"no reader for '{path.suffix}' files: save it as HTML, PDF, DOCX, ODT, Markdown or text")
        elif name in seen:
            yield Skipped(where, f"id '{name}' is already taken by {seen[name].name}: rename one of them", name)
        else:
            item = _file(source, area, path, name)
            if isinstance(item, Document):
                seen[name] = path
            yield item


def _file(source: Source, area: Area, path: Path, name: str) -> Document | Skipped:
    where = storable(str(path))
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            return Skipped(where, f"it has {size:,} bytes, at most {LARGEST_FILE:,}: split it or leave out pictures", name)
        page = convert_bytes(path.name, path.read_bytes())
        return document_of(source, area, name, source.setting, page, title=source.title, url=source.url)
    except (ConversionError, OSError) as error:
        return Skipped(where, storable(str(error)), name)
    except Exception as error:
        return unexpected(where, name, error)


def _pages(source: Source, area: Area) -> Iterator[Document | Skipped]:
    seen: set[str] = set()
    try:
        with source.location.open("rb") as handle:
            if wrong := _no_list(handle):
                yield Skipped(str(source.location), wrong, None)
                return
            for number, raw in enumerate(handle, 1):
                if not raw.strip():
                    continue
                where = f"{source.location}, line {number}"
                item = _line(source, area, where, raw)
                if isinstance(item, Document) and item.id in seen:
                    item = Skipped(where, f"id '{item.id}' is there twice: the first is kept; rename one", item.id)
                elif isinstance(item, Document):
                    seen.add(item.id)
                yield item
    except OSError as error:
        yield Skipped(str(source.location), f"it can't be read ({error.strerror}): let the service read it", None)


def _no_list(handle: BinaryIO) -> str:
    """Why a file holds no page on any line, read from its beginning; "" if it does, or is empty."""
    starts = [line.lstrip(b"\xef\xbb\xbf \t")[:1] for line in handle if line.strip()]
    handle.seek(0)
    if starts[:1] == [b"["]:
        return "it is one JSON array: write each page on one line of its own, without the brackets and commas around them"
    return "" if not starts or b"{" in starts else "no line of it is a page: write each page as one line of JSON, in UTF-8"


def _line(source: Source, area: Area, where: str, raw: bytes) -> Document | Skipped:
    try:
        row = json.loads(decode(raw))
    except ConversionError as error:
        return Skipped(where, str(error), None)
    except (ValueError, RecursionError) as error:
        return Skipped(where, f"it is not a page ({type(error).__name__}: {error}): mend that line", None)
    if not isinstance(row, dict):
        return Skipped(where, "it should be an object with id, title and text or html: mend that line", None)
    row = {key: storable(value) if isinstance(value, str) else value for key, value in row.items()}
    name = str(row.get("id") or "").strip()
    if not name:
        return Skipped(where, "it has no 'id': add one", None)
    try:
        return _page(source, area, name, row)
    except ConversionError as error:
        return Skipped(where, f"page '{name}': {error}", name)
    except Exception as error:
        return unexpected(where, name, error)


def _page(source: Source, area: Area, name: str, row: dict[str, Any]) -> Document:
    setting, slugs = row.get("setting") or source.setting, {each.slug for each in area.settings}
    if setting is not None and setting not in slugs:
        raise ConversionError(f"setting '{setting}' is not in settings.csv: add it there")
    other = [key for key, value in row.items() if key not in _PAGE_FIELDS and isinstance(value, str) and value in slugs]
    if setting is None and other:  # the page of one school must not become the whole area's
        raise ConversionError(f"'{other[0]}' names the setting '{row[other[0]]}', but is not read: call it 'setting'")
    text, html = str(row.get("text") or ""), str(row.get("html") or "")
    if len(text) + len(html) > _LONGEST_TEXT:
        raise ConversionError(f"it has {len(text) + len(html):,} characters, at most {_LONGEST_TEXT:,}: split it")
    title = str(row.get("title") or "")
    page = convert_html(title, html) if html else convert_text(title, text)
    return document_of(
        source, area, name, setting, page, title=title, url=str(row.get("url") or ""),
        updated=parse_date(str(row.get("updated") or "")), owner=str(row.get("owner") or ""),
    )  # fmt: skip
