"""A large index to which a few changes were made finds what one built anew finds, in a fraction of the time."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.encoder import Encoder
from knowledge.ingest import Ingester
from knowledge.library import Library
from knowledge.patched import PatchedIndex
from knowledge.search import SearchQuery, SearchWeights, search
from knowledge.types import Document, Scope
from store.passages import DatabasePassages
from tests.hashing import HashingEncoder

AREA = Scope.of("brookshire", None)
SOURCE = "pages"
PAGES = 40
THINGS = ("swimming", "transport", "lunch", "uniform", "speech", "holiday", "respite", "music", "careers", "wheelchair")


@pytest.fixture
def library(
    store: DatabasePassages, hashing: HashingEncoder, ingester: Ingester, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Library:
    monkeypatch.setattr("knowledge.library.PATCHED_FROM", PAGES)  # what is large, so that the test is quick
    monkeypatch.setattr("knowledge.library._PATCHED_MUCH", PAGES)
    pages = [page(number) for number in range(PAGES)]
    ingester.ingest_documents("brookshire", SOURCE, pages)
    made = Library(store, hashing, tmp_path / "indexes")
    made.view(AREA)
    return made


def page(number: int, more: str = "") -> Document:
    thing = THINGS[number % len(THINGS)]
    text = f"About {thing} at {name_of(number)} House. {more}"
    return Document(f"page-{number}", AREA, f"{thing} {number}", text, owner="Brookshire")


def name_of(number: int) -> str:
    """A made-up name for each number, in letters."""
    return "".join("bdfgklmprs"[int(digit)] + "aeioaeioae"[int(digit)] for digit in f"{number:03}") + "ville"


def answer(number: int, text: str) -> Document:
    return Document(f"answer-{number}", AREA, "Trampolines", text, owner="Brookshire", kind="curated")


def asked(library: Library, encoder: Encoder, text: str) -> list[tuple[str, float]]:
    query = SearchQuery.of(text, encoder.encode([text])[0])
    return [(hit.passage.document_id, round(hit.score, 1)) for hit in search(library, [AREA], query, 5, SearchWeights())]


def test_a_new_answer_is_found_and_a_withdrawn_one_is_not(library: Library, ingester: Ingester, hashing: HashingEncoder) -> None:
    base = library.view(AREA).index
    ingester.ingest_documents("brookshire", "curated", [answer(1, "Trampolines are open on Mondays.")])
    assert library.refresh() == [AREA]
    patched = library.view(AREA).index
    assert isinstance(patched, PatchedIndex)
    assert patched.base is base
    assert asked(library, hashing, "when are trampolines open")[0][0] == "brookshire/answer-1"
    ingester.ingest_documents("brookshire", "curated", [answer(1, "Trampolines are open on Fridays only.")])
    library.refresh()
    assert len(library.view(AREA).index) == PAGES + 1
    ingester.ingest_documents("brookshire", "curated", [])
    library.refresh()
    assert "brookshire/answer-1" not in dict(asked(library, hashing, "when are trampolines open"))
    assert set(library.view(AREA).documents) == {f"brookshire/page-{number}" for number in range(PAGES)}


def test_it_finds_what_an_index_built_anew_finds(
    library: Library, ingester: Ingester, hashing: HashingEncoder, store: DatabasePassages, tmp_path: Path
) -> None:
    changed = [page(number, "New this year." if number % 10 == 0 else "") for number in range(5, PAGES)]
    ingester.ingest_documents("brookshire", SOURCE, [*changed, answer(2, "Trampolines cost £4 a session.")])
    library.refresh()
    assert isinstance(library.view(AREA).index, PatchedIndex)
    anew = Library(store, hashing, tmp_path / "elsewhere")
    for text in ("how much are trampolines", f"swimming at {name_of(20)}", f"new at {name_of(30)}", f"uniform {name_of(13)}"):
        (first, score), (wanted, wanted_score) = asked(library, hashing, text)[0], asked(anew, hashing, text)[0]
        assert (first, score) == (wanted, pytest.approx(wanted_score, abs=0.11))
    assert library.view(AREA).passages == anew.view(AREA).passages
    assert library.view(AREA).documents == anew.view(AREA).documents


def test_much_patching_is_built_in_beside_serving(library: Library, ingester: Ingester, hashing: HashingEncoder) -> None:
    ingester.ingest_documents("brookshire", SOURCE, [page(number, "Changed.") for number in range(PAGES)])
    library.refresh()
    assert library.consolidate() == [AREA]
    assert not isinstance(library.view(AREA).index, PatchedIndex)
    assert asked(library, hashing, f"about swimming at {name_of(0)} changed")[0][0] == "brookshire/page-0"
    assert library.consolidate() == []


def test_an_old_copy_on_disk_is_patched_at_start(
    library: Library, ingester: Ingester, hashing: HashingEncoder, store: DatabasePassages, tmp_path: Path
) -> None:
    ingester.ingest_documents("brookshire", "curated", [answer(3, "Trampolines are for all ages.")])
    started = Library(store, hashing, tmp_path / "indexes")
    assert started.is_stale(AREA, store.scopes()[AREA]) == ""
    assert isinstance(started.view(AREA).index, PatchedIndex)
    assert asked(started, hashing, "trampolines for all ages")[0][0] == "brookshire/answer-3"


def test_pages_are_found_by_what_would_answer_and_answers_by_staff_by_their_question(
    library: Library, ingester: Ingester, hashing: HashingEncoder
) -> None:
    ingester.ingest_documents("brookshire", "curated", [answer(1, "Trampolines are open on Mondays.")])
    library.refresh()
    like, answering = hashing.encode(["Trampolines", "About music at the House"])
    both = search(library, [AREA], SearchQuery.of("jumping", like, asking=answering), 2 * PAGES, SearchWeights())
    assert both[0].passage.headings[0].startswith("music")
    alone = search(library, [AREA], SearchQuery.of("jumping", like), 2 * PAGES, SearchWeights())
    written, same = ([hit for hit in hits if hit.document.id == "answer-1"] for hits in (both, alone))
    assert len(written) == 1
    assert written[0].whole == pytest.approx(same[0].whole)
    assert alone[0].document.id == "answer-1"
