"""Reads a source item by item: each is a document, or a reason why it was left out.

One bad file or line never stops the rest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from knowledge.convert import READERS, Converted, convert_bytes, convert_html, convert_text
from knowledge.dates import parse_date
from knowledge.errors import ConversionError
from knowledge.pack import Source
from knowledge.types import Area, Document, Scope, Skipped

LARGEST_FILE = 50_000_000  # bytes; a larger file is nearly always a scan or a video
_LONGEST_TEXT = 2_000_000  # characters


def read_source(source: Source, area: Area) -> Iterator[Document | Skipped]:
    """Every item of `source`, in a fixed order."""
    if source.kind == "pages":
        return _pages(source, area)
    return _folder(source, area)


def count_items(source: Source) -> int:
    """How many items `read_source` will give, for a progress bar."""
    if source.kind == "pages":
        with source.location.open("rb") as handle:
            return sum(1 for line in handle if line.strip())
    return len(_files(source.location))


def _files(location: Path) -> list[Path]:
    if location.is_file():
        return [location]
    found = (path for path in location.rglob("*") if path.is_file() and not path.name.startswith((".", "~$")))
    return sorted(found)


def _folder(source: Source, area: Area) -> Iterator[Document | Skipped]:
    seen: dict[str, Path] = {}
    for path in _files(source.location):
        where = str(path)
        if path.suffix.lower().lstrip(".") not in READERS:
            yield Skipped(where, f"no reader for '{path.suffix}' files: save it as HTML, PDF, DOCX, ODT, Markdown or text")
        elif path.stem in seen:
            yield Skipped(where, f"id '{path.stem}' is already taken by {seen[path.stem].name}: rename one of them")
        else:
            seen[path.stem] = path
            yield _file(source, area, path)


def _file(source: Source, area: Area, path: Path) -> Document | Skipped:
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            return Skipped(str(path), f"it has {size:,} bytes, at most {LARGEST_FILE:,}: split it or leave out pictures")
        page = convert_bytes(path.name, path.read_bytes())
    except (ConversionError, OSError) as error:
        return Skipped(str(path), str(error))
    return _document(source, area, path.stem, source.setting, page, title=source.title, url=source.url)


def _pages(source: Source, area: Area) -> Iterator[Document | Skipped]:
    seen: set[str] = set()
    with source.location.open("rb") as handle:
        for number, raw in enumerate(handle, 1):
            if not raw.strip():
                continue
            where = f"{source.location}, line {number}"
            try:
                document = _page(source, area, json.loads(raw))
            except UnicodeDecodeError:
                yield Skipped(where, "it is not UTF-8: save the list as UTF-8")
                continue
            except (ValueError, KeyError, TypeError) as error:
                yield Skipped(where, f"it is not a page ({type(error).__name__}: {error}): mend that line")
                continue
            except ConversionError as error:
                yield Skipped(where, str(error))
                continue
            if document.id in seen:
                yield Skipped(where, f"id '{document.id}' is there twice: the first is kept; rename one")
                continue
            seen.add(document.id)
            yield document


def _page(source: Source, area: Area, row: dict[str, Any]) -> Document:
    if not isinstance(row, dict):
        raise ConversionError("it should be an object with id, title and text or html: mend that line")
    name, setting = str(row.get("id") or "").strip(), row.get("setting") or source.setting
    if not name:
        raise ConversionError("it has no 'id': add one")
    if setting is not None and setting not in {each.slug for each in area.settings}:
        raise ConversionError(f"page '{name}': setting '{setting}' is not in settings.csv: add it there")
    text, html = str(row.get("text") or ""), str(row.get("html") or "")
    if len(text) + len(html) > _LONGEST_TEXT:
        raise ConversionError(f"page '{name}' has {len(text) + len(html):,} characters, at most {_LONGEST_TEXT:,}: split it")
    try:
        page = convert_html(str(row.get("title") or ""), html) if html else convert_text(str(row.get("title") or ""), text)
    except ConversionError as error:
        raise ConversionError(f"page '{name}': {error}") from error
    return _document(
        source, area, name, setting, page,
        title=str(row.get("title") or ""), url=str(row.get("url") or ""), updated=parse_date(str(row.get("updated") or "")),
        owner=str(row.get("owner") or ""),
    )  # fmt: skip


def _document(
    source: Source, area: Area, name: str, setting: str | None, page: Converted,
    *, title: str = "", url: str = "", updated: date | None = None, owner: str = "",
) -> Document:  # fmt: skip
    names = {each.slug: each.name for each in area.settings}
    return Document(
        id=name,
        scope=Scope.of(area.slug, setting),
        title=title or page.title,
        body=page.body,
        url=url if url.startswith(("http://", "https://")) else "",
        owner=owner or source.owner or (names.get(setting, setting) if setting else area.name),
        updated=updated or source.updated or page.updated,
        review_by=page.review_by,
    )
