"""Packs of the shape that a county's crawl has, and reports from word processors."""

from __future__ import annotations

from pathlib import Path

from knowledge.ingest import Ingester
from knowledge.pack import read_pack
from knowledge.sources import read_source
from knowledge.types import Document, Scope
from store.passages import DatabasePassages
from tests.knowledge import real_pages


def test_130_pages_of_100_owners_are_all_taken_in(tmp_path: Path, ingester: Ingester, store: DatabasePassages) -> None:
    pack = read_pack(real_pages.write(tmp_path / "county"))
    assert len(pack.area.settings) == real_pages.OWNERS - 1
    assert pack.problems == ()
    report = ingester.ingest_pack(pack)
    assert (len(report.created), report.skipped) == (real_pages.PAGES, ())
    scopes = [Scope.of("brookshire", None), *(Scope.of("brookshire", setting.slug) for setting in pack.area.settings)]
    assert all(store.passages(scope).passages for scope in scopes)
    again = ingester.ingest_pack(pack)
    assert (len(again.unchanged), again.changed) == (real_pages.PAGES, False)


def test_each_page_says_what_it_said_and_nothing_else(tmp_path: Path) -> None:
    pack = read_pack(real_pages.write(tmp_path / "county"))
    documents = [item for source in pack.sources for item in read_source(source, pack.area) if isinstance(item, Document)]
    assert len(documents) == real_pages.PAGES
    wrong = [line for number, document in enumerate(documents) for line in _wrong(number, document)]
    assert wrong == []


def _wrong(number: int, document: Document) -> list[str]:
    shown = f"{document.title}\n{document.body}"
    wanted = (*real_pages.facts(number), f"senco{number}@school.example", "- Reading group\n- Talking group")
    found = [f"{document.id} lacks {part!r}" for part in wanted if part not in document.body]
    found += [f"{document.id} shows {part!r}" for part in real_pages.NOISE if part.lower() in shown.lower()]
    found += [f"{document.id} is called {document.title!r}" for _ in [0] if document.title != f"SEND at school {number}"]
    date = real_pages.DATES[number % 8][1]
    found += [f"{document.id} is of {document.updated}, not {date}" for _ in [0] if str(document.updated) != date]
    if "[" in document.body or "<" in document.body:
        found.append(f"{document.id} shows markup")
    return found
