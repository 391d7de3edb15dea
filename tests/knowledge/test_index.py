import json
from pathlib import Path

import numpy as np
import pytest

from knowledge.errors import IndexDamaged
from knowledge.index import HNSW_FROM, ScopeIndex
from knowledge.words import content_words
from tests.hashing import HashingEncoder

TEXTS = ("free school transport by taxi", "the senco is in on mondays", "swimming lessons at the pool")


def small(encoder: HashingEncoder) -> ScopeIndex:
    return ScopeIndex.build([7, 8, 9], [encoder.encode([text]) for text in TEXTS], TEXTS)


def test_meaning_and_words_both_find(hashing: HashingEncoder) -> None:
    found = small(hashing).search(hashing.encode(["who is the senco"])[0], content_words("who is the senco"), 2)
    best = max(found, key=lambda hit: hit.whole)
    assert best.passage_id == 8
    assert best.lexical > 0


def test_each_sentence_has_its_own_nearness(hashing: HashingEncoder) -> None:
    rows = hashing.encode(["clubs and swimming", "chess club", "swimming lessons"])
    found = ScopeIndex.build([1], [rows], ["x"]).search(hashing.encode(["swimming lessons"])[0], [], 1)
    assert found[0].sentences[1] > found[0].whole > found[0].sentences[0]


def test_it_survives_a_round_trip(hashing: HashingEncoder, tmp_path: Path) -> None:
    small(hashing).save(tmp_path / "i", "area/x", hashing.digest, 3)
    loaded = ScopeIndex.load(tmp_path / "i", hashing.digest, 3)
    query = hashing.encode(["taxi to school"])[0]
    assert loaded.search(query, ["taxi"], 3) == small(hashing).search(query, ["taxi"], 3)


@pytest.mark.parametrize("name", ["dense.faiss", "passages.npz", "manifest.json"])
def test_a_truncated_file_is_never_trusted(hashing: HashingEncoder, tmp_path: Path, name: str) -> None:
    small(hashing).save(tmp_path / "i", "area/x", hashing.digest, 1)
    path = tmp_path / "i" / name
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(IndexDamaged):
        ScopeIndex.load(tmp_path / "i", hashing.digest, 1)


def test_another_encoder_or_version_is_refused(hashing: HashingEncoder, tmp_path: Path) -> None:
    small(hashing).save(tmp_path / "i", "area/x", hashing.digest, 1)
    with pytest.raises(IndexDamaged, match="encoder"):
        ScopeIndex.load(tmp_path / "i", "other", 1)
    with pytest.raises(IndexDamaged, match="version"):
        ScopeIndex.load(tmp_path / "i", hashing.digest, 2)
    assert json.loads((tmp_path / "i" / "manifest.json").read_text())["passages"] == 3


def test_an_empty_scope_finds_nothing(hashing: HashingEncoder, tmp_path: Path) -> None:
    empty = ScopeIndex.build([], [], [])
    assert empty.search(hashing.encode(["x"])[0], ["x"], 5) == []
    empty.save(tmp_path / "i", "area/x", hashing.digest, 0)
    assert len(ScopeIndex.load(tmp_path / "i", hashing.digest, 0)) == 0


def test_a_large_scope_is_searched_by_hnsw_and_finds_the_same() -> None:
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(HNSW_FROM, 32)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    index = ScopeIndex.build(list(range(HNSW_FROM)), [rows[i : i + 1] for i in range(HNSW_FROM)], [""] * HNSW_FROM)
    hits = [max(index.search(rows[i], [], 5), key=lambda hit: hit.whole).passage_id for i in range(0, HNSW_FROM, 400)]
    assert np.mean([hit == i for hit, i in zip(hits, range(0, HNSW_FROM, 400), strict=True)]) > 0.95
