"""Takes sources in and notes, for staff, when each was checked, how far it has got, and what could not be read."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from knowledge.errors import KnowledgeError
from knowledge.ingest import joined, no_progress, save_area
from knowledge.pack import AreaPack, read_pack
from knowledge.ports import Item, Progress
from knowledge.source_list import Source
from knowledge.sources import count_items
from knowledge.types import Area, IngestionReport, Skipped
from signpost.wiring import Workshop
from store.sources import SourceCheck, SourceChecks

log = logging.getLogger(__name__)
_TELL_EVERY = 0.3  # seconds between notes of how far it has got


def take_in_pack(workshop: Workshop, pack: AreaPack, folder: Path | None, progress: Progress = no_progress) -> IngestionReport:
    """Save the area, take its sources in one after the other, then delete what came from sources that it does not name any more.

    `folder` is the pack's; None for a single file, beside which all stays as it is.
    """
    gone: Sequence[str] = ()
    report = IngestionReport(skipped=pack.problems)
    if folder is not None:
        report = IngestionReport(skipped=save_area(workshop.store, pack))
        gone = _gone(workshop, pack)
    for source in pack.sources:
        report = joined(report, take_in(workshop, source, pack.area, folder, progress, gone))
    return joined(report, _clear_away(workshop, pack.area, gone, report.skipped)) if pack.complete else report


def take_in(
    workshop: Workshop, source: Source, area: Area, folder: Path | None, progress: Progress = no_progress,
    gone: Collection[str] = (),
) -> IngestionReport:  # fmt: skip
    """Take one source in. A run that was stopped half way is gone on with: each document is one transaction.

    It may take over documents of the sources with the keys `gone`.
    """
    checks = SourceChecks(workshop.engine)
    checks.begin(area.slug, source.key, str(folder.resolve()) if folder else "", count_items(source), take_over=True)
    return _run(workshop, checks, source, area, progress, gone)


def _gone(workshop: Workshop, pack: AreaPack) -> list[str]:
    """The sources that a pack of the area once named, and this one does not; no answers by staff, no single files."""
    named = {source.key for source in pack.sources}
    checks = SourceChecks(workshop.engine).all(pack.area.slug)
    return [check.source for check in checks if check.pack and check.source not in named]


def _clear_away(workshop: Workshop, area: Area, gone: Sequence[str], skipped: Sequence[Skipped]) -> IngestionReport:
    report = workshop.ingester().clear_away(area.slug, gone, skipped)
    for source in gone:
        if not workshop.store.document_digests(area.slug, source):
            SourceChecks(workshop.engine).forget(area.slug, source)
    return report


def take_in_again(workshop: Workshop, check: SourceCheck) -> threading.Thread | None:
    """Take a source in again beside serving; None if somebody is at it. Whatever fails is noted for staff."""
    checks = SourceChecks(workshop.engine)
    if not checks.begin(check.area, check.source, check.pack, check.total):
        return None

    def run() -> None:
        try:
            pack = read_pack(Path(check.pack))
            source = next((each for each in pack.sources if each.key == check.source), None)
            if source is None:
                raise KnowledgeError("the area pack does not name this source any more: ingest the whole pack again")
            checks.step(check.area, check.source, 0, count_items(source))
            _run(workshop, checks, source, pack.area, no_progress)
        except Exception as error:
            checks.failed(check.area, check.source, _plain(error))
            log.error("source %s failed: %s", check.source, type(error).__name__)

    thread = threading.Thread(target=run, daemon=True, name="take-in")
    thread.start()
    return thread


def _run(
    workshop: Workshop, checks: SourceChecks, source: Source, area: Area, progress: Progress, gone: Collection[str] = ()
) -> IngestionReport:
    def watched(items: Iterable[Item], total: int, what: str) -> Iterable[Item]:
        said = time.monotonic()
        for number, item in enumerate(progress(items, total, what), 1):
            yield item
            if time.monotonic() - said >= _TELL_EVERY:
                said = time.monotonic()
                checks.step(area.slug, source.key, number, total)

    try:
        report = workshop.ingester(watched).ingest(source, area, gone)
    except Exception as error:
        checks.failed(area.slug, source.key, _plain(error))
        raise
    parts = {"created": report.created, "updated": report.updated, "unchanged": report.unchanged, "deleted": report.deleted}
    problems = [(each.where if "://" in each.where else Path(each.where).name, each.why) for each in report.skipped]
    checks.end(area.slug, source.key, {name: len(ids) for name, ids in parts.items()}, problems)
    return report


def _plain(error: Exception) -> str:
    return str(error) if isinstance(error, KnowledgeError) else f"something went wrong ({type(error).__name__})"
