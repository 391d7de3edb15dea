"""The command that writes the governance pack: governance."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from knowledge.errors import KnowledgeError
from signpost.governance.facts import gather_facts
from signpost.governance.figures import measure
from signpost.governance.render import write_pack
from signpost.output import Output
from signpost.wiring import Workshop


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(governance)


def governance(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="Folder to write to; each area gets a folder in it.")] = Path("governance"),
    area: Annotated[str, typer.Option(help="Only this area.")] = "",
) -> None:
    """Draft the impact assessment, transparency record, privacy notices, accessibility statement and retention table."""
    workshop: Workshop = context.obj
    areas = workshop.store.areas()
    chosen = [each for each in areas if area in ("", each.slug)]
    if not areas:
        raise KnowledgeError("no area has been taken in: run 'signpost ingest PACK' first")
    if not chosen:
        raise KnowledgeError(f"area '{area}' is not known: give one of {', '.join(each.slug for each in areas)}")
    measured = measure(workshop)
    for each in chosen:
        for path in write_pack(gather_facts(workshop, each, date.today(), measured), out / each.slug):
            Output.line(str(path))
    Output.line("These are drafts. Each ends with a list of what a person must still check.")
