"""Finds passages that may answer, in the scopes where an answer may be, and reads them."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.read import Readers, read
from assistant.types import Context, Reading
from knowledge.library import Library
from knowledge.search import SearchQuery, SearchWeights, search
from knowledge.types import NATIONAL, Scope


def scopes_for(context: Context, setting: str | None, *, national: bool = True) -> tuple[Scope, ...]:
    """The setting, its area and the whole country: nothing else is ever searched."""
    scopes = [Scope.of(context.area, setting)] if setting else []
    scopes.append(Scope.of(context.area, None))
    return tuple([*scopes, NATIONAL] if national else scopes)


def retrieve(
    asked: tuple[str, str],
    query: SearchQuery,
    scopes: Sequence[Scope],
    library: Library,
    weights: SearchWeights,
    count: int,
    readers: Readers,
) -> list[Reading]:
    """The likeliest of `count` passages for what is asked, read, the likeliest answer first; none for no words ("😊").

    `asked` is the question, and the part of it that asks if it is a story.
    """
    question, asks = asked
    if not question:
        return []
    return read(question, search(library, scopes, query, count, weights), readers, asks)
