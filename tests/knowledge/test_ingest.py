import json
from pathlib import Path

import pytest

from knowledge.errors import PackError
from knowledge.ingest import Ingester
from knowledge.pack import read_pack
from knowledge.types import Scope
from store.passages import DatabasePassages
from tests.conftest import PAGES, write_pages


def test_a_pack_is_taken_in_once_and_then_nothing_is_written(pack: Path, ingester: Ingester, store: DatabasePassages) -> None:
    first = ingester.ingest_pack(read_pack(pack))
    assert set(first.created) == {"travel", "oak-report", "clubs"}
    versions = store.scopes()
    second = ingester.ingest_pack(read_pack(pack))
    assert (len(second.unchanged), second.changed) == (3, False)
    assert store.scopes() == versions


def test_changes_update_and_vanished_pages_are_deleted(pack: Path, ingester: Ingester, store: DatabasePassages) -> None:
    ingester.ingest_pack(read_pack(pack))
    write_pages(pack, [{**PAGES[0], "text": "# New\nTransport is now free for all of us."}])
    report = ingester.ingest_pack(read_pack(pack))
    assert (report.updated, report.deleted) == (("travel",), ("oak-report",))
    assert store.passages(Scope.of("brookshire", "oak")).passages == ()
    texts = [passage.text for passage in store.passages(Scope.of("brookshire", None)).passages]
    assert "Transport is now free for all of us." in texts


def test_one_bad_item_never_stops_the_rest(pack: Path, ingester: Ingester) -> None:
    lines = [
        json.dumps(PAGES[0]),
        "{not json",
        json.dumps({**PAGES[0]}),
        json.dumps({"id": "x", "setting": "nope", "text": "a b c d e f"}),
        json.dumps({"id": "empty", "setting": None, "title": "t", "text": ""}),
        json.dumps(PAGES[1]),
    ]
    (pack / "pages.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (pack / "content" / "broken.pdf").write_bytes(b"%PDF-1.4")
    (pack / "content" / "photo.png").write_bytes(b"x")
    (pack / "content" / "clubs.txt").write_text("Another file with the same stem as one before.", encoding="utf-8")
    report = ingester.ingest_pack(read_pack(pack))
    assert set(report.created) == {"travel", "oak-report", "clubs"}
    why = {Path(item.where).name.split(",")[-1].strip(): item.why for item in report.skipped}
    assert "mend that line" in why["line 2"]
    assert "there twice" in why["line 3"]
    assert "'nope' is not in settings.csv" in why["line 4"]
    assert "no text" in why["line 5"]
    assert "damaged" in why["broken.pdf"]
    assert "no reader" in why["photo.png"]
    assert "already taken" in why["clubs.txt"]


def test_a_file_that_can_no_longer_be_read_stays_live(pack: Path, ingester: Ingester, store: DatabasePassages) -> None:
    ingester.ingest_pack(read_pack(pack))
    (pack / "content" / "clubs.md").write_text("", encoding="utf-8")
    report = ingester.ingest_pack(read_pack(pack))
    assert report.deleted == ()
    assert len(report.skipped) == 1
    assert any("Chess club" in passage.text for passage in store.passages(Scope.of("brookshire", None)).passages)


def test_a_very_large_file_is_skipped(pack: Path, ingester: Ingester) -> None:
    with (pack / "content" / "huge.txt").open("wb") as handle:
        handle.truncate(200_000_000)
    report = ingester.ingest_pack(read_pack(pack))
    assert "200,000,000 bytes" in report.skipped[0].why


def test_a_pack_says_what_it_lacks(pack: Path) -> None:
    (pack / "area.yml").write_text("area: brookshire\nname: Brookshire\n", encoding="utf-8")
    assert "no contact 'sendiass'" in " ".join(item.why for item in read_pack(pack).problems)
    (pack / "area.yml").write_text("name: Brookshire\n", encoding="utf-8")
    with pytest.raises(PackError, match="no 'area'"):
        read_pack(pack)
    (pack / "area.yml").unlink()
    with pytest.raises(PackError, match="missing"):
        read_pack(pack)


def test_a_phase_may_be_written_out(pack: Path) -> None:
    rows = ["one,One,,Sixth Form College", "two,Two,,alternative provision", "three,Three,,moon base"]
    (pack / "settings.csv").write_text("\n".join(["setting,name,aliases,phase", *rows, ""]), encoding="utf-8")
    told = read_pack(pack)
    assert [each.phase for each in told.area.settings] == ["college", "other", "other"]
    assert [each.why for each in told.problems if "phase" in each.why] == ["phase 'moon base' is not known: taken as 'other'"]


def test_contacts_may_stand_at_the_top_level(pack: Path) -> None:
    text = "area: b\nname: B\nsendiass: {name: Advice, phone: 01632 960001}\nsend_team: {name: T}\nsafeguarding: {name: S}\n"
    (pack / "area.yml").write_text(text, encoding="utf-8")
    assert read_pack(pack).area.contacts["sendiass"].phone == "01632 960001"


def test_sources_are_checked_one_by_one(pack: Path) -> None:
    rows = "- {kind: folder, path: content, setting: oak}\n- {kind: folder, path: nowhere}\n- {kind: pages, path: pages.jsonl, setting: ash}\n- {kind: smoke, path: x}\n"
    (pack / "sources.yml").write_text(rows, encoding="utf-8")
    read = read_pack(pack)
    assert [source.setting for source in read.sources] == ["oak"]
    assert len(read.problems) == 3


def test_phones_stay_as_they_are_written(pack: Path) -> None:
    path = pack / "area.yml"
    phones = {"01632 960001": "01632177060", "01632 960002": "null", "01632 960003": "[01632 960003, 01632 960004]"}
    text = path.read_text(encoding="utf-8")
    for before, after in phones.items():
        text = text.replace(f"phone: {before}", f"phone: {after}")
    path.write_text(text, encoding="utf-8")
    read = read_pack(pack)
    assert [each.phone for each in read.area.contacts.values()] == ["01632177060", "", ""]
    assert [(item.where, item.why) for item in read.problems] == [
        (f"{path}: safeguarding", "phone '['01632 960003', '01632 960004']' is not text, and not used: put it in quotation marks")
    ]


def test_a_slug_is_letters_digits_and_hyphens(pack: Path) -> None:
    with (pack / "settings.csv").open("a", encoding="utf-8") as handle:
        handle.write("ash/infants,Ash Infants,,infant,,,,,,\n")
    read = read_pack(pack)
    assert [each.slug for each in read.area.settings] == ["elm", "oak"]
    assert "setting 'ash/infants' can't be a slug: use at most 80 letters" in read.problems[0].why
    (pack / "area.yml").write_text("area: bath/nes\n", encoding="utf-8")
    with pytest.raises(PackError, match="area 'bath/nes' can't be a slug"):
        read_pack(pack)


def test_sources_whose_folders_have_the_same_last_name_keep_their_documents(pack: Path, ingester: Ingester) -> None:
    for name in ("one", "two"):
        (pack / name / "policies").mkdir(parents=True)
        (pack / name / "policies" / f"{name}.md").write_text(f"# Rules\n\nThe rules of {name} are in the hall.", encoding="utf-8")
    rows = ["- {kind: folder, path: one/policies, updated: 2026-03-01}", "- {kind: folder, path: ./two/policies/}"]
    (pack / "sources.yml").write_text("\n".join(rows), encoding="utf-8")
    first = read_pack(pack)
    assert [(source.key, str(source.updated)) for source in first.sources] == [
        ("folder::one/policies", "2026-03-01"),
        ("folder::two/policies", "None"),
    ]
    assert set(ingester.ingest_pack(first).created) == {"one", "two"}
    (pack / "sources.yml").write_text("\n".join(reversed(rows)), encoding="utf-8")
    again = ingester.ingest_pack(read_pack(pack))
    assert (len(again.unchanged), again.changed) == (2, False)


def test_a_locked_file_with_dots_in_its_name_stays_live(pack: Path, ingester: Ingester) -> None:
    policy = pack / "content" / "SEND-policy-v1.2.md"
    policy.write_text("# Policy\n\nEvery child is welcome in every lesson.", encoding="utf-8")
    ingester.ingest_pack(read_pack(pack))
    policy.write_text("", encoding="utf-8")
    assert ingester.ingest_pack(read_pack(pack)).deleted == ()


def test_only_a_pack_whose_sources_can_all_be_found_is_complete(pack: Path) -> None:
    assert read_pack(pack).complete
    for rows in ("", "- {kind: pages, path: pages.jsonl}\n- {kind: folder, path: nowhere}\n"):
        (pack / "sources.yml").write_text(rows, encoding="utf-8")
        assert not read_pack(pack).complete
