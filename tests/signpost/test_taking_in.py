"""What becomes of documents when the sources that an area pack names change."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.errors import PackError
from knowledge.pack import AreaPack, read_pack
from knowledge.source_list import Source
from knowledge.types import IngestionReport, Scope
from signpost.desk import publish_answers
from signpost.settings import Settings
from signpost.taking_in import take_in, take_in_pack
from signpost.wiring import Workshop
from store.content import CONFIRMED, DatabaseContent
from store.curated import LIVE, CuratedAnswer, CuratedAnswers
from store.sources import SourceChecks
from tests.conftest import link_models

BOTH = "- {kind: pages, path: pages.jsonl}\n- {kind: folder, path: reports/content}\n"


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    link_models(tmp_path / "data")
    return Workshop(Settings(data=tmp_path / "data"))


@pytest.fixture
def pack(pack: Path) -> Path:
    """The small pack, with its files one folder deeper."""
    (pack / "reports").mkdir()
    (pack / "content").rename(pack / "reports" / "content")
    (pack / "sources.yml").write_text(BOTH, encoding="utf-8")
    return pack


def ingest(workshop: Workshop, pack: Path) -> IngestionReport:
    return take_in_pack(workshop, read_pack(pack), pack)


def live(workshop: Workshop) -> set[str]:
    scopes = workshop.store.scopes()
    return {facts.id for scope in scopes for facts in workshop.store.passages(scope).documents.values() if scope.area}


def sources(workshop: Workshop) -> list[str]:
    return [check.source for check in SourceChecks(workshop.engine).all("brookshire")]


def single(workshop: Workshop, path: Path) -> None:
    """As `signpost ingest FILE --area brookshire`."""
    area = workshop.store.areas()[0]
    take_in_pack(workshop, AreaPack(area, (Source("brookshire", "folder", path),), ()), None)


def test_what_came_from_a_source_that_is_gone_is_deleted_and_nothing_else(workshop: Workshop, pack: Path, tmp_path: Path) -> None:
    workshop.ingest_cards()
    cards = len(workshop.store.passages(Scope.of(None, None)).documents)
    ingest(workshop, pack)
    (tmp_path / "pool.md").write_text("# Pool\n\nThe pool has a hoist and warm water on Sundays.", encoding="utf-8")
    single(workshop, tmp_path / "pool.md")
    curated = CuratedAnswers(workshop.engine)
    answer = curated.save(CuratedAnswer("brookshire", ("is there a pool",), "Yes, with a hoist."), "a@brookshire.example")
    curated.set_state(answer.id, LIVE)
    publish_answers(workshop, curated, "brookshire")
    (pack / "sources.yml").write_text(BOTH.splitlines()[0], encoding="utf-8")
    assert ingest(workshop, pack).deleted == ("clubs",)
    assert live(workshop) == {"travel", "oak-report", "pool", answer.document_id}
    assert len(workshop.store.passages(Scope.of(None, None)).documents) == cards
    assert sources(workshop) == ["folder::pool.md", "pages::pages.jsonl"]


def test_a_source_whose_folder_was_renamed_keeps_its_documents(workshop: Workshop, pack: Path) -> None:
    (pack / "reports" / "content" / "lunch.md").write_text("# Lunch\n\nLunch is at noon in the hall.", encoding="utf-8")
    ingest(workshop, pack)
    (pack / "reports").rename(pack / "files")
    (pack / "files" / "content" / "lunch.md").write_text("", encoding="utf-8")  # can't be read just now
    assert ingest(workshop, pack).deleted == ()  # sources.yml still says reports
    (pack / "sources.yml").write_text(BOTH.replace("reports", "files"), encoding="utf-8")
    report = ingest(workshop, pack)
    assert (report.updated, report.deleted, len(report.skipped)) == (("clubs",), (), 1)
    assert live(workshop) == {"travel", "oak-report", "clubs", "lunch"}
    (pack / "files" / "content" / "lunch.md").unlink()
    assert ingest(workshop, pack).deleted == ("lunch",)
    assert sources(workshop) == ["folder::files/content", "pages::pages.jsonl"]


def test_a_database_whose_sources_were_named_otherwise_keeps_its_documents(workshop: Workshop, pack: Path) -> None:
    read = read_pack(pack)
    workshop.store.save_area(read.area)
    for source in read.sources:  # named after the last part of the path alone
        take_in(workshop, Source(source.area, source.kind, source.location), read.area, pack)
    before = live(workshop)
    assert "folder::content" in sources(workshop)
    report = ingest(workshop, pack)
    assert (report.created, report.updated, report.deleted, report.skipped) == ((), ("clubs",), (), ())
    assert live(workshop) == before
    assert not ingest(workshop, pack).changed


@pytest.mark.parametrize("rows", ["", "- {kind: pages, path: pages.jsonl}\n- {kind: folder, path: nowhere}\n"])
def test_nothing_is_deleted_while_a_source_cannot_be_found(workshop: Workshop, pack: Path, rows: str) -> None:
    ingest(workshop, pack)
    (pack / "sources.yml").write_text(rows, encoding="utf-8")
    assert ingest(workshop, pack).deleted == ()
    (pack / "sources.yml").write_text("- {kind: [", encoding="utf-8")
    with pytest.raises(PackError, match="mend that line"):
        ingest(workshop, pack)
    assert live(workshop) == {"travel", "oak-report", "clubs"}


def test_a_single_file_leaves_the_contacts_alone(workshop: Workshop, pack: Path, tmp_path: Path) -> None:
    ingest(workshop, pack)
    given = workshop.store.areas()[0].contacts["sendiass"]
    confirmed = type(given)("Grace Hill", phone="01632 960099", seen_at=CONFIRMED)
    DatabaseContent(workshop.engine).save_contact("brookshire", "sendiass", confirmed)
    (tmp_path / "pool.md").write_text("# Pool\n\nThe pool has a hoist and warm water on Sundays.", encoding="utf-8")
    single(workshop, tmp_path / "pool.md")
    ingest(workshop, pack)
    assert workshop.store.areas()[0].contacts["sendiass"] == confirmed


def test_nothing_of_a_renamed_source_is_deleted_while_a_line_of_another_cannot_be_read(workshop: Workshop, pack: Path) -> None:
    ingest(workshop, pack)
    pages = pack / "pages.jsonl"
    whole = pages.read_text(encoding="utf-8")
    pages.rename(pack / "list.jsonl")
    (pack / "list.jsonl").write_text(whole[:-30], encoding="utf-8")
    (pack / "sources.yml").write_text(BOTH.replace("pages.jsonl", "list.jsonl"), encoding="utf-8")
    report = ingest(workshop, pack)
    assert (report.deleted, report.skipped[-1].where) == ((), "pages::pages.jsonl")
    assert "stays live (1)" in report.skipped[-1].why
    assert live(workshop) == {"travel", "oak-report", "clubs"}
    (pack / "list.jsonl").write_text(whole.splitlines()[0], encoding="utf-8")
    assert ingest(workshop, pack).deleted == ("oak-report",)
    assert sources(workshop) == ["folder::reports/content", "pages::list.jsonl"]


def test_a_source_without_pages_stays_and_staff_see_why(workshop: Workshop, pack: Path) -> None:
    ingest(workshop, pack)
    (pack / "pages.jsonl").write_text("", encoding="utf-8")
    ingest(workshop, pack)
    check = next(each for each in SourceChecks(workshop.engine).all("brookshire") if each.source == "pages::pages.jsonl")
    assert (check.changes["deleted"], [where for where, _ in check.problems]) == (0, ["pages.jsonl", "pages::pages.jsonl"])
    assert "no page was found in it" in check.problems[0][1]
    assert live(workshop) == {"travel", "oak-report", "clubs"}


def test_settings_that_the_pack_lacks_by_mistake_stay_and_are_said(workshop: Workshop, pack: Path) -> None:
    ingest(workshop, pack)
    (pack / "settings.csv").unlink()
    assert any(item.why.endswith("stay as they were: elm, oak") for item in ingest(workshop, pack).skipped)
    assert {each.slug for each in workshop.store.areas()[0].settings} == {"elm", "oak"}
    assert "oak-report" in live(workshop)
