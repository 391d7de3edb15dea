"""The indexes that are live, one a scope, swapped whole when the store has moved on.

A search holds one view of a scope from beginning to end; a view never changes, so a swap drops
no request. Disk copies save start-up time; any that does not match the store is built again.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from knowledge.encoder import Encoder
from knowledge.errors import IndexDamaged
from knowledge.index import ScopeIndex
from knowledge.ports import PassageStore, StoredPassages
from knowledge.split import Piece
from knowledge.types import DocumentFacts, Passage, Scope
from knowledge.units import unit_vectors, words_of

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ScopeView:
    """One scope as it was at one version of the store."""

    version: int
    index: ScopeIndex
    passages: Mapping[int, Passage]
    documents: Mapping[str, DocumentFacts]


class Library:
    """Opens, builds and swaps the views. Safe to use from many threads."""

    def __init__(self, store: PassageStore, encoder: Encoder, folder: Path) -> None:
        self._store = store
        self._encoder = encoder
        self._folder = folder
        self._views: dict[Scope, ScopeView] = {}
        self._lock = threading.Lock()

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
        versions = self._store.scopes()
        swapped = []
        for scope, view in list(self._views.items()):
            if versions.get(scope, 0) != view.version:
                self._views[scope] = self._open(scope)
                swapped.append(scope)
        return swapped

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
            ScopeIndex.load(self.folder_of(scope), self._encoder.digest, version)
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
            index = ScopeIndex.load(self.folder_of(scope), self._encoder.digest, stored.version)
            if set(index.ids.tolist()) != {passage.id for passage in stored.passages}:
                raise IndexDamaged(f"the index of {scope.key} holds other passages than the store")
        except IndexDamaged as error:
            log.info("index of %s is built anew: %s", scope.key, error)
            index = self._save(scope, stored)
        passages = {passage.id: passage for passage in stored.passages}
        return ScopeView(stored.version, index, passages, stored.documents)

    def _save(self, scope: Scope, stored: StoredPassages) -> ScopeIndex:
        pieces = [Piece(passage.headings, passage.text) for passage in stored.passages]
        units = unit_vectors(pieces, self._store, self._encoder)
        index = ScopeIndex.build([passage.id for passage in stored.passages], units, [words_of(piece) for piece in pieces])
        try:
            index.save(self.folder_of(scope), scope.key, self._encoder.digest, stored.version)
        except OSError as error:
            log.warning("can't save the index of %s (%s): free some disk; it works from memory", scope.key, error)
        return index
