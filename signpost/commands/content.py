"""Commands that take content in: init, build, ingest, check, move-database."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Annotated

import typer

from knowledge.errors import KnowledgeError
from knowledge.ingest import joined
from knowledge.pack import AreaPack, read_pack
from knowledge.source_list import Source
from knowledge.types import IngestionReport
from signpost.health import findings
from signpost.output import Output, progress_bar
from signpost.taking_in import take_in_pack
from signpost.wiring import Workshop
from store.database import migrate, open_database
from store.moving import move

Json = Annotated[bool, typer.Option("--json", help="Write JSON.")]
_SPARE = 300_000_000  # bytes of free disk below which an ingest is not begun


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    for command in (init, build, ingest, check, move_database):
        app.command()(command)


def init(context: typer.Context, as_json: Json = False) -> None:
    """Make the data folder with an empty database."""
    workshop: Workshop = context.obj
    _ = workshop.engine
    say = {"data": workshop.settings.data, "database": workshop.engine.url.render_as_string()}
    Output.json(say) if as_json else Output.line(f"Ready: {workshop.settings.data}")


def move_database(
    context: typer.Context,
    old: Annotated[Path | None, typer.Argument(help="SQLite file to move from; default: signpost.db in the data folder.")] = None,
    as_json: Json = False,
) -> None:
    """Copy all that an SQLite database holds into the empty database that SIGNPOST_DATABASE names. Stop the service first."""
    workshop: Workshop = context.obj
    file = old or workshop.settings.data / "signpost.db"
    if not file.is_file():
        raise KnowledgeError(f"there is no database {file}: give the path of the SQLite file")
    if not workshop.settings.database:
        raise KnowledgeError("SIGNPOST_DATABASE is not set: give it the address of the new database, then run this again")
    engine = open_database(f"sqlite:///{file}")
    migrate(engine)
    moved = move(engine, workshop.engine, progress_bar)
    engine.dispose()
    told = f"{sum(moved.values())} rows of {len(moved)} tables moved; {file} is as it was: delete it when the service runs well"
    Output.json(moved) if as_json else Output.line(told)


def build(
    context: typer.Context,
    again: Annotated[bool, typer.Option("--again", help="Make the models even if they are there.")] = False,
    int8: Annotated[bool | None, typer.Option("--int8/--no-int8", help="8-bit weights: faster, a third of the size.")] = None,
    as_json: Json = False,
) -> None:
    """Make the models, take in the statutory cards and build the indexes; what is done is left alone."""
    workshop: Workshop = _all_processors(context.obj)
    exported = workshop.prepare_encoder(int8=int8, again=again)
    made = workshop.prepare_larger_models(again=again)
    cards = workshop.ingest_cards()
    scopes = list(workshop.store.scopes())
    built = [scope.key for scope in progress_bar(scopes, len(scopes), "indexes") if workshop.library.build(scope)]
    workshop.read_ahead(progress_bar)
    if as_json:
        digest = workshop.encoder.digest
        Output.json({"encoder": digest, "exported": exported, **made, "cards": cards, "built": built})
    else:
        Output.line(f"Encoder {workshop.encoder.digest}{' exported' if exported else ' was ready'}; {len(built)} indexes built")
        for name, fresh in made.items():
            Output.line(f"{name.replace('_', ' ').capitalize()} {'made' if fresh else 'was ready'}")


def ingest(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="An area pack's folder, or one file.")],
    area: Annotated[str, typer.Option(help="For one file: the area that it belongs to.")] = "",
    setting: Annotated[str, typer.Option(help="For one file: the setting that it belongs to.")] = "",
    title: Annotated[str, typer.Option(help="For one file: its title.")] = "",
    url: Annotated[str, typer.Option(help="For one file: where families find it.")] = "",
    as_json: Json = False,
) -> None:
    """Take in an area pack or one file; say what was created, updated, unchanged, deleted and skipped."""
    workshop: Workshop = _all_processors(context.obj)
    _check_disk(workshop.settings.data)
    if not workshop.settings.encoder_folder.exists():
        workshop.prepare_encoder()
    workshop.prepare_larger_models()
    report = _ingest_cards_once(workshop)
    if path.is_dir():
        report = joined(report, take_in_pack(workshop, read_pack(path), path, progress_bar))
    else:
        report = joined(report, _ingest_file(workshop, path, area, setting, title, url))
    for scope in workshop.store.scopes():
        workshop.library.build(scope)
    workshop.read_ahead(progress_bar)
    Output.json(report) if as_json else _say(report)


def check(context: typer.Context, as_json: Json = False) -> None:
    """Say in plain words what is missing or stale; ends with status 1 if families could not be served."""
    workshop: Workshop = context.obj
    found, mode = findings(workshop, thorough=True), workshop.settings.mode
    if as_json:
        Output.json(found)
    else:
        for finding in found:
            Output.line(f"{'MISSING' if finding.stops(mode) else 'note'}: {finding.text}")
        if not found:
            Output.line("All is well.")
    if any(finding.stops(mode) for finding in found):
        raise typer.Exit(1)


def _all_processors(workshop: Workshop) -> Workshop:
    """Encoding is nearly all of the work of taking content in; nobody is served meanwhile by this process."""
    threads = max(workshop.settings.threads, os.cpu_count() or 1)
    workshop.settings = workshop.settings.model_copy(update={"threads": threads})
    return workshop


def _ingest_cards_once(workshop: Workshop) -> IngestionReport:
    """The cards are taken in with the first pack; their report is only of interest when they change."""
    report = workshop.ingest_cards()
    return IngestionReport(skipped=report.skipped)


def _ingest_file(workshop: Workshop, path: Path, area: str, setting: str, title: str, url: str) -> IngestionReport:
    known = {each.slug: each for each in workshop.store.areas()}
    if not path.exists():
        raise KnowledgeError(f"{path} does not exist: give an area pack's folder or a file")
    if area not in known:
        raise KnowledgeError(f"area '{area}' is not known: give --area, one of {', '.join(known) or '(none yet)'}")
    if setting and setting not in {each.slug for each in known[area].settings}:
        raise KnowledgeError(f"setting '{setting}' is not in area '{area}': add it to the pack's settings.csv")
    source = Source(area, "folder", path.resolve(), setting or None, title, url)
    pack = AreaPack(known[area], (source,), ())
    return take_in_pack(workshop, pack, None, progress_bar)


def _check_disk(data: Path) -> None:
    place = next(folder for folder in (data.resolve(), *data.resolve().parents) if folder.exists())
    free = shutil.disk_usage(place).free
    if free < _SPARE:
        raise KnowledgeError(
            f"only {free // 1_000_000} MB of disk are free at {place}: make room for at least {_SPARE // 1_000_000} MB"
        )


def _say(report: IngestionReport) -> None:
    counts = (
        ("created", report.created),
        ("updated", report.updated),
        ("unchanged", report.unchanged),
        ("deleted", report.deleted),
    )
    Output.line(", ".join(f"{len(names)} {what}" for what, names in counts) + f", {len(report.skipped)} skipped")
    for item in report.skipped:
        Output.line(f"skipped {item.where}: {item.why}")
