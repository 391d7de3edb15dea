"""Content by the thousand for the benches: copies of the sample area's passages, each with a word of its own.

A copy's vectors are those of the passage it was made from, moved a little and brought back to length 1, so that
nothing has to be encoded and no two passages are alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from knowledge.split import Piece
from knowledge.types import Area, Document, Passage, Scope, Vectors
from knowledge.units import unit_vectors
from signpost.wiring import Workshop

_A_DOCUMENT = 12  # passages
_MOVED = 0.02  # standard deviation of each number of a vector


def sample_passages(workshop: Workshop, area: str) -> list[Passage]:
    """Every passage of an area and its settings that has been taken in."""
    scopes = [scope for scope in workshop.store.scopes() if scope.area == area]
    return [passage for scope in scopes for passage in workshop.store.passages(scope).passages]


def make_area(workshop: Workshop, like: Area, slug: str, number: int, passages: Sequence[Passage], seed: int) -> None:
    """Store an area `slug` of `number` passages made from `passages`, and build its index."""
    random = np.random.default_rng(seed)
    store, encoder = workshop.store, workshop.encoder
    store.save_area(replace(like, slug=slug, name=f"Area {slug} (made)", settings=()))
    base = unit_vectors([Piece(each.headings, each.text) for each in passages], store, encoder)
    scope = Scope.of(slug, None)
    for start in range(0, number, _A_DOCUMENT):
        places = [n % len(passages) for n in range(start, min(start + _A_DOCUMENT, number))]
        pieces = [_copy(passages[place], f"{slug}{start + n}") for n, place in enumerate(places)]
        moved = {piece.digest: _moved(base[place], random) for piece, place in zip(pieces, places, strict=True)}
        store.put_vectors({name: rows.astype(np.float16).tobytes() for name, rows in moved.items()}, encoder.digest)
        document = Document(f"{slug}-{start}", scope, pieces[0].headings[0], "made for a bench", owner="made")
        store.put_document(slug, "made", document, document.id, pieces, [dict(passages[place].topics) for place in places])
    workshop.library.build(scope)


def _copy(passage: Passage, word: str) -> Piece:
    first, *rest = passage.text.split("\n")
    return Piece(passage.headings, "\n".join((f"{first} ({word})", *rest)))


def _moved(rows: Vectors, random: np.random.Generator) -> Vectors:
    moved: Vectors = (rows + random.normal(0, _MOVED, rows.shape)).astype(np.float32)
    moved /= np.linalg.norm(moved, axis=1, keepdims=True)
    return moved
