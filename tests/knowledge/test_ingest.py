import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from knowledge import sources
from knowledge.convert import Converted
from knowledge.errors import PackError
from knowledge.ingest import Ingester
from knowledge.pack import read_pack
from knowledge.types import Scope
from store.passages import DatabasePassages
from tests.conftest import PAGES, SETTINGS, write_pages


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


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (json.dumps(PAGES, indent=1).encode(), "one JSON array"),
        (json.dumps(PAGES).encode(), "one JSON array"),
        (b"id,title,text\r\ntravel,Travel,You can ask for transport.\r\n", "no line of it is a page"),
        ("\n".join(map(json.dumps, PAGES)).encode("utf-16"), "no line of it is a page"),
    ],
)
def test_a_list_of_pages_in_another_form_is_told_once(pack: Path, ingester: Ingester, content: bytes, why: str) -> None:
    ingester.ingest_pack(read_pack(pack))
    (pack / "pages.jsonl").write_bytes(content)
    report = ingester.ingest_pack(read_pack(pack))
    assert [item.why for item in report.skipped if "pages.jsonl" in item.where and why in item.why] != []
    assert len(report.skipped) == 2  # and that what was live stays live
    assert report.deleted == ()


def test_a_page_that_says_there_is_no_page_is_left_out(pack: Path, ingester: Ingester) -> None:
    gone = "<html><head><title>{}</title></head><body><main><h1>{}</h1><p>The page that you want has moved or is gone.</p></main></body></html>"
    (pack / "content" / "grant.html").write_text(gone.format("Page not found | Brookshire", "Sorry"), encoding="utf-8")
    (pack / "content" / "taxi.html").write_text(gone.format("Brookshire Council", "404: page not found"), encoding="utf-8")
    listed = [*PAGES, {"id": "respite", "setting": None, "title": "Page not found", "text": "It has moved or is gone for good."}]
    write_pages(pack, listed)
    report = ingester.ingest_pack(read_pack(pack))
    assert set(report.created) == {"travel", "oak-report", "clubs"}
    assert {item.document for item in report.skipped if "where a page is gone" in item.why} == {"grant", "taxi", "respite"}


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


def live(store: DatabasePassages) -> set[str]:
    return {facts.id for scope in store.scopes() for facts in store.passages(scope).documents.values()}


def test_a_page_list_in_the_encoding_of_windows_is_read(pack: Path, ingester: Ingester, store: DatabasePassages) -> None:
    rows = [json.dumps({**page, "text": f"{page['text']} It\u2019s £5."}, ensure_ascii=False) for page in PAGES]
    (pack / "pages.jsonl").write_bytes("\r\n".join(rows).encode("cp1252"))
    report = ingester.ingest_pack(read_pack(pack))
    assert (len(report.created), report.skipped) == (3, ())
    texts = [passage.text for passage in store.passages(Scope.of("brookshire", None)).passages]
    assert any("It\u2019s £5." in text for text in texts)


@pytest.mark.parametrize("damage", ["cut off", "emptied", "no id", "a folder"])
def test_nothing_is_deleted_while_it_cannot_be_told_what_is_gone(
    pack: Path, ingester: Ingester, store: DatabasePassages, damage: str
) -> None:
    ingester.ingest_pack(read_pack(pack))
    path = pack / "pages.jsonl"
    text = path.read_text(encoding="utf-8")
    if damage == "a folder":
        path.unlink()
        path.mkdir()
    else:
        whole = {"cut off": text[:-30], "emptied": "", "no id": text.replace('"id": "oak-report", ', "")}[damage]
        path.write_text(whole, encoding="utf-8")
    report = ingester.ingest_pack(read_pack(pack))
    assert (report.changed, live(store)) == (False, {"travel", "oak-report", "clubs"})
    assert "stays live" in report.skipped[-1].why or "stays live" in report.skipped[-2].why


def test_a_page_of_a_school_under_another_name_is_not_the_whole_areas(
    pack: Path, ingester: Ingester, store: DatabasePassages
) -> None:
    others = {key: value for key, value in PAGES[1].items() if key != "setting"}
    write_pages(pack, [PAGES[0], {**others, "school": "oak"}, {**PAGES[1], "id": "oak-2", "school": "oak"}])
    report = ingester.ingest_pack(read_pack(pack))
    assert live(store) == {"travel", "clubs", "oak-2"}
    assert "'school' names the setting 'oak', but is not read: call it 'setting'" in report.skipped[0].why


def test_a_page_that_is_named_as_skipped_keeps_only_itself(pack: Path, ingester: Ingester, store: DatabasePassages) -> None:
    ingester.ingest_pack(read_pack(pack))
    write_pages(pack, [{**PAGES[1], "text": ""}])
    report = ingester.ingest_pack(read_pack(pack))
    assert (report.deleted, live(store)) == (("travel",), {"oak-report", "clubs"})


def test_a_folder_that_cannot_be_read_keeps_its_pages(
    pack: Path, ingester: Ingester, store: DatabasePassages, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = pack / "content" / "closed"
    closed.mkdir()
    (closed / "lunch.md").write_text("# Lunch\n\nLunch is at noon in the hall.", encoding="utf-8")
    ingester.ingest_pack(read_pack(pack))
    scan = os.scandir

    def refusing(path: Any = ".") -> Iterator[os.DirEntry[str]]:
        """As for a service that may not read that folder; tests may run as root, who always may."""
        if Path(path) == closed.resolve():
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refusing)
    report = ingester.ingest_pack(read_pack(pack))
    assert (report.deleted, "lunch" in live(store)) == ((), True)
    assert report.skipped[0].where.endswith("closed")
    assert "can't be read (Permission denied)" in report.skipped[0].why


def test_a_picture_beside_a_page_does_not_keep_it(pack: Path, ingester: Ingester, store: DatabasePassages) -> None:
    for name in ("fun.md", "fun.jpg"):
        (pack / "content" / name).write_text("# Fun\n\nThe summer fair is on the green.", encoding="utf-8")
    ingester.ingest_pack(read_pack(pack))
    (pack / "content" / "fun.md").unlink()
    assert ingester.ingest_pack(read_pack(pack)).deleted == ("fun",)


def test_half_an_emoji_does_not_stop_the_rest(pack: Path, ingester: Ingester, store: DatabasePassages) -> None:
    odd = {"id": "fun \ud83d", "title": "Summer fun \ud83d", "owner": "\ud83d", "url": "https://x.example/\ud83d"}
    write_pages(pack, [{**odd, "text": "The fair \ud83d is\0 on the green each June."}, *PAGES])
    (pack / "content" / "odd\udcff.md").write_text("# Odd\n\nA name that is no UTF-8 at all.", encoding="utf-8")
    report = ingester.ingest_pack(read_pack(pack))
    assert (report.skipped, live(store)) == ((), {"travel", "oak-report", "clubs", "fun \ufffd", "odd\ufffd"})
    assert not ingester.ingest_pack(read_pack(pack)).changed


def test_an_error_that_nobody_foresaw_skips_one_item(
    pack: Path, ingester: Ingester, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (pack / "content" / "deep.md").write_text("# Deep\n\nSome words about the deep end.", encoding="utf-8")
    read = sources.convert_bytes

    def breaking(name: str, content: bytes) -> Converted:
        if name == "deep.md":
            raise RuntimeError("private words")
        return read(name, content)

    monkeypatch.setattr(sources, "convert_bytes", breaking)
    write_pages(pack, [{**PAGES[0], "setting": ["oak"]}, PAGES[1]])
    report = ingester.ingest_pack(read_pack(pack))
    assert (set(report.created), len(report.skipped)) == ({"oak-report", "clubs"}, 2)
    assert [item.document for item in report.skipped] == ["travel", "deep"]
    assert "'deep' can't be read (RuntimeError)" in report.skipped[1].why
    assert "RuntimeError" in caplog.text
    assert "private words" not in caplog.text


def test_a_list_of_pages_is_one_file(pack: Path) -> None:
    (pack / "sources.yml").write_text("- {kind: pages, path: content}\n- {kind: folder, path: content}\n", encoding="utf-8")
    read = read_pack(pack)
    assert [source.kind for source in read.sources] == ["folder"]
    assert "path 'content' is a folder, and kind 'pages' takes one file" in read.problems[0].why


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (SETTINGS.replace(",", ";"), "no column setting and name .*: it is parted by semicolons: save it with commas"),
        (SETTINGS.replace(",", "\t"), "it is parted by tabs: save it with commas"),
        (
            SETTINGS.replace("setting,name", "school,title"),
            r"setting and name \(its columns: school, title, .* must name the columns",
        ),
        (SETTINGS.replace("Elm College", '"Elm College'), "see whether a quotation mark is missing"),
        (SETTINGS.replace("contact_phone", "contact_fone"), "a column 'contact_fone' and none named 'contact_phone'"),
        (SETTINGS.replace("contact_phone", "Telephone"), "a column 'telephone' and none named 'contact_phone'"),
        (SETTINGS.replace("contact_email", "senco_e-mail_or_email"), "and none named 'contact_email': mend its name"),
        (SETTINGS.replace("aliases", "alias"), "a column 'alias' and none named 'aliases'"),
    ],
)
def test_a_settings_file_whose_columns_cannot_be_told_is_refused(pack: Path, text: str, says: str) -> None:
    (pack / "settings.csv").write_text(text, encoding="utf-8")
    with pytest.raises(PackError, match=says):
        read_pack(pack)


def test_a_settings_file_says_whether_it_gives_every_setting(pack: Path) -> None:
    path = pack / "settings.csv"
    header = SETTINGS.splitlines()[0]
    for text, every in (
        (SETTINGS + ",,,,,,,,,\n", True),
        (SETTINGS.replace("primary", "moon base"), True),
        (SETTINGS.replace("Oak Primary School", ""), False),
        (header, False),
        ("", False),
    ):
        path.write_text(text, encoding="utf-8")
        assert read_pack(pack).every_setting is every, text
    path.write_text(SETTINGS.replace("Oak Primary School", ""), encoding="utf-8")
    assert [item.why for item in read_pack(pack).problems] == ["setting 'oak' has no 'name': fill it in"]
    path.unlink()
    assert not read_pack(pack).every_setting


def test_only_a_pack_whose_sources_can_all_be_found_is_complete(pack: Path) -> None:
    assert read_pack(pack).complete
    for rows in ("", "- {kind: pages, path: pages.jsonl}\n- {kind: folder, path: nowhere}\n"):
        (pack / "sources.yml").write_text(rows, encoding="utf-8")
        assert not read_pack(pack).complete


def test_a_name_that_nothing_reads_is_said(pack: Path) -> None:
    (pack / "area.yml").write_text(
        "area: b\nsite: https://b.example\nsendiass: {name: Advice, telephone: 01632 960001}\n", "utf-8"
    )
    (pack / "settings.csv").write_text(SETTINGS.replace("website", "borough"), encoding="utf-8")
    (pack / "sources.yml").write_text("- {kind: folder, path: content, settings: oak}\n", encoding="utf-8")
    read = read_pack(pack)
    assert read.sources == ()  # one school's pages would be the whole area's
    assert [item.why.split(" is")[0] for item in read.problems if "not known" in item.why] == [
        "'site'", "'borough'", "'telephone'", "'settings'"
    ]  # fmt: skip


def test_columns_may_be_written_as_people_write(pack: Path) -> None:
    head, rows = SETTINGS.split("\n", 1)
    for text in (f"{head.replace('_', ' ').title().replace(',', ', ')}\n{rows}", SETTINGS.replace("\n", "\r")):
        (pack / "settings.csv").write_bytes(text.encode())
        read = read_pack(pack)
        assert (read.area.settings[1].contact.phone, read.problems) == ("01632 960011", ())


def test_a_value_with_a_comma_does_not_shift_the_others(pack: Path) -> None:
    (pack / "settings.csv").write_text(SETTINGS.replace("Ada Finch", "Ada Finch, SENCO"), encoding="utf-8")
    read = read_pack(pack)
    assert [each.slug for each in read.area.settings] == ["elm"]
    assert not read.every_setting  # what is live of the school stays
    assert "setting 'oak' has more values than there are columns" in read.problems[0].why


@pytest.mark.parametrize(
    ("phone", "taken", "says"),
    [
        (
            "1632960011",
            "01632960011",
            "contact_phone '1632960011' has lost its first 0, as spreadsheets do: taken as '01632960011'",
        ),
        ("1.63E+09", "", "contact_phone '1.63E+09' is not a phone number, and not used"),
        ("########", "", "contact_phone '########' is not a phone number, and not used"),
        ("ask at the desk", "", "contact_phone 'ask at the desk' is not a phone number, and not used"),
        ("01632 960011 ext. 4", "01632 960011 ext. 4", ""),
        ("+44 1632 960011", "+44 1632 960011", ""),
        ("111", "111", ""),
    ],
)
def test_a_number_that_a_spreadsheet_spoilt_is_not_shown(pack: Path, phone: str, taken: str, says: str) -> None:
    (pack / "settings.csv").write_text(SETTINGS.replace("01632 960011", phone), encoding="utf-8")
    read = read_pack(pack)
    assert read.area.settings[1].contact.phone == taken
    assert says in " ".join(item.why for item in read.problems)
    assert bool(read.problems) == bool(says)


def test_what_cannot_be_reached_is_not_shown_as_an_area_s_contact(pack: Path) -> None:
    path = pack / "area.yml"
    path.write_text("area: b\nsafeguarding: {name: S, phone: TBC, out_of_hours_phone: 01632 960003, email: none}\n", "utf-8")
    read = read_pack(pack)
    team = read.area.contacts["safeguarding"]
    assert (team.phone, team.out_of_hours_phone, team.email) == ("", "01632 960003", "")
    assert [item.why[:30] for item in read.problems if item.where == f"{path}: safeguarding"] == [
        "phone 'TBC' is not a phone num", "email 'none' is not an e-mail "
    ]  # fmt: skip


def test_a_workbook_with_the_name_of_a_text_file_is_named(pack: Path) -> None:
    (pack / "settings.csv").write_bytes(b"PK\x03\x04\x14\x00\x06\x00\x08\x00" + bytes(range(256)) * 4)
    with pytest.raises(PackError, match=r"settings\.csv is not a text file"):
        read_pack(pack)


def test_a_text_version_beside_a_scan_is_read(pack: Path, ingester: Ingester) -> None:
    (pack / "content" / "a-report.html").write_bytes(b"")
    (pack / "content" / "a-report.txt").write_text("Our report says that the quiet room opens at noon.", encoding="utf-8")
    report = ingester.ingest_pack(read_pack(pack))
    assert "a-report" in report.created
    assert [Path(item.where).name for item in report.skipped] == ["a-report.html"]
