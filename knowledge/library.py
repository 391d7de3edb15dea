"""The indexes that are live, one a scope, swapped whole when the store has moved on.

A search holds one view of a scope from beginning to end; a view never changes, so a swap drops
no request. Disk copies save start-up time; what they hold is compared with the store, passage by
passage. A large index that differs in a few passages is patched (`knowledge.patched`), and built
anew beside serving once it has been patched much; any other is built anew at once.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from knowledge.encoder import Encoder
from knowledge.errors import IndexDamaged
from knowledge.index import ScopeIndex, check_manifest
from knowledge.patched import PatchedIndex
from knowledge.ports import PassageStore, StoredPassages
from knowledge.split import Piece
from knowledge.types import DocumentFacts, Passage, Scope
from knowledge.units import unit_vectors, words_of

log = logging.getLogger(__name__)
PATCHED_FROM = 500  # passages; a smaller index is built anew in a fraction of a second
_MOST_PATCHED = 1000  # passages that differ
_PATCHED_MUCH = 100
Index = ScopeIndex | PatchedIndex


@dataclass(frozen=True)
class ScopeView:
    """One scope as it was at one version of the store."""

    version: int
    index: Index
    passages: Mapping[int, Passage]
    documents: Mapping[str, DocumentFacts]

    @cached_property
    def curated(self) -> frozenset[int]:
        """The passages that staff wrote."""
        written = {key for key, each in self.documents.items() if each.curated}
        return (
            frozenset(number for number, each in self.passages.items() if each.document_id in written) if written else frozenset()
        )


class Library:
    """Opens, builds and swaps the views. Safe to use from many threads."""

    def __init__(self, store: PassageStore, encoder: Encoder, folder: Path) -> None:
        self._store = store
        self._encoder = encoder
        self._folder = folder
        self._views: dict[Scope, ScopeView] = {}
        self._lock = threading.Lock()
        self._swapping = threading.Lock()

    def view(self, scope: Scope) -> ScopeView:
        """The live view of `scope`; opened from disk, or built, when it is first asked for."""
        found = self._views.get(scope)
        if found is None:
            with self._lock:
                found = self._views.get(scope) or self._open(scope)
                self._views[scope] = found
        return found

    def refresh(self) -> list[Scope]:
        """Swap in a new view of each open scope that the store has changed; says which."""
        swapped = []
        with self._swapping:
            versions = self._store.scopes()
            for scope, view in list(self._views.items()):
                if versions.get(scope, 0) != view.version:
                    self._views[scope] = self._brought_up(scope, view) or self._open(scope)
                    swapped.append(scope)
        return swapped

    def consolidate(self) -> list[Scope]:
        """Build the indexes anew onto which much has been patched, beside serving; says which."""
        built = []
        for scope, view in list(self._views.items()):
            if isinstance(view.index, PatchedIndex) and view.index.changes >= _PATCHED_MUCH:
                stored = self._store.passages(scope)
                fresh = _view(stored, self._save(scope, stored))
                with self._swapping:
                    self._views[scope] = self._brought_up(scope, fresh) or fresh
                built.append(scope)
        return built

    def build(self, scope: Scope) -> bool:
        """Bring the disk copy of `scope` up to date; False if it already was."""
        stored = self._store.passages(scope)
        try:
            ScopeIndex.load(self.folder_of(scope), self._encoder.digest, stored.version)
        except IndexDamaged:
            self._save(scope, stored)
            return True
        return False

    def is_stale(self, scope: Scope, version: int) -> str:
        """Why the disk copy of `scope` can't be used, or "" if it can."""
        try:
            index = ScopeIndex.load(self.folder_of(scope), self._encoder.digest)
            known = frozenset(index.ids.tolist())
            if len(known) < PATCHED_FROM or self._store.changes(scope, known, _MOST_PATCHED) is None:
                ScopeIndex.load(self.folder_of(scope), self._encoder.digest, version)
        except IndexDamaged as error:
            return str(error)
        return ""

    def is_behind(self, scope: Scope, version: int) -> str:
        """Like `is_stale`, but reads no index: for a service that is asked often. A view that is open is asked itself."""
        view = self._views.get(scope)
        if view is not None:
            return "" if view.version == version else f"version {view.version} is live, the store has {version}"
        try:
            manifest = check_manifest(self.folder_of(scope), self._encoder.digest, None)
            if manifest.passages < PATCHED_FROM:  # a larger one is patched when it is opened
                check_manifest(self.folder_of(scope), self._encoder.digest, version)
        except IndexDamaged as error:
            return str(error)
        return ""

    def folder_of(self, scope: Scope) -> Path:
        """Where the disk copy of `scope` lies."""
        name = hashlib.sha256(scope.key.encode()).hexdigest()[:16]
        return self._folder / name

    def _open(self, scope: Scope) -> ScopeView:
        stored = self._store.passages(scope)
        try:
            base = ScopeIndex.load(self.folder_of(scope), self._encoder.digest)
            index = self._fitted(base, {passage.id: passage for passage in stored.passages})
            if index is None:
                raise IndexDamaged(f"the index of {scope.key} holds other passages than the store")
        except IndexDamaged as error:
            log.info("index of %s is built anew: %s", scope.key, error)
            index = self._save(scope, stored)
        return _view(stored, index)

    def _fitted(self, base: ScopeIndex, now: Mapping[int, Passage]) -> Index | None:
        """An index of exactly the passages `now` on a base that holds most of them; None if it differs too much."""
        known = frozenset(base.ids.tolist())
        gone, came = known - now.keys(), now.keys() - known
        if not gone and not came:
            return base
        if len(base) < PATCHED_FROM or len(gone) + len(came) > _MOST_PATCHED:
            return None
        return PatchedIndex(base, gone, self._built([now[passage] for passage in sorted(came)]))

    def _brought_up(self, scope: Scope, view: ScopeView) -> ScopeView | None:
        """The view with what has changed since, read from the store by itself; None if that is too much."""
        base = view.index
        while isinstance(base, PatchedIndex):
            base = base.base
        known = frozenset(base.ids.tolist())
        changes = self._store.changes(scope, known, _MOST_PATCHED) if len(known) >= PATCHED_FROM else None
        if changes is None:
            return None
        kept = {name: each for name, each in view.passages.items() if name in known and name not in changes.gone}
        passages = kept | {passage.id: passage for passage in changes.fresh}
        index = self._fitted(base, passages)
        if index is None:
            return None
        named = {passage.document_id for passage in passages.values()}
        documents = {key: facts for key, facts in (*view.documents.items(), *changes.documents.items()) if key in named}
        return ScopeView(changes.version, index, passages, documents)

    def _save(self, scope: Scope, stored: StoredPassages) -> ScopeIndex:
        index = self._built(stored.passages)
        try:
            index.save(self.folder_of(scope), scope.key, self._encoder.digest, stored.version)
        except OSError as error:
            log.warning("can't save the index of %s (%s): free some disk; it works from memory", scope.key, error)
        return index

    def _built(self, passages: Sequence[Passage]) -> ScopeIndex:
        pieces = [Piece(passage.headings, passage.text) for passage in passages]
        units = unit_vectors(pieces, self._store, self._encoder)
        return ScopeIndex.build([passage.id for passage in passages], units, [words_of(piece) for piece in pieces])


def _view(stored: StoredPassages, index: Index) -> ScopeView:
    return ScopeView(stored.version, index, {passage.id: passage for passage in stored.passages}, stored.documents)
