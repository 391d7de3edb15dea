"""Finds passages that may answer, and reads the question beside each."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.reader import Reader
from assistant.types import Context, Reading, Understanding
from knowledge.library import Library
from knowledge.search import SearchQuery, SearchWeights, search
from knowledge.types import NATIONAL, Scope


def scopes_for(context: Context, setting: str | None, *, national: bool = True) -> tuple[Scope, ...]:
    """The setting, its area and the whole country: nothing else is ever searched."""
    scopes = [Scope.of(context.area, setting)] if setting else []
    scopes.append(Scope.of(context.area, None))
    return tuple([*scopes, NATIONAL] if national else scopes)


def retrieve(
    understanding: Understanding,
    query: SearchQuery,
    scopes: Sequence[Scope],
    library: Library,
    reader: Reader,
    weights: SearchWeights,
    count: int,
) -> list[Reading]:
    """Up to `count` passages read beside the question, the likeliest answer first."""
    hits = search(library, scopes, query, count, weights)
    readings = reader.read(understanding.query, hits)
    return sorted(readings, key=lambda reading: (-reading.score, reading.hit.rank))
