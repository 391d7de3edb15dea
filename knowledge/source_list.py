"""The sources that a pack's `sources.yml` names (formats: docs/reference/area-pack.md)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from knowledge.dates import parse_date
from knowledge.errors import PackError
from knowledge.slips import unknown_names
from knowledge.types import Area, Skipped

FOLDER, PAGES, SERVICES_CSV, OPEN_REFERRAL, WEBSITE = "folder", "pages", "services_csv", "open_referral", "website"
KINDS = (FOLDER, PAGES, SERVICES_CSV, OPEN_REFERRAL, WEBSITE)
_OF_ONE_FILE = (PAGES, SERVICES_CSV)
_FROM_AFAR = (OPEN_REFERRAL, WEBSITE)
_FIELDS = ("kind", "path", "setting", "title", "url", "owner", "updated")
_MOST_LETTERS = 200  # of an address, which is part of a source's key


@dataclass(frozen=True)
class Source:
    """Where text comes from. `setting` is a slug, or None for the area itself."""

    area: str
    kind: str
    location: Path = Path()
    setting: str | None = None
    title: str = ""
    url: str = ""
    """Where families find it; of a website or a feed that is fetched, where it is."""
    owner: str = ""
    updated: date | None = None
    name: str = ""
    """Its path or address as `sources.yml` writes it; empty for a source that no line names."""

    @property
    def key(self) -> str:
        """Names the source within its area, the same wherever the pack's folder lies."""
        return f"{self.kind}:{self.setting or ''}:{self.label}"

    @property
    def label(self) -> str:
        """What a person calls it."""
        return self.name or self.location.name

    @property
    def from_afar(self) -> bool:
        """True if it is fetched from `url`, False if it lies at `location`."""
        return self.location == Path()


def sources_of(folder: Path, area: Area, rows: Any, problems: list[Skipped]) -> Iterable[Source]:
    """The sources that `rows` of the pack in `folder` name; what can't be used is added to `problems`."""
    if isinstance(rows, dict):
        rows = rows.get("sources") or []
    sources = dict[str, Source]()
    for number, row in enumerate(rows or [], 1):
        try:
            source = _source(folder, area, row)
            if source.key in sources:
                raise PackError(f"'{source.label}' is there twice: remove one")
            sources[source.key] = source
        except (PackError, OSError) as error:
            problems.append(Skipped(f"{folder / 'sources.yml'}, source {number}", str(error)))
    return sources.values()


def _source(folder: Path, area: Area, row: Any) -> Source:
    kind = row.get("kind") if isinstance(row, dict) else row
    if not isinstance(row, dict) or kind not in KINDS:
        raise PackError(f"kind '{kind}' is not known: use one of {', '.join(KINDS)}")
    if odd := unknown_names(row, _FIELDS):
        raise PackError(odd)
    setting = row.get("setting")
    if setting is not None and setting not in {each.slug for each in area.settings}:
        raise PackError(f"setting '{setting}' is not in settings.csv: add it there, or mend the slug")
    path, url = str(row.get("path") or ""), str(row.get("url") or "").strip()
    location, name = Path(), url
    if path and kind != WEBSITE:
        location, name = _location(folder, path, kind), Path(path).as_posix()
    elif kind in _FROM_AFAR:
        _check_address(kind, url)
    else:
        raise PackError(f"it has no 'path': add the {'file' if kind in _OF_ONE_FILE else 'folder or file'} to read")
    return Source(
        area.slug, kind, location, setting, str(row.get("title") or ""), url, str(row.get("owner") or ""),
        parse_date(str(row.get("updated") or "")), name,
    )  # fmt: skip


def _location(folder: Path, path: str, kind: str) -> Path:
    location = (folder / path).resolve()
    if not location.exists():
        raise PackError(f"path '{path}' does not exist: mend it, or add the files")
    if kind in _OF_ONE_FILE and not location.is_file():
        raise PackError(f"path '{path}' is a folder, and kind '{kind}' takes one file: use kind 'folder'")
    return location


def _check_address(kind: str, url: str) -> None:
    """Raise PackError for what is no address on the web."""
    if not url:
        raise PackError(
            f"it has no 'url': add the address of the {'site' if kind == WEBSITE else 'feed, or the path of a saved one'}"
        )
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or len(url) > _MOST_LETTERS:
        raise PackError(f"url '{url[:_MOST_LETTERS]}' is not an address like https://www.council.example/send: mend it")
