"""How it is doing, what settings publish, and "You asked, we did"."""

from __future__ import annotations

import csv
import io
from datetime import date

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse, Response

from api.coverage import asked_rows, coverage_csv, coverage_map, coverage_page, harmless
from api.pages import HERE, render
from api.staff.session import Signed, SignedDep
from assistant.contacts import setting_of
from assistant.drift import drifts
from store.reports import SMALLEST, Change, shown

router = APIRouter(prefix="/staff", include_in_schema=False)
_FIRST_YEAR, _LAST_YEAR = 2000, 2200
_BACK = (
    ("/staff", "Back to the staff screens"), ("/staff/coverage", "All settings"), ("/staff/coverage.csv", "Save as CSV"),
)  # fmt: skip
_GONE = "Your school or college is not in Signpost any more. Ask an administrator of your area."
_VOICES = {"parent": "Parents and carers", "young_person": "Young people"}


@router.get("")
def doing(signed: SignedDep, days: int = 30) -> Response:
    """How it is doing."""
    signed.needs("reports")
    days = min(max(days, 7), 366)
    found = signed.desk.reports.doing(signed.staff.area, signed.desk.today(), days, signed.setting)
    wrong = 1 - float(signed.desk.reached.get("right_among_answered", 1))
    alarm = drifts(found.helpful, found.unhelpful, wrong)
    topics, names = signed.desk.topics, _setting_names(signed)
    measured = str(signed.desk.reached.get("fitted_on") or "")
    return signed.page(
        "doing.html", doing=found, days=days, most=max([*found.days.values(), 1]), alarm=alarm, reached=signed.desk.reached,
        wrong=wrong, measured=measured, smallest=SMALLEST, topic_name=lambda topic: topics.get(topic, "Something else"),
        setting_name=lambda slug: names.get(slug, slug), voice_name=lambda voice: _VOICES.get(voice, voice),
    )  # fmt: skip


@router.get("/you-asked")
def you_asked(signed: SignedDep, year: int = 0) -> Response:
    """The yearly report, to read, print or save."""
    signed.needs("reports")
    year = year or signed.desk.today().year
    return signed.page("you_asked.html", changes=_changes(signed, year), year=year, names=_setting_names(signed))


@router.get("/you-asked.html")
def you_asked_page(signed: SignedDep, year: int = 0) -> Response:
    """The same as one file to publish: no link to the staff screens, nothing that has to be loaded."""
    signed.needs("reports")
    year = year or signed.desk.today().year
    text = render(
        "you_asked_page.html", changes=_changes(signed, year), year=year, names=_setting_names(signed), area=signed.area,
        style=(HERE / "static" / "base.css").read_text(encoding="utf-8"),
    )  # fmt: skip
    return _file(text, "text/html", f"you-asked-{year}.html")


@router.get("/you-asked.csv")
def you_asked_csv(signed: SignedDep, year: int = 0) -> Response:
    """The same as CSV."""
    signed.needs("reports")
    year = year or signed.desk.today().year
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["you asked", "people", "we did", "the answer now", "when", "setting"])
    for each in _changes(signed, year):
        writer.writerow(
            [harmless(cell) for cell in (each.asked, shown(each.people), each.did, each.answer, str(each.when), each.setting)]
        )
    return _csv(out.getvalue(), f"you-asked-{year}.csv")


@router.get("/coverage")
def coverage(signed: SignedDep) -> Response:
    """The heat map of all settings with what was asked and not answered, or the table of an editor's own."""
    signed.needs("reports")
    tables = signed.desk.coverage(signed.area, signed.setting)
    if not tables:
        raise HTTPException(422, _GONE)
    if len(tables) == 1:
        return HTMLResponse(coverage_page(tables[0], back=_BACK))
    links = {table.setting: f"/staff/coverage/{table.setting or 'area'}" for table in tables}
    asked = asked_rows(tables, signed.desk.asked(signed.staff.area))
    return HTMLResponse(coverage_map(tables, links=links, back=_BACK, asked=asked))


@router.get("/coverage.csv")
def coverage_file(signed: SignedDep) -> Response:
    """Every row as CSV."""
    signed.needs("reports")
    return _csv(coverage_csv(signed.desk.coverage(signed.area, signed.setting)), "coverage.csv")


@router.get("/asked.csv")
def asked_file(signed: SignedDep) -> Response:
    """What was asked and not answered, by heading, as CSV. Small numbers are hidden."""
    signed.needs("reports")
    signed.may_touch("")
    tables = signed.desk.coverage(signed.area, "")
    rows = asked_rows(tables, signed.desk.asked(signed.staff.area))
    out = io.StringIO()
    csv.writer(out).writerows(
        [("item", "wording", "gaps", "people"), *((r.item, r.wording, r.gaps, shown(r.people)) for r in rows)]
    )
    return _csv(out.getvalue(), "asked-not-answered.csv")


@router.get("/coverage/{setting}")
def coverage_of(signed: SignedDep, setting: str) -> Response:
    """One setting's report for a governor; `area` is the area's own."""
    signed.needs("reports")
    signed.may_touch(setting)
    if setting != "area" and setting_of(signed.area, setting) is None:
        raise HTTPException(404, "There is no page at this address.")
    tables = signed.desk.coverage(signed.area, "" if setting == "area" else setting)
    return HTMLResponse(coverage_page(tables[0], back=_BACK))


def _changes(signed: Signed, year: int) -> list[Change]:
    """What changed in a year. Raises 422 for a year that there is not."""
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise HTTPException(422, f"{year} is not a year: write it as 2026.")
    return signed.desk.reports.changes(signed.staff.area, date(year, 1, 1), date(year, 12, 31), signed.setting)


def _setting_names(signed: Signed) -> dict[str, str]:
    return {each.slug: each.name for each in signed.area.settings} | {"": "The council's pages"}


def _csv(text: str, name: str) -> Response:
    return _file("\ufeff" + text, "text/csv", name)


def _file(text: str, kind: str, name: str) -> Response:
    return Response(text, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
