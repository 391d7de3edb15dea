"""One source in, one report out: read, convert, split, map, embed, store.

Each document is stored in one transaction as soon as it is read, so that an ingest that was
interrupted goes on where it stopped: what is stored already counts as unchanged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Generator, Iterable, Sequence
from pathlib import Path

import numpy as np

from knowledge.documents import unexpected
from knowledge.encoder import Encoder
from knowledge.pack import AreaPack
from knowledge.ports import Item, PassageStore, Progress
from knowledge.source_list import Source
from knowledge.sources import count_items, read_source
from knowledge.split import Piece, split
from knowledge.topics import TopicMapper
from knowledge.types import Area, Document, IngestionReport, Skipped, SourceItem, Withdrawn
from knowledge.units import unit_vectors

_FORMAT = "3"  # raise it when conversion or splitting changes, so that documents are read anew


class Ingester:
    """Takes sources into the store."""

    def __init__(
        self, store: PassageStore, encoder: Encoder, mapper: TopicMapper, progress: Progress, fetched: Path | None = None
    ) -> None:
        """`fetched` is the folder in which what websites sent is kept, so that next time they send only what has changed."""
        self._store = store
        self._encoder = encoder
        self._mapper = mapper
        self._progress = progress
        self._fetched = fetched

    def ingest_pack(self, pack: AreaPack) -> IngestionReport:
        """Save the area, then ingest its sources one after the other."""
        report = IngestionReport(skipped=save_area(self._store, pack))
        for source in pack.sources:
            report = joined(report, self.ingest(source, pack.area))
        return report

    def ingest(self, source: Source, area: Area, gone: Collection[str] = ()) -> IngestionReport:
        """Take in every item of `source`; documents that it no longer has are deleted. `gone`: as for `ingest_documents`."""
        items = self._progress(read_source(source, area, self._fetched), count_items(source), source.label)
        try:
            return self.ingest_documents(area.slug, source.key, items, gone)
        finally:
            if isinstance(items, Generator):
                items.close()  # takes the bar down before anything else is said

    def ingest_documents(
        self, area: str, source: str, items: Iterable[SourceItem], gone: Collection[str] = ()
    ) -> IngestionReport:
        """Take in documents that are already read (`area` is "" for the national cards); those that are not there are deleted.

        `gone` are the keys of sources that the area has no more: their documents may be taken over.
        """
        known = dict(self._store.document_digests(area, source))
        created: list[str] = []
        updated: list[str] = []
        unchanged: list[str] = []
        skipped: list[Skipped] = []
        withdrawn: list[str] = []
        for item in items:
            if isinstance(item, Skipped):
                skipped.append(item)
                continue
            if isinstance(item, Withdrawn):
                withdrawn += self._withdraw(area, item, known)
                continue
            owner = source if item.id in known else self._store.owner_of(area, item.id)
            if owner not in (None, source, *gone):
                why = f"id '{item.id}' is already taken by source {owner}: rename one of them"
                skipped.append(Skipped(f"{source}: {item.id}", why, item.id))
                continue
            digest = digest_of(item)
            before = known.pop(item.id, None)
            if before == digest:
                unchanged.append(item.id)
                continue
            try:
                pieces = split(item.heads, item.body)
            except Exception as error:
                skipped.append(unexpected(f"{source}: {item.id}", item.id, error))
                continue
            self._put(area, source, item, digest, pieces)
            (updated if owner else created).append(item.id)
        report = IngestionReport(tuple(created), tuple(updated), tuple(unchanged), tuple(withdrawn), tuple(skipped))
        return joined(report, self._delete(area, source, known, skipped))

    def clear_away(self, area: str, gone: Collection[str], skipped: Sequence[Skipped]) -> IngestionReport:
        """Delete the documents of the sources `gone`, but those that another source was to take over and `skipped`."""
        known = [name for source in gone for name in self._store.document_digests(area, source)]
        return self._delete(area, ", ".join(gone), known, skipped)

    def _withdraw(self, area: str, item: Withdrawn, known: dict[str, str]) -> list[str]:
        """Delete a document that is live at once, and take it out of `known`."""
        if known.pop(item.document, None) is None:
            return []
        self._store.delete_document(area, item.document)
        return [item.document]

    def _delete(self, area: str, source: str, names: Iterable[str], skipped: Sequence[Skipped]) -> IngestionReport:
        """What is there but can't be read now keeps its last good version; if it can't be told what that is, all do."""
        unread = {item.document for item in skipped}
        deleted = tuple(name for name in names if name not in unread)
        if deleted and None in unread:
            why = f"something in it can't be read, so what was not found in it stays live ({len(deleted)}): mend it first"
            return IngestionReport(skipped=(Skipped(source, why),))
        for name in deleted:
            self._store.delete_document(area, name)
        return IngestionReport(deleted=deleted)

    def _put(self, area: str, source: str, document: Document, digest: str, pieces: Sequence[Piece]) -> None:
        whole = [rows[0] for rows in unit_vectors(pieces, self._store, self._encoder)]
        topics = self._mapper.topics(np.stack(whole)) if whole else []
        self._store.put_document(area, source, document, digest, pieces, topics)


def save_area(store: PassageStore, pack: AreaPack) -> tuple[Skipped, ...]:
    """Save the area of a pack; gives what was wrong with the pack, and which settings stay live for that reason."""
    kept = store.save_area(pack.area, every_setting=pack.every_setting)
    if not kept:
        return pack.problems
    why = f"it is missing, has no rows, or has one to mend, so the settings that it lacks stay as they were: {', '.join(kept)}"
    return (*pack.problems, Skipped("settings.csv", why))


def digest_of(document: Document) -> str:
    """SHA-256 of everything about a document that a family could see."""
    parts = (
        _FORMAT, document.scope.key, document.title, document.body, document.url, document.owner,
        str(document.updated), str(document.review_by), document.kind,
    )  # fmt: skip
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def joined(first: IngestionReport, second: IngestionReport) -> IngestionReport:
    """Two reports as one."""
    return IngestionReport(
        first.created + second.created,
        first.updated + second.updated,
        first.unchanged + second.unchanged,
        first.deleted + second.deleted,
        first.skipped + second.skipped,
    )


def no_progress(items: Iterable[Item], total: int, what: str) -> Iterable[Item]:
    """Shows nothing."""
    return items
