"""One source in, one report out: read, convert, split, map, embed, store.

Each document is stored in one transaction as soon as it is read, so that an ingest that was
interrupted goes on where it stopped: what is stored already counts as unchanged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Generator, Iterable, Sequence
from pathlib import Path

import numpy as np

from knowledge.encoder import Encoder
from knowledge.pack import AreaPack, Source
from knowledge.ports import Item, PassageStore, Progress
from knowledge.sources import count_items, read_source
from knowledge.split import split
from knowledge.topics import TopicMapper
from knowledge.types import Area, Document, IngestionReport, Skipped
from knowledge.units import unit_vectors

_FORMAT = "2"  # raise it when conversion or splitting changes, so that documents are read anew


class Ingester:
    """Takes sources into the store."""

    def __init__(self, store: PassageStore, encoder: Encoder, mapper: TopicMapper, progress: Progress) -> None:
        self._store = store
        self._encoder = encoder
        self._mapper = mapper
        self._progress = progress

    def ingest_pack(self, pack: AreaPack) -> IngestionReport:
        """Save the area, then ingest its sources one after the other."""
        self._store.save_area(pack.area)
        report = IngestionReport(skipped=pack.problems)
        for source in pack.sources:
            report = joined(report, self.ingest(source, pack.area))
        return report

    def ingest(self, source: Source, area: Area, gone: Collection[str] = ()) -> IngestionReport:
        """Take in every item of `source`; documents that it no longer has are deleted. `gone`: as for `ingest_documents`."""
        items = self._progress(read_source(source, area), count_items(source), source.location.name)
        try:
            return self.ingest_documents(area.slug, source.key, items, gone)
        finally:
            if isinstance(items, Generator):
                items.close()  # takes the bar down before anything else is said

    def ingest_documents(
        self, area: str, source: str, items: Iterable[Document | Skipped], gone: Collection[str] = ()
    ) -> IngestionReport:
        """Take in documents that are already read (`area` is "" for the national cards).

        `gone` are the keys of sources that the area has no more: their documents may be taken over.
        """
        known = dict(self._store.document_digests(area, source))
        created: list[str] = []
        updated: list[str] = []
        unchanged: list[str] = []
        skipped: list[Skipped] = []
        for item in items:
            if isinstance(item, Skipped):
                skipped.append(item)
                continue
            owner = source if item.id in known else self._store.owner_of(area, item.id)
            if owner not in (None, source, *gone):
                why = f"id '{item.id}' is already taken by source {owner}: rename one of them"
                skipped.append(Skipped(f"{source}: {item.id}", why))
                continue
            digest = digest_of(item)
            before = known.pop(item.id, None)
            if before == digest:
                unchanged.append(item.id)
                continue
            self._put(area, source, item, digest)
            (updated if owner else created).append(item.id)
        deleted = self._delete(area, known, skipped)
        return IngestionReport(tuple(created), tuple(updated), tuple(unchanged), deleted, tuple(skipped))

    def clear_away(self, area: str, gone: Collection[str], skipped: Sequence[Skipped]) -> IngestionReport:
        """Delete the documents of the sources `gone`, but those that another source was to take over and `skipped`."""
        known = [name for source in gone for name in self._store.document_digests(area, source)]
        return IngestionReport(deleted=self._delete(area, known, skipped))

    def _delete(self, area: str, names: Iterable[str], skipped: Sequence[Skipped]) -> tuple[str, ...]:
        """A file that is there but can't be read now keeps its last good version."""
        deleted = tuple(name for name in names if not _was_skipped(name, skipped))
        for name in deleted:
            self._store.delete_document(area, name)
        return deleted

    def _put(self, area: str, source: str, document: Document, digest: str) -> None:
        pieces = split(document.heads, document.body)
        whole = [rows[0] for rows in unit_vectors(pieces, self._store, self._encoder)]
        topics = self._mapper.topics(np.stack(whole)) if whole else []
        self._store.put_document(area, source, document, digest, pieces, topics)


def _was_skipped(name: str, skipped: Sequence[Skipped]) -> bool:
    return any(name == Path(item.where).stem or f"'{name}'" in item.why for item in skipped)


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
