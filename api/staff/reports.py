"""How it is doing, what settings publish, and "You asked, we did"."""

from __future__ import annotations

import csv
import io
from datetime import date

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from api.coverage import coverage_csv, coverage_map, coverage_page
from api.staff.session import Signed, SignedDep
from store.reports import shown

router = APIRouter(prefix="/staff", include_in_schema=False)
_LEAST_ALARM = 0.2  # share of "not helpful" from which there is an alarm at all: people also dislike right answers
_DRIFTS_FROM = 2.0  # times the wrong share that was measured when the policy was fitted


@router.get("")
def doing(signed: SignedDep, days: int = 30) -> Response:
    """How it is doing."""
    signed.needs("reports")
    days = min(max(days, 7), 366)
    found = signed.desk.reports.doing(signed.staff.area, signed.desk.today(), days, signed.setting)
    wrong = 1 - float(signed.desk.reached.get("right_among_answered", 1))
    alarm = found.drift is not None and found.drift > max(_DRIFTS_FROM * wrong, _LEAST_ALARM)
    names = {each.slug: each.name for each in signed.area.settings} | {"": "The council's pages"}
    return signed.page(
        "doing.html", doing=found, days=days, most=max([*found.days.values(), 1]), alarm=alarm, reached=signed.desk.reached,
        names=names, topics={topic: _topic(signed, topic) for topic in found.topics},
    )  # fmt: skip


@router.get("/you-asked")
def you_asked(signed: SignedDep, year: int = 0) -> Response:
    """The yearly report, to read, print or save."""
    signed.needs("reports")
    year = year or signed.desk.today().year
    changes = signed.desk.reports.changes(signed.staff.area, date(year, 1, 1), date(year, 12, 31))
    return signed.page("you_asked.html", changes=changes, year=year)


@router.get("/you-asked.csv")
def you_asked_csv(signed: SignedDep, year: int = 0) -> Response:
    """The same as CSV."""
    signed.needs("reports")
    year = year or signed.desk.today().year
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["you asked", "people", "we did", "the answer now", "when", "setting"])
    for each in signed.desk.reports.changes(signed.staff.area, date(year, 1, 1), date(year, 12, 31)):
        writer.writerow(
            [_harmless(cell) for cell in (each.asked, shown(each.people), each.did, each.answer, str(each.when), each.setting)]
        )
    return _csv(out.getvalue(), f"you-asked-{year}.csv")


@router.get("/coverage")
def coverage(signed: SignedDep) -> Response:
    """The heat map of all settings, or the table of an editor's own."""
    signed.needs("reports")
    tables = signed.desk.coverage(signed.area, signed.setting)
    if len(tables) == 1:
        return HTMLResponse(coverage_page(tables[0]))
    return HTMLResponse(
        coverage_map(tables, links={table.setting: f"/staff/coverage/{table.setting or 'area'}" for table in tables})
    )


@router.get("/coverage.csv")
def coverage_file(signed: SignedDep) -> Response:
    """Every row as CSV."""
    signed.needs("reports")
    return _csv(coverage_csv(signed.desk.coverage(signed.area, signed.setting)), "coverage.csv")


@router.get("/coverage/{setting}")
def coverage_of(signed: SignedDep, setting: str) -> Response:
    """One setting's report for a governor; `area` is the area's own."""
    signed.needs("reports")
    signed.may_touch(setting)
    tables = signed.desk.coverage(signed.area, "" if setting == "area" else setting)
    return HTMLResponse(coverage_page(tables[0]))


def _topic(signed: Signed, topic: str) -> str:
    return signed.desk.topics.get(topic, topic or "Something else")


def _csv(text: str, name: str) -> Response:
    return Response("\ufeff" + text, media_type="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _harmless(cell: str) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t") else cell
