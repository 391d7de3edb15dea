"""Reads a source item by item: each is a document, or a reason why it was left out.

One bad file or line never stops the rest.
"""

from __future__ import annotations

import json
import logging
import os
import re
import stat
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from knowledge.convert import READERS, Converted, convert_bytes, convert_html, convert_text
from knowledge.convert.files import decode
from knowledge.dates import parse_date
from knowledge.errors import ConversionError
from knowledge.pack import Source
from knowledge.types import Area, Document, Scope, Skipped

log = logging.getLogger(__name__)
LARGEST_FILE = 50_000_000  # bytes; a larger file is nearly always a scan or a video
_LONGEST_TEXT = 2_000_000  # characters
_PAGE_FIELDS = ("id", "setting", "url", "title", "text", "html", "updated", "owner")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""Halves of an emoji and the like: no database takes them."""


def read_source(source: Source, area: Area) -> Iterator[Document | Skipped]:
    """Every item of `source`, in a fixed order; one that says so if nothing in it could be a page."""
    empty = True
    for item in _pages(source, area) if source.kind == "pages" else _folder(source, area):
        empty = empty and isinstance(item, Skipped) and item.document == ""
        yield item
    if empty:
        why = "no page was found in it, so what is live from it stays: put the pages back, or take it out of sources.yml"
        yield Skipped(_storable(str(source.location)), why, None)


def count_items(source: Source) -> int:
    """How many items `read_source` will give, for a progress bar."""
    if source.kind != "pages":
        return len(_files(source.location)[0])
    try:
        with source.location.open("rb") as handle:
            return sum(1 for line in handle if line.strip())
    except OSError:
        return 0


def unexpected(where: str, document: str, error: Exception) -> Skipped:
    """One odd item is no reason to leave out the rest; nothing of what it says is logged."""
    log.error("an item could not be read: %s", type(error).__name__)
    return Skipped(_storable(where), f"'{document}' can't be read ({type(error).__name__}): leave it out, or report it", document)


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
        where = _storable(str(error.filename or source.location))
        yield Skipped(where, f"this folder can't be read ({error.strerror}): let the service read it", None)
    for path in files:
        where, name = _storable(str(path)), _storable(path.stem)
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
    where = _storable(str(path))
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            return Skipped(where, f"it has {size:,} bytes, at most {LARGEST_FILE:,}: split it or leave out pictures", name)
        page = convert_bytes(path.name, path.read_bytes())
        return _document(source, area, name, source.setting, page, title=source.title, url=source.url)
    except (ConversionError, OSError) as error:
        return Skipped(where, _storable(str(error)), name)
    except Exception as error:
        return unexpected(where, name, error)


def _pages(source: Source, area: Area) -> Iterator[Document | Skipped]:
    seen: set[str] = set()
    try:
        with source.location.open("rb") as handle:
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


def _line(source: Source, area: Area, where: str, raw: bytes) -> Document | Skipped:
    try:
        row = json.loads(decode(raw))
    except ConversionError as error:
        return Skipped(where, str(error), None)
    except (ValueError, RecursionError) as error:
        return Skipped(where, f"it is not a page ({type(error).__name__}: {error}): mend that line", None)
    if not isinstance(row, dict):
        return Skipped(where, "it should be an object with id, title and text or html: mend that line", None)
    row = {key: _storable(value) if isinstance(value, str) else value for key, value in row.items()}
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
    return _document(
        source, area, name, setting, page, title=title, url=str(row.get("url") or ""),
        updated=parse_date(str(row.get("updated") or "")), owner=str(row.get("owner") or ""),
    )  # fmt: skip


def _document(
    source: Source, area: Area, name: str, setting: str | None, page: Converted,
    *, title: str = "", url: str = "", updated: date | None = None, owner: str = "",
) -> Document:  # fmt: skip
    names = {each.slug: each.name for each in area.settings}
    return Document(
        id=name,
        scope=Scope.of(area.slug, setting),
        title=_storable(title or page.title),
        body=_storable(page.body),
        url=_storable(url) if url.startswith(("http://", "https://")) else "",
        owner=_storable(owner or source.owner or (names.get(setting, setting) if setting else area.name)),
        updated=updated or source.updated or page.updated,
        review_by=page.review_by,
    )


def _storable(text: str) -> str:
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)
