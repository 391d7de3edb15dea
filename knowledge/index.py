"""One scope's index: FAISS for meaning, BM25 for words, over the same passages in the same order.

A passage has one vector for the whole and one for each sentence: what answers a question is often
one sentence among others on the same thing.

On disk it is a folder with a manifest. An index that does not match its manifest is rebuilt, never
trusted (design.md D6). HNSW takes over from exact search past `HNSW_FROM` passages, where exact
search starts to cost more than encoding the query does (`make bench`).
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import bm25s
import faiss
import numpy as np
from numpy.typing import NDArray

from knowledge.errors import IndexDamaged
from knowledge.types import Vectors
from knowledge.words import content_words

HNSW_FROM = 12_000  # vectors
_HNSW_LINKS = 32
_HNSW_EF = 96
_K1, _B = 1.2, 0.6  # of BM25
_UNITS_A_PASSAGE = 4  # nearest units asked for, per passage wanted: a passage has several
_MANIFEST = "manifest.json"
_FILES = ("passages.npz", "dense.faiss")


@dataclass(frozen=True)
class Manifest:
    """What an index was made from. `files` are SHA-256 sums by file name."""

    scope: str
    encoder: str
    passages: int
    version: int
    files: dict[str, str]


@dataclass(frozen=True)
class Found:
    """Raw scores of one passage.

    `whole` and `sentences` are cosines of the passage and of each of its sentences (none if it is a
    single sentence); `lexical` is BM25 on its own scale.
    """

    passage_id: int
    whole: float
    sentences: tuple[float, ...]
    lexical: float


class ScopeIndex:
    """Searches the passages of one scope. Read only: a new one is built beside it and swapped in."""

    def __init__(
        self, ids: NDArray[np.int64], sizes: NDArray[np.int64], dense: faiss.Index, tokens: Sequence[Sequence[str]]
    ) -> None:
        self._ids = ids
        self._sizes = sizes
        self._starts = np.concatenate(([0], np.cumsum(sizes)))
        self._owners = np.repeat(np.arange(len(ids)), sizes)
        self._dense = dense
        # A small scope is searched by one product of its numbers at full width: ten times as fast as reading half widths.
        self._rows = dense.reconstruct_n(0, dense.ntotal) if 0 < dense.ntotal < HNSW_FROM else None
        self._tokens = tokens
        self._lexical = _bm25(tokens)

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def ids(self) -> NDArray[np.int64]:
        """The passage ids, in the order in which they were given."""
        return self._ids

    @property
    def tokens(self) -> Sequence[Sequence[str]]:
        """The content words of each passage, in the order of `ids`."""
        return self._tokens

    @classmethod
    def build(cls, ids: Sequence[int], units: Sequence[Vectors], texts: Sequence[str]) -> ScopeIndex:
        """Index passages given as ids, the vectors of their units (`knowledge.units`), and their words."""
        sizes = np.array([len(each) for each in units], dtype=np.int64)
        rows = np.concatenate(list(units)) if len(units) else np.zeros((0, 1), dtype=np.float32)
        dense = _dense_index(np.ascontiguousarray(rows, dtype=np.float32))
        return cls(np.array(ids, dtype=np.int64), sizes, dense, [content_words(text) for text in texts])

    def search(self, vector: NDArray[np.float32], query_words: Sequence[str], count: int) -> list[Found]:
        """The best `count` by meaning joined with the best `count` by words, in no set order."""
        if not len(self._ids):
            return []
        wanted = min(count, len(self._ids))
        near, cosines = self._nearest(vector, min(_UNITS_A_PASSAGE * wanted, len(self._owners)))
        chosen = dict.fromkeys(self._owners[near].tolist())
        places = set(list(chosen)[:wanted])
        lexical = self._lexical_scores(query_words)
        if lexical is not None:
            top = np.argpartition(-lexical, wanted - 1)[:wanted]
            places |= {int(place) for place in top if lexical[place] > 0}
        return [self._found(place, vector, cosines, lexical) for place in sorted(places)]

    def _nearest(self, vector: NDArray[np.float32], count: int) -> tuple[NDArray[np.int64], NDArray[np.float32] | None]:
        """The `count` nearest units, nearest first, and the cosines of all units if they were computed."""
        if self._rows is None:
            _, found = self._dense.search(vector.reshape(1, -1), count)
            return found[0][found[0] >= 0], None
        cosines = self._rows @ vector
        best = np.argpartition(-cosines, count - 1)[:count]
        return best[np.argsort(-cosines[best], kind="stable")], cosines

    def _found(
        self, place: int, vector: NDArray[np.float32], cosines: NDArray[np.float32] | None, lexical: NDArray[np.float32] | None
    ) -> Found:
        start, size = int(self._starts[place]), int(self._sizes[place])
        own = cosines[start : start + size] if cosines is not None else self._dense.reconstruct_n(start, size) @ vector
        whole, *sentences = own.tolist()
        words = float(lexical[place]) if lexical is not None else 0.0
        return Found(int(self._ids[place]), whole, tuple(sentences), words)

    def save(self, folder: Path, scope: str, encoder: str, version: int) -> None:
        """Write beside `folder`, then swap, so that a kill leaves the old or the new one whole."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".building-"))
        try:
            faiss.write_index(self._dense, str(scratch / "dense.faiss"))
            joined = np.array(["\x1f".join(tokens) for tokens in self._tokens], dtype=np.str_)
            np.savez(scratch / "passages.npz", ids=self._ids, sizes=self._sizes, tokens=joined)
            files = {name: _sha256(scratch / name) for name in _FILES}
            manifest = Manifest(scope, encoder, len(self), version, files)
            (scratch / _MANIFEST).write_text(json.dumps(asdict(manifest), indent=1), encoding="utf-8")
            _swap(scratch, folder)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    @classmethod
    def load(cls, folder: Path, encoder: str, version: int | None = None) -> ScopeIndex:
        """Open a saved index. Raises IndexDamaged if it is not of this encoder and version (None: any), or not whole."""
        manifest = check_manifest(folder, encoder, version)
        try:
            for name, expected in manifest.files.items():
                if _sha256(folder / name) != expected:
                    raise IndexDamaged(f"{folder / name} has changed since it was written")
            with np.load(folder / "passages.npz") as arrays:
                ids, sizes, joined = arrays["ids"], arrays["sizes"], arrays["tokens"]
            dense = faiss.read_index(str(folder / "dense.faiss"))
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise IndexDamaged(f"the index in {folder} can't be read ({error})") from error
        return cls(ids, sizes, dense, [str(text).split("\x1f") if text else [] for text in joined])

    def lexical_beside(self, texts: Sequence[Sequence[str]], query_words: Sequence[str]) -> list[float]:
        """BM25 of texts that are not in this index, with its counts of words, so that the scores are on its own scale."""
        if not self._tokens:
            return [float(len(set(query_words) & set(text))) for text in texts]
        number, average = len(self._tokens), max(sum(map(len, self._tokens)) / len(self._tokens), 1.0)
        known = [(word, self._counts.get(word, 0)) for word in query_words]
        rarity = [(word, math.log(1 + (number - count + 0.5) / (count + 0.5))) for word, count in known]
        scores = []
        for text in texts:
            damped = _K1 * (1 - _B + _B * len(text) / average)
            scores.append(sum(rare * (said := text.count(word)) / (said + damped) for word, rare in rarity))
        return scores

    @property
    def _counts(self) -> dict[str, int]:
        if not hasattr(self, "_counted"):
            counted: dict[str, int] = {}
            for tokens in self._tokens:
                for token in set(tokens):
                    counted[token] = counted.get(token, 0) + 1
            self._counted = counted
        return self._counted

    def _lexical_scores(self, query_words: Sequence[str]) -> NDArray[np.float32] | None:
        known = [word for word in query_words if word in self._counts]
        if self._lexical is None or not known:
            return None
        scores: NDArray[np.float32] = self._lexical.get_scores(known)
        return scores


def check_manifest(folder: Path, encoder: str, version: int | None) -> Manifest:
    """The manifest in `folder`. Raises IndexDamaged if it is missing, or of another encoder or version (None: any)."""
    manifest = read_manifest(folder)
    for what, found, wanted in (("encoder", manifest.encoder, encoder), ("store version", manifest.version, version)):
        if wanted is not None and found != wanted:
            raise IndexDamaged(f"the index in {folder} was made for {what} {found}, now it is {wanted}")
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a saved index. Raises IndexDamaged if there is none that can be read."""
    try:
        return Manifest(**json.loads((folder / _MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise IndexDamaged(f"no readable manifest in {folder} ({type(error).__name__})") from error


def _dense_index(rows: Vectors) -> faiss.Index:
    """Half-precision numbers: half the memory, and no difference in which passage comes first."""
    width = rows.shape[1] if rows.size else 1
    kind = faiss.ScalarQuantizer.QT_fp16
    index: faiss.Index
    if len(rows) >= HNSW_FROM:
        index = faiss.IndexHNSWSQ(width, kind, _HNSW_LINKS, faiss.METRIC_INNER_PRODUCT)  # type: ignore[arg-type]
        index.hnsw.efSearch = _HNSW_EF
    else:
        index = faiss.IndexScalarQuantizer(width, kind, faiss.METRIC_INNER_PRODUCT)
    if len(rows):
        index.train(rows[:1])
        index.add(rows)
    return index


def _bm25(tokens: Sequence[Sequence[str]]) -> bm25s.BM25 | None:
    if not any(tokens):
        return None
    retriever = bm25s.BM25(k1=_K1, b=_B)
    retriever.index([list(each) or [""] for each in tokens], show_progress=False)
    return retriever


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _swap(fresh: Path, folder: Path) -> None:
    for path in fresh.iterdir():
        with path.open("rb") as handle:
            os.fsync(handle.fileno())
    old = folder.with_name(f".old-{folder.name}-{os.getpid()}")
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
