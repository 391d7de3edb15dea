"""The coverage report as pages to read or print, and as CSV.

The pages carry no script and no inline style, so they can be served under the strict policy, or be saved beside the
style sheet.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from api.pages import HERE, safe_url
from assistant.compose import spoken
from assistant.coverage import CoverageRow, CoverageTable, State
from store.reports import shown

STYLE = "/static/coverage.css"
MARKS = {State.IN_PLACE: "Yes", State.PARTLY: "Part", State.MISSING: "No", State.NOT_ASKED: "–"}
"""The mark of each state: a word, so that it never rests on colour."""
_FAMILIES = {
    "P": "What parents ask",
    "Y": "What young people ask",
    "S1": "What the law says a school must tell (Schedule 1)",
    "L2": "What the Local Offer must tell (Schedule 2)",
}
_COLUMNS = (
    "area", "setting", "name", "item", "wording", "state", "missing", "page", "heading", "address", "updated", "age_months",
    "old", "reading_age", "made_on",
)  # fmt: skip


Links = Sequence[tuple[str, str]]
"""Addresses with what is said on them."""


@dataclass(frozen=True)
class Asked:
    """How many gaps, and people, there are under one item."""

    item: str
    wording: str
    gaps: int
    people: int


@dataclass(frozen=True)
class Family:
    """One table of a page: a heading with the rows (on a map: those of one setting, for their items) that belong to it."""

    key: str
    title: str
    rows: tuple[CoverageRow, ...]


def families(table: CoverageTable) -> tuple[Family, ...]:
    """The rows of a table by family, in the report's order; families that are not asked at all are left out."""
    found = []
    for key, title in _FAMILIES.items():
        rows = tuple(row for row in table.rows if row.family == key)
        if any(row.state is not State.NOT_ASKED for row in rows):
            found.append(Family(key, title, rows))
    return tuple(found)


def asked_rows(tables: Sequence[CoverageTable], topics: Mapping[str, tuple[int, int]]) -> list[Asked]:
    """What was asked and not answered, by heading, the most people first. `topics` is heading to (gaps, people)."""
    wordings = {row.item: row.wording for table in tables for row in table.rows}
    rows = [Asked(topic, wordings.get(topic, "Something else"), *counts) for topic, counts in topics.items()]
    return sorted(rows, key=lambda row: (-row.people, row.item))


def coverage_page(table: CoverageTable, style: str = STYLE, back: Links = ()) -> str:
    """One setting's report (or the area's own), for a governor to read. `back` are links at the top, never printed."""
    return _environment().get_template("coverage.html").render(table=table, families=families(table), style=style, back=back)


def coverage_map(
    tables: Sequence[CoverageTable], style: str = STYLE, links: Mapping[str, str] | None = None, back: Links = (),
    asked: Sequence[Asked] | None = None,
) -> str:  # fmt: skip
    """All settings of an area by all items, and the area's own report first if it is among `tables`.

    `links` gives, by setting slug, the address of its own page; `asked` is what was asked and not answered (None: not
    known). Raises ValueError if there are no tables.
    """
    if not tables:
        raise ValueError("a coverage map needs at least one table")
    area = next((table for table in tables if not table.setting), None)
    settings = sorted((table for table in tables if table.setting), key=lambda table: table.name)
    heads = [Family(key, title, _items(settings, key)) for key, title in _FAMILIES.items()]
    return (
        _environment()
        .get_template("coverage_map.html")
        .render(
            first=tables[0], area=area, own=families(area) if area else (), settings=settings,
            heads=[head for head in heads if head.rows], style=style, links=links or {}, back=back, asked=asked,
        )
    )  # fmt: skip


def coverage_csv(tables: Sequence[CoverageTable]) -> str:
    """Every row of every table. Text that a spreadsheet would take for a formula gets an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for table in tables:
        for row in table.rows:
            page = row.passage
            cells = (
                table.area, table.setting, table.name, row.item, row.wording, row.state.value, "; ".join(row.lacks),
                page.title if page else "", page.heading if page else "", page.url if page else "",
                page.updated.isoformat() if page and page.updated else "", _number(row.age_months), "yes" if row.old else "",
                _number(row.reading_age), table.made_on.isoformat(),
            )  # fmt: skip
            writer.writerow([harmless(cell) for cell in cells])
    return out.getvalue()


def harmless(text: str) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def stylesheet() -> str:
    """The style sheet, for a page that is saved as a file."""
    return (HERE / "static" / "coverage.css").read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(spoken=spoken, safe_url=safe_url, few=shown)
    environment.globals.update(MARKS=MARKS, State=State)
    return environment


def _items(tables: Sequence[CoverageTable], family: str) -> tuple[CoverageRow, ...]:
    """The items of a family that at least one setting is asked about; every setting has the same rows."""
    asked = {row.item for table in tables for row in table.rows if row.state is not State.NOT_ASKED}
    rows = tables[0].rows if tables else ()
    return tuple(row for row in rows if row.family == family and row.item in asked)


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
