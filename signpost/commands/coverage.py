"""The command that reports what settings and the area tell families."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from api.coverage import coverage_csv, coverage_map, coverage_page, stylesheet
from assistant.coverage import Auditor, CoverageTable, State, area_coverage, setting_coverage
from assistant.coverage_rules import load_coverage_rules
from assistant.data_files import DATA
from evaluation.coverage_figures import agreement, read_labels
from evaluation.coverage_figures import lines as agreement_lines
from knowledge.errors import KnowledgeError
from knowledge.types import Area, Setting
from signpost.output import Output
from signpost.wiring import Workshop


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(coverage)


def coverage(
    context: typer.Context,
    area: Annotated[str, typer.Argument(help="The area's slug.")],
    setting: Annotated[str, typer.Option(help="Only this setting.")] = "",
    csv: Annotated[Path | None, typer.Option("--csv", help="Write every row as CSV.")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write a page to print; its style sheet is put beside it.")] = None,
    labels: Annotated[Path | None, typer.Option(help="Compare with labels given by hand (JSON Lines).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> None:
    """Report what each setting and the area tell families: in place, partly, or missing."""
    workshop: Workshop = context.obj
    given = labels and read_labels(labels)
    tables = coverage_tables(workshop, _area(workshop, area), setting)
    if csv:
        csv.write_text(coverage_csv(tables), encoding="utf-8-sig", newline="")
    if html:
        _write_page(tables, html)
    if as_json:
        Output.json(tables)
        return
    for table in tables:
        Output.line(_summary(table))
    if setting:
        for row in tables[0].rows:
            Output.line(f"  {row.item:<7}{row.state.value:<10} {row.wording}")
    for line in agreement_lines(agreement(tables, given)) if given else []:
        Output.line(line)


def coverage_tables(workshop: Workshop, area: Area, setting: str = "") -> list[CoverageTable]:
    """The area's own table and then its settings', or only that of one setting."""
    rules = load_coverage_rules(DATA / "coverage.yml", workshop.intents)
    auditor, today = Auditor(rules, workshop.encoder, workshop.library), date.today()
    chosen = [each for each in area.settings if setting in ("", each.slug)]
    if setting and not chosen:
        raise KnowledgeError(f"setting '{setting}' is not in area '{area.slug}': give one of {_names(area.settings)}")
    tables = [setting_coverage(area, each, auditor, today) for each in chosen]
    return tables if setting else [area_coverage(area, auditor, today), *tables]


def _area(workshop: Workshop, slug: str) -> Area:
    areas = workshop.store.areas()
    for area in areas:
        if area.slug == slug:
            return area
    raise KnowledgeError(f"area '{slug}' is not known: give one of {_names(areas) or '(none yet)'}")


def _names(items: Sequence[Area] | Sequence[Setting]) -> str:
    return ", ".join(each.slug for each in items)


def _write_page(tables: list[CoverageTable], path: Path) -> None:
    style = path.with_name("coverage.css")
    page = coverage_page(tables[0], style.name) if len(tables) == 1 else coverage_map(tables, style.name)
    path.write_text(page, encoding="utf-8")
    style.write_text(stylesheet(), encoding="utf-8")


def _summary(table: CoverageTable) -> str:
    totals = table.totals
    counts = ", ".join(f"{totals[state]} {state.value.replace('_', ' ')}" for state in State if state is not State.NOT_ASKED)
    return f"{table.name}: {counts}; {table.old} on old pages"
