"""The texts of a passage that get a vector: the passage as a whole, and each of its sentences.

Each carries its title and nearest heading, which say what "it" and "we" are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from knowledge.encoder import Encoder
from knowledge.ports import PassageStore
from knowledge.sentences import sentences
from knowledge.split import Piece
from knowledge.types import Vectors

_SPACE = re.compile(r"\s+")


def head(headings: Sequence[str]) -> str:
    """`Title: nearest heading. `, without repeating itself."""
    return ": ".join(dict.fromkeys((headings[0], headings[-1]))) + ". " if headings else ""


def flat(text: str) -> str:
    """Text on one line, list marks gone."""
    return _SPACE.sub(" ", re.sub(r"(?m)^\s*- ", "", text)).strip()


def whole_text(headings: Sequence[str], text: str) -> str:
    """A passage as one text."""
    return head(headings) + flat(text)


def whole_unit(piece: Piece) -> str:
    """A piece as one text."""
    return whole_text(piece.headings, piece.text)


def sentence_unit(piece: Piece, sentence: str) -> str:
    """One sentence of the passage with its headings."""
    return head(piece.headings) + flat(sentence)


def units(piece: Piece) -> list[str]:
    """The whole passage first, then its sentences in order (none if it is one sentence)."""
    parts = sentences(piece.text)
    return [whole_unit(piece), *(sentence_unit(piece, part) for part in parts if len(parts) > 1)]


def words_of(piece: Piece) -> str:
    """The text whose words the lexical index counts."""
    return "\n".join((*piece.headings, piece.text))


def unit_vectors(pieces: Sequence[Piece], store: PassageStore, encoder: Encoder) -> list[Vectors]:
    """The vectors of each piece's units; those that the store has are not computed again."""
    kept = store.vectors([piece.digest for piece in pieces], encoder.digest)
    missing = {piece.digest: units(piece) for piece in pieces if piece.digest not in kept}
    rows = encoder.encode([text for texts in missing.values() for text in texts])
    fresh: dict[str, Vectors] = {}
    start = 0
    for digest, texts in missing.items():
        fresh[digest] = rows[start : start + len(texts)]
        start += len(texts)
    store.put_vectors({digest: each.astype(np.float16).tobytes() for digest, each in fresh.items()}, encoder.digest)
    found = []
    for piece in pieces:
        if piece.digest in fresh:
            found.append(fresh[piece.digest])
        else:
            flat_rows = np.frombuffer(kept[piece.digest], dtype=np.float16).astype(np.float32)
            found.append(flat_rows.reshape(-1, encoder.dimensions))
    return found
