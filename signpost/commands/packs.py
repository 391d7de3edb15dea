"""Commands that work on an area pack's own files: gias."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from knowledge.csv_rows import TOO_MANY
from knowledge.errors import PackError
from knowledge.gias import BroughtUp, brought_up, schools_of
from knowledge.pack import COLUMNS, setting_rows
from signpost.output import Output

Json = Annotated[bool, typer.Option("--json", help="Write JSON.")]


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(gias)


def gias(
    register_file: Annotated[Path, typer.Argument(metavar="FILE", help="The register's file of all schools, CSV or zip.")],
    pack: Annotated[Path, typer.Argument(help="The area pack's folder.")],
    authority: Annotated[str, typer.Option(help="The local authority's name or code, as the register writes it.")],
    as_json: Json = False,
) -> None:
    """Fill settings.csv from "Get Information about Schools": new schools, and what is missing. What it says already stays."""
    if not pack.is_dir():
        raise PackError(f"there is no folder {pack}: give that of an area pack")
    path = pack / "settings.csv"
    lines = setting_rows(path, []) if path.exists() else []
    for number, row in lines:
        if TOO_MANY in row:
            raise PackError(f"{path}, line {number} has more values than there are columns: put quotation marks around a comma")
    found = brought_up([row for _, row in lines], schools_of(register_file, authority))
    if found.added or found.filled_in:
        _write(path, found.rows)
    told = {"added": found.added, "filled_in": found.filled_in, "closed": found.closed, "unknown": found.unknown}
    Output.json(told) if as_json else _say(path, found)


def _write(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    """In place of the file at once, so that one that is cut off harms nothing."""
    names = list(dict.fromkeys((*COLUMNS, *(name for row in rows for name in row))))
    half = path.with_suffix(".half")
    with half.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, names, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    half.replace(path)


def _say(path: Path, found: BroughtUp) -> None:
    Output.line(f"{path}: {len(found.rows)} settings, {len(found.added)} added, {len(found.filled_in)} filled in")
    for slugs, what in (
        (found.closed, "has closed: take it out when families no longer ask about it"),
        (found.unknown, "is no school of this authority in the register: see whether its URN and name are right"),
    ):
        for slug in slugs:
            Output.line(f"{slug} {what}")
    if found.added:
        Output.line("Now write each school's SENCO or role mailbox into it: the register knows only the office's phone.")
