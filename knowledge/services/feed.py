"""Reads the services of an Open Referral feed, fetched or saved: v1, UK 3.0 and HSDS 3.

A feed gives pages of services; where those leave out places, times and people, each service is asked for
by its id. Nothing that is live is lost because something could not be fetched.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

from knowledge.convert.files import decode
from knowledge.documents import storable, unexpected
from knowledge.errors import ConversionError, FeedError
from knowledge.services.fetching import Feed
from knowledge.services.open_referral import is_gone, service_of
from knowledge.services.service import document, document_id
from knowledge.services.words import line
from knowledge.source_list import Source
from knowledge.types import Area, Skipped, SourceItem, Withdrawn

MOST_SERVICES = 5_000  # of one feed; the largest council's known feed has about 1,200
LARGEST_SAVED = 50_000_000  # bytes of a saved file
_PER_PAGE = 100
_PROBES = 3  # services whose details are asked for before a list is believed to be whole
_MOST_FAILURES = 5  # in a row, before a feed is taken to be down
_MOST_ABSENT = 20  # in a row, before a feed is taken to have no details
_DETAILS = (
    "contacts", "phones", "schedules", "regular_schedules", "service_at_locations", "locations", "cost_options", "eligibilitys",
    "eligibilities", "languages", "service_areas", "local_offer",
)  # fmt: skip
_NOT_A_FEED = "is not an Open Referral feed (it has neither 'contents' nor 'content'): write the address that '/services' follows"
_EMPTY = "it has no services, so what is live from it stays: see whether the address or path is right"
Item = Mapping[str, Any] | Skipped


def read_feed(source: Source, area: Area) -> Iterator[SourceItem]:
    """Each service of the feed that is active, as a page; else why it was left out."""
    seen: set[str] = set()
    empty, where = True, storable(source.label)
    items = _fetched(source) if source.from_afar else _saved(source.location)
    try:
        for item in items:
            empty = False
            if isinstance(item, Skipped):
                yield item
                continue
            identifier = line(item.get("id"))
            if identifier in seen:  # a page that moved on while it was read
                continue
            seen.add(identifier)
            yield from _read(source, area, item, identifier)
        if empty:
            yield Skipped(where, _EMPTY, None)
    except (ConversionError, OSError) as error:
        yield Skipped(where, storable(" ".join(str(error).split())), None)
    except Exception as error:
        yield Skipped(where, unexpected(where, where, error).why, None)


def _read(source: Source, area: Area, row: Mapping[str, Any], identifier: str) -> Iterator[SourceItem]:
    name = document_id(identifier)
    where = storable(f"{source.label}, service '{identifier[:80]}'")
    try:
        today = date.today()
        gone = is_gone(row, today)
        if gone is None:
            service = service_of(row, today)
            yield document(source, area, service) if service.name else Skipped(where, "it has no 'name': add one", name)
        else:
            yield Skipped(where, gone, name) if gone else Withdrawn(name)
    except ConversionError as error:
        yield Skipped(where, storable(str(error)), name)
    except Exception as error:
        yield unexpected(where, name, error)


def _fetched(source: Source) -> Iterator[Item]:
    with Feed(source.url) as feed:
        version = feed.version()
        details = _Details(feed, source.label)
        ids: set[str] = set()
        total = 0
        for rows, said in _pages(feed, source.label, version):
            total = max(total, said)
            for row in rows:
                if isinstance(row, Skipped):
                    yield row
                    continue
                if len(ids) >= MOST_SERVICES:
                    yield Skipped(
                        source.label, f"it has over {MOST_SERVICES:,} services: the first are read; split the feed", None
                    )
                    return
                ids.add(line(row["id"]))
                yield details.of(row)
                if details.failed_in_row >= _MOST_FAILURES:
                    yield Skipped(
                        source.label, f"{_MOST_FAILURES} services in a row can't be read: read the feed again later", None
                    )
                    return
        if details.lacking:
            why = f"the details of {details.lacking} of its services can't be read, so what its list says of them is taken"
            yield Skipped(source.label, f"{why}: tell the publisher")
        if len(ids) < total:
            why = f"it says that it has {total:,} services, and gave {len(ids):,}: tell the publisher, or read it again later"
            yield Skipped(source.label, why, None)


def _pages(feed: Feed, label: str, version: str) -> Iterator[tuple[list[Item], int]]:
    """The services of each page that are new, and how many the feed says that it has in all."""
    number, pages, failed = 0, 0, 0
    seen: set[str] = set()
    while True:
        number += 1
        try:
            reply = feed.get("/services", page=number, per_page=_PER_PAGE)
            found = _list(reply)
            if found is None:
                raise FeedError(f"{label} (version {version}) {_NOT_A_FEED}")
        except FeedError as error:
            failed += 1
            yield [Skipped(label, storable(str(error)), None)], 0
            if number >= pages or failed >= _MOST_FAILURES:
                return
            continue
        pages = _whole(reply, "total_pages", "totalPages") or pages
        rows = [
            row
            for row in _identified(found, f"{label}, page {number}")
            if isinstance(row, Skipped) or line(row["id"]) not in seen
        ]
        fresh = {line(row["id"]) for row in rows if not isinstance(row, Skipped)}
        seen |= fresh
        yield rows, _whole(reply, "total_items", "totalElements")
        if not fresh or _is_last(reply, number, pages):
            return


def _is_last(reply: Any, number: int, pages: int) -> bool:
    if not isinstance(reply, dict):
        return True
    return any(reply.get(name) is True for name in ("last_page", "last", "empty")) or bool(pages and number >= pages)


class _Details:
    """Asks for each service's details, until some of them have shown that the list says as much."""

    def __init__(self, feed: Feed, label: str) -> None:
        self._feed = feed
        self._label = label
        self._probed = 0
        self._absent_in_row = 0
        self._richer = False
        self.lacking = 0
        """Services of which the list is all that can be read."""
        self.failed_in_row = 0

    def of(self, row: Mapping[str, Any]) -> Item:
        """The service with its details, as the list has it, or why its last good version has to stay."""
        identifier = line(row["id"])
        whole = self._probed >= _PROBES and not self._richer
        if whole or self._absent_in_row >= _MOST_ABSENT or is_gone(row, date.today()) == "" or identifier in (".", ".."):
            return row
        try:
            found = self._feed.get(f"/services/{quote(identifier, safe='')}")
            if not isinstance(found, dict) or line(found.get("id")) not in ("", identifier):
                raise FeedError(f"service '{identifier[:80]}' gives something else at its own address: tell the publisher")
        except FeedError as error:
            return self._without(row, identifier, error)
        self.failed_in_row = self._absent_in_row = 0
        more = any(found.get(name) and found[name] != row.get(name) for name in _DETAILS)
        self._richer = self._richer or more
        self._probed += more or _has_details(row)
        return merged(row, found)

    def _without(self, row: Mapping[str, Any], identifier: str, error: FeedError) -> Item:
        """The list's entry, unless a better one may be live that only can't be fetched now."""
        if error.absent or (_has_details(row) and not self._richer):
            self.lacking += 1
            self._absent_in_row += error.absent
            self._probed += _has_details(row)
            return row
        self.failed_in_row += 1
        where = storable(f"{self._label}, service '{identifier[:80]}'")
        return Skipped(where, storable(str(error)), document_id(identifier))


def _has_details(row: Mapping[str, Any]) -> bool:
    return any(row.get(name) for name in _DETAILS)


def merged(row: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """One service from two answers: the second counts, except where it is empty."""
    return {**row, **{key: value for key, value in more.items() if value not in (None, "", [], {})}}


def _saved(location: Path) -> Iterator[Item]:
    """The services of one file or of a folder of files, what several say of one service joined."""
    services: dict[str, Mapping[str, Any]] = {}
    for path in _json_files(location):
        where = storable(str(path))
        try:
            size = path.stat().st_size
            if size > LARGEST_SAVED:
                raise ConversionError(f"it has {size:,} bytes, at most {LARGEST_SAVED:,}: split it")
            found = _list(_json(path))
            if found is None:
                raise ConversionError("it holds no service and no list of services: save a page of '/services' again")
        except (ConversionError, OSError) as error:
            yield Skipped(where, storable(" ".join(str(error).split())), None)
            continue
        for row in _identified(found, where):
            if isinstance(row, Skipped):
                yield row
                continue
            identifier = line(row["id"])
            services[identifier] = merged(services.get(identifier, {}), row)
    yield from services.values()


def _json_files(location: Path) -> list[Path]:
    if location.is_file():
        return [location]
    found = (Path(folder, name) for folder, _, names in os.walk(location) for name in names)
    return sorted(path for path in found if path.suffix.lower() == ".json" and not path.name.startswith("."))


def _json(path: Path) -> Any:
    try:
        return json.loads(decode(path.read_bytes()))
    except (ValueError, RecursionError) as error:
        raise ConversionError(f"it is not JSON ({type(error).__name__}: {str(error)[:200]}): save the feed again") from error


def _list(reply: Any) -> list[Any] | None:
    """The services of a reply, whatever its version; None if it is something else."""
    if isinstance(reply, list):
        return reply
    if not isinstance(reply, dict):
        return None
    for name in ("contents", "content"):
        if isinstance(reply.get(name), list):
            return list(reply[name])
    if reply.get("empty") is True:
        return []
    return [reply] if reply.get("id") and reply.get("name") else None


def _identified(rows: list[Any], where: str) -> Iterator[Item]:
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict) or not line(row.get("id")):
            yield Skipped(f"{where}, entry {number}", "it is not a service with an 'id': tell the publisher", None)
        else:
            yield row


def _whole(reply: Any, *names: str) -> int:
    values = [reply.get(name) for name in names] if isinstance(reply, dict) else []
    return next((each for each in values if isinstance(each, int) and not isinstance(each, bool) and each > 0), 0)
