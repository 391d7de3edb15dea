"""What knowledge asks of a store. The real one is in `store/`; tests run one contract suite on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Protocol, TypeVar

from knowledge.split import Piece
from knowledge.types import Area, Document, DocumentFacts, Passage, Scope

Item = TypeVar("Item")


@dataclass(frozen=True)
class StoredPassages:
    """The passages of one scope with their documents and the scope's version when they were read."""

    version: int
    passages: tuple[Passage, ...]
    documents: Mapping[str, DocumentFacts]


@dataclass(frozen=True)
class PassageChanges:
    """How a scope differs from passages that are known: those that it has no more, and those that came, with their documents."""

    version: int
    gone: frozenset[int]
    fresh: tuple[Passage, ...]
    documents: Mapping[str, DocumentFacts]


class PassageStore(Protocol):
    """Documents, passages and vectors. Every writing call is one transaction."""

    def save_area(self, area: Area, *, every_setting: bool = False) -> tuple[str, ...]:
        """Add the area with its settings, or bring them up to date. A contact that `area` lacks stays.

        A setting that it lacks is deleted if it has `every_setting`; or else it stays, and its slug is given back.
        """

    def areas(self) -> tuple[Area, ...]:
        """All areas, by slug."""

    def document_digests(self, area: str, source: str) -> Mapping[str, str]:
        """Document id to digest, for one source of an area ("" for the national cards)."""

    def owner_of(self, area: str, document_id: str) -> str | None:
        """The key of the source that a document of this area came from."""

    def put_document(
        self, area: str, source: str, document: Document, digest: str,
        pieces: Sequence[Piece], topics: Sequence[Mapping[str, float]],
    ) -> None:  # fmt: skip
        """Add or replace a document with its passages, and raise its scope's version."""

    def delete_document(self, area: str, document_id: str) -> None:
        """Remove a document with its passages, and raise its scope's version."""

    def scopes(self) -> Mapping[Scope, int]:
        """Every scope that has ever held a passage, with its version."""

    def passages(self, scope: Scope) -> StoredPassages:
        """All passages of a scope, by document and place."""

    def changes(self, scope: Scope, known: Set[int], most: int) -> PassageChanges | None:
        """How a scope differs from the passages of the ids `known`; None if by more than `most` passages."""

    def vectors(self, digests: Sequence[str], encoder: str) -> Mapping[str, bytes]:
        """Stored vectors by passage digest; digests without any are left out."""

    def put_vectors(self, vectors: Mapping[str, bytes], encoder: str) -> None:
        """Keep the vectors of passages, by digest, so that they are never computed twice."""


class Progress(Protocol):
    """Wraps an iterable so that somebody can watch it go by."""

    def __call__(self, items: Iterable[Item], total: int, what: str) -> Iterable[Item]:
        """Give the items of `items` one by one."""
