import csv
import io
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from knowledge.ingest import Ingester
from knowledge.pack import read_pack
from knowledge.services.columns import OWN
from knowledge.services.outpost import OUTPOST
from knowledge.services.table import read_services
from knowledge.source_list import SERVICES_CSV, Source
from knowledge.split import split
from knowledge.types import Area, Contact, Document, Setting, Skipped, Withdrawn
from store.passages import DatabasePassages

AREA = Area(
    "larkmere", "Larkmere Council", "", {},
    (
        Setting("kestrel", "Kestrel Academy", (), "secondary", "999802", "", Contact("")),
        Setting("millbrook", "Millbrook Primary School", (), "primary", "999801", "", Contact("")),
    ),
)  # fmt: skip
TODAY = date.today()
PAST, FUTURE = (TODAY - timedelta(days=40)).isoformat(), (TODAY + timedelta(days=40)).isoformat()


def test_a_row_reads_as_a_page_under_the_questions_that_families_ask(tmp_path: Path) -> None:
    (page,), told = read(tmp_path, [OTTERS])
    assert told == []
    assert (page.id, page.title, page.owner, page.url) == (
        "service-otters",
        "Otters",
        "Larkmere Play",
        "https://directory.larkmere.example/otters",
    )
    assert (page.scope.key, page.updated) == ("area/larkmere", date(2026, 9, 1))
    assert page.body == OTTERS_PAGE
    assert [piece.headings[-1] for piece in split(page.title, page.body)][:3] == ["Otters", "Who it is for", "When it is open"]


def test_columns_come_in_any_order_and_case_and_encoding(tmp_path: Path) -> None:
    text = 'Min age,NAME,Opening  times,description,max_age\r\n5,Caf\u00e9 club,"Mondays\r\nFridays",\u201cTea\u201d and talk.,11\r\n'
    for content in (text.encode("cp1252"), text.encode("utf-8"), b"\xef\xbb\xbf" + text.encode("utf-8")):
        (page,), told = split_up(tmp_path, content)
        assert (told, page.id, page.title) == ([], "service-caf-club", "Caf\u00e9 club")
        assert (
            page.body
            == "\u201cTea\u201d and talk.\n\n## Who it is for\n\nAges 5 to 11.\n\n## When it is open\n\n- Mondays.\n- Fridays."
        )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("id;name;description\n1;Otters;A club\n", "parted by semicolons: save it with commas"),
        ("id\tname\n1\tOtters\n", "parted by tabs"),
        ('id,name,description\n1,Otters,"A club\n2,Paddles,Canoes\n', "quotation mark"),
        ('id,name,description\n1,Otters,"A "good" club"\n', "quotation mark"),
        ("what,ever\n1,2\n", "no column 'name' (its columns: what, ever)"),
        ("", "its columns: none"),
        ("name,name\na,b\n", "the column 'name' twice"),
        ("name,description,settings\nOtters,A club,kestrel\n", "column 'settings' and none named 'setting'"),
        ("import_id,name,mask_exact_adress\n1,Otters,TRUE\n", "none named 'mask_exact_address'"),
        ("externalid,title,ecd_opt_out_websit\n1,Otters,Hide completely\n", "none named 'ecd_opt_out_website'"),
        ("externalid,title,private_name\n1,Otters,Jo\n", "private columns and no 'ecd_opt_out_website'"),
    ],
)
def test_a_file_that_can_t_be_told_leaves_everything_live(tmp_path: Path, content: str, why: str) -> None:
    pages, told = split_up(tmp_path, content.encode())
    assert pages == []
    assert [item.document for item in told] == [None] and why in told[0].why


def test_one_bad_row_never_stops_the_rest(tmp_path: Path) -> None:
    rows = [
        {"id": "a", "name": "A", "description": "First."}, {"id": "b", "name": "", "description": "x"}, {"name": "", "description": "y"},
        {"id": "a", "name": "Again", "description": "Second."}, {"id": "c", "name": "C"}, {"id": "d", "name": "D", "description": "z", "status": "resting"},
        {"id": "e", "name": "E", "description": "w", "updated": "soon", "phone": "1.63E+09"}, {"id": "f", "name": "F", "description": "v", "status": "inactive"},
    ]  # fmt: skip
    pages, told = read(tmp_path, rows)
    assert [page.id for page in pages] == ["service-a", "service-e"]
    where = {item.where.split(", ")[-1]: item for item in told if item.where.startswith(str(tmp_path))}
    assert (where["line 3"].document, where["line 3"].why) == ("service-b", "it has no 'name': fill it in")
    assert where["line 4"].document is None
    assert "there twice" in where["line 5"].why and where["line 5"].document == "service-a"
    assert "status 'resting' is not known" in where["line 7"].why
    assert [item.why for item in told if item.where.endswith("line 8")] == [
        "phone '1.63E+09' is not a phone number, and not used: mend it, or leave it empty", "updated 'soon' is not a date, and not used: write it as 2026-09-30",
    ]  # fmt: skip
    assert any("nothing but its name" in item.why and item.document == "service-c" for item in told)


def test_a_row_with_too_many_values_and_unknown_columns_are_told(tmp_path: Path) -> None:
    pages, told = split_up(tmp_path, b"id,name,description,colour,size\n1,Otters,A club,red,,more\n2,Paddles,Canoes,,\n")
    assert [page.id for page in pages] == ["service-2"]
    assert [(item.document, item.why[:40]) for item in told] == [
        ("", "'colour', 'size' is not known, and not u"), ("service-1", "it has more values than there are column"),
    ]  # fmt: skip


def test_the_setting_of_a_service_is_never_guessed(tmp_path: Path) -> None:
    rows = [
        {"id": "1", "setting": "kestrel"}, {"id": "2", "urn": "999801"}, {"id": "3", "urn": "999801.0"}, {"id": "4", "urn": "123456"},
        {"id": "5", "setting": "oak"}, {"id": "6", "setting": "kestrel", "urn": "999801"}, {"id": "7", "school": "kestrel"}, {"id": "8"},
    ]  # fmt: skip
    rows = [{"name": f"Club {row['id']}", "description": "A club.", **row} for row in rows]
    pages, told = read(tmp_path, rows)
    assert {page.id: page.scope.setting for page in pages} == {
        "service-1": "kestrel", "service-2": "millbrook", "service-3": "millbrook", "service-4": "", "service-8": "",
    }  # fmt: skip
    why = {item.document: item.why for item in told}
    assert "'oak' is not in settings.csv" in why["service-5"]
    assert "two settings" in why["service-6"]
    assert "call it 'setting'" in why["service-7"]
    pages, _ = read(tmp_path, rows, setting="millbrook")
    assert {page.id: page.scope.setting for page in pages}["service-8"] == "millbrook"
    assert {page.id: page.scope.setting for page in pages}["service-1"] == "kestrel"


def test_a_service_is_shown_on_its_days_only(tmp_path: Path) -> None:
    rows = [
        {"name": "now", "shown_from": PAST, "shown_until": FUTURE}, {"name": "over", "shown_until": PAST}, {"name": "later", "shown_from": FUTURE},
        {"name": "shut", "status": "Temporarily closed", "when": "Mondays"},
    ]  # fmt: skip
    pages, told = read(tmp_path, [{"description": "A club.", **row} for row in rows])
    assert [page.title for page in pages] == ["now", "shut"] and told == []
    assert pages[0].review_by == date.fromisoformat(FUTURE)
    assert pages[1].body.startswith("Please note: It is temporarily closed.\n\nA club.")
    assert "It is temporarily closed. At other times:\n\n- Mondays." in pages[1].body


def test_an_outpost_file_joins_the_rows_of_a_service(tmp_path: Path) -> None:
    rows: list[dict[str, str]] = [
        {
            "import_id": "1", "name": "Otters", "description": "A club.", "organisation": "Larkmere Play", "url": "https://otters.example.org", "approved": "TRUE",
            "needs_referral": "TRUE", "min_age": "5", "max_age": "11", "contact_name": "Ann Hale", "contact_title": "leader", "contact_visible": "TRUE",
            "contact_phone": "1632960301", "location_name": "Hub", "location_address_1": "1 East Gate", "location_city": "Larkmere", "location_postcode": "LK1 1AA",
            "location_visible": "TRUE", "mask_exact_address": "FALSE", "location_accessibilities": "Hoist; Hearing loop", "free": "FALSE", "cost_option": "Children",
            "cost_amount": "6.5", "cost_type": "per session", "schedules_opens_at": "09:00:00", "schedules_closes_at": "18:00:00", "scheduled_weekday": "monday",
            "send_needs_support": "Autism;Mobility", "support_description": "Calm rooms.", "how_to_start": "Ring us.", "custom_text_x": "not read", "notes": "secret",
        },
        {"import_id": "2", "import_id_reference": "1", "contact_name": "Jo Private", "contact_visible": "FALSE", "contact_phone": "01632 960309"},
        {"import_id": "3", "import_id_reference": "1", "location_name": "Sett", "location_address_1": "2 Home Road", "location_city": "Lockham", "mask_exact_address": "TRUE"},
        {"import_id": "4", "import_id_reference": "1", "location_name": "Den", "location_visible": "FALSE"},
        {"import_id": "5", "import_id_reference": "1", "cost_option": "Carers", "cost_amount": "0", "scheduled_weekday": "tuesday", "schedules_opens_at": "09:00:00", "schedules_closes_at": "18:00:00"},
        {"import_id": "6", "import_id_reference": "99", "links_label": "Lost"},
        {"import_id": "7", "name": "Pending", "description": "x", "approved": "FALSE"},
        {"import_id": "8", "name": "Hidden", "description": "x", "visible": "FALSE"},
        {"import_id": "9", "name": "Dated", "description": "In its days.", "visible": "FALSE", "visible_from": PAST, "visible_to": FUTURE},
        {"import_id": "10", "name": "Over", "description": "x", "visible": "TRUE", "visible_to": PAST},
    ]  # fmt: skip
    pages, told = read(tmp_path, rows)
    assert [page.id for page in pages] == ["service-1", "service-9"]
    assert pages[0].body == OUTPOST_PAGE
    assert [(item.document, "'99' is not the import_id" in item.why) for item in told] == [("", True)]


def test_a_kb5_export_keeps_its_secrets(tmp_path: Path) -> None:
    home = {
        "venue_name": "Plum Cottage",
        "venue_address_1": "2 Home Road",
        "venue_address_4": "Lockham",
        "venue_postcode": "LK2 2BB",
    }
    private = {
        "private_name": "Jo Private",
        "private_address_1": "9 Secret Street",
        "private_telephone": "01632 960309",
        "private_postcode": "LK9 9ZZ",
        "notes_private": "secret",
    }
    values = {
        "all": "Full visibility on public website", "blank": "", "street": "Hide street level location but show on maps",
        "blur": "Hide street level location and don\u2019t show on maps", "place": "Hide full location and don't show on maps",
        "gone": "Hide completely from public website", "admin": "Admin access only, never on website", "odd": "Ask first",
    }  # fmt: skip
    rows = [
        {"externalid": key, "title": key, "description": "A childminder.", "ecd_opt_out_website": value, **home, **private}
        for key, value in values.items()
    ]
    rows.append({**rows[1], "externalid": "minder", "service_type": "Childcare"})
    rows.append({**rows[0], "externalid": "dormant", "dormant": "Yes"})
    rows[0]["parent_organisation"] = "gone"
    pages, told = read(tmp_path, rows)
    places = {page.id.removeprefix("service-"): page.body.partition("## Where it is\n\n")[2] for page in pages}
    whole = "Plum Cottage, 2 Home Road, Lockham, LK2 2BB."
    assert places == {"all": whole, "blank": whole, "street": "Lockham.", "blur": "Lockham.", "place": "", "minder": "Lockham."}
    assert pages[0].owner == "Larkmere Council"  # the organisation is hidden as well
    assert "Secret" not in str(pages) and "Private" not in str(pages) and "960309" not in str(pages) and "LK9" not in str(pages)
    assert [(item.document, "'ask first' is not known" in item.why) for item in told] == [("", True)]


def test_a_kb5_export_without_the_column_on_privacy_shows_no_street(tmp_path: Path) -> None:
    (page,), told = read(
        tmp_path,
        [{"externalid": "a", "title": "A", "description": "A club.", "venue_name": "Plum Cottage", "venue_address_4": "Lockham"}],
    )
    assert "Plum" not in page.body and "Lockham." in page.body
    assert [(item.document, "ecd_opt_out_website" in item.why) for item in told] == [("", True)]


def test_a_kb5_export_says_what_is_in_the_local_offer(tmp_path: Path) -> None:
    rows = [
        {
            "externalid": "a", "title": "Otters", "description": "<p>A club.</p>", "website": "https://otters.example.org", "__url": "https://directory.larkmere.example/kb5/a",
            "referral_required": "Yes", "contact_name": "Ann Hale", "contact_telephone": "01632 960301\n01632 960302", "contact_email": "a@otters.example.org",
            "venue_facilities": "Hoist\nCooking", "attributes": "Service/Activity is Free", "parent_organisation": "p", "dfes_urn": "999802", "lo_boolean": "Yes",
            "lo_details": "<p>Calm rooms.</p>", "lo_age_bands": "0-4\n5-10\n25 plus", "lo_needs_level": "All Needs Met", "general_03": "Ring us.", "lo_school_04": "Or visit.",
            "familychannel": "Family Information > Clubs > Saturday clubs", "lastupdated": "03/09/2026", "ecd_opt_out_website": "Full visibility on public website",
            "record_activity_range": "01/01/2020 - 31/12/2099",
        },
        {"externalid": "p", "title": "Larkmere Play", "description": "A charity.", "lo_boolean": "No", "record_activity_range": "01/01/2020"},
        {"externalid": "q", "title": "Over", "description": "x", "record_activity_range": "01/01/2020 - 31/12/2020"},
    ]  # fmt: skip
    pages, told = read(tmp_path, rows)
    assert [(page.id, page.owner, page.scope.key) for page in pages] == [
        ("service-a", "Larkmere Play", "setting/larkmere/kestrel"), ("service-p", "Larkmere Council", "area/larkmere"),
    ]  # fmt: skip
    assert (pages[0].url, pages[0].updated, pages[0].review_by, told) == (
        "https://directory.larkmere.example/kb5/a",
        date(2026, 9, 3),
        date(2099, 12, 31),
        [],
    )
    assert pages[0].body == KB5_PAGE


def test_the_sample_services_are_all_read() -> None:
    folder = Path("samples")
    found = list(
        read_services(
            Source("larkmere", SERVICES_CSV, folder / "services.csv", name="services.csv"), read_pack(folder / "larkmere").area
        )
    )
    assert all(isinstance(item, Document) for item in found) and len(found) == 10
    assert {item.scope.setting for item in found if isinstance(item, Document)} == {"", "willow-bank"}


def test_a_hidden_service_leaves_the_chat(pack: Path, ingester: Ingester, store: DatabasePassages) -> None:
    (pack / "sources.yml").write_text("- {kind: services_csv, path: services.csv}\n", encoding="utf-8")
    write(pack / "services.csv", [OTTERS, {"id": "b", "name": "B", "description": "Second."}])
    assert ingester.ingest_pack(read_pack(pack)).created == ("service-otters", "service-b")
    write(pack / "services.csv", [{**OTTERS, "status": "inactive"}, {"id": "b", "name": "B", "description": "Second."}])
    report = ingester.ingest_pack(read_pack(pack))
    assert (report.unchanged, report.deleted) == (("service-b",), ("service-otters",))
    write(pack / "services.csv", [{"id": "b", "name": "B", "status": "inactive"}])
    report = ingester.ingest_pack(read_pack(pack))
    assert (report.deleted, report.skipped) == (("service-b",), ())  # none of them may be shown


def test_a_service_that_is_hidden_goes_even_if_another_row_cannot_be_read(pack: Path, ingester: Ingester) -> None:
    (pack / "sources.yml").write_text("- {kind: services_csv, path: services.csv}\n", encoding="utf-8")
    write(pack / "services.csv", [OTTERS, {"id": "b", "name": "B", "description": "Second."}])
    assert ingester.ingest_pack(read_pack(pack)).created == ("service-otters", "service-b")
    write(
        pack / "services.csv", [{"id": "", "name": ""}, {**OTTERS, "status": "inactive"}, {"id": "", "description": "No name."}]
    )
    report = ingester.ingest_pack(read_pack(pack))
    assert report.deleted == ("service-otters",)
    assert "stays live" in report.skipped[-1].why  # B, of which nothing is said


def test_a_service_that_is_hidden_and_shown_again_further_down_stays(pack: Path, ingester: Ingester) -> None:
    (pack / "sources.yml").write_text("- {kind: services_csv, path: services.csv}\n", encoding="utf-8")
    write(pack / "services.csv", [OTTERS])
    ingester.ingest_pack(read_pack(pack))
    write(pack / "services.csv", [{**OTTERS, "status": "inactive"}, OTTERS])
    ingester.ingest_pack(read_pack(pack))
    write(pack / "services.csv", [OTTERS])
    assert ingester.ingest_pack(read_pack(pack)).unchanged == ("service-otters",)


def test_a_table_without_rows_leaves_everything_live(pack: Path, ingester: Ingester) -> None:
    (pack / "sources.yml").write_text("- {kind: services_csv, path: services.csv}\n", encoding="utf-8")
    write(pack / "services.csv", [OTTERS])
    assert ingester.ingest_pack(read_pack(pack)).created == ("service-otters",)
    (pack / "services.csv").write_text("id,name,description\n", encoding="utf-8")
    report = ingester.ingest_pack(read_pack(pack))
    assert report.deleted == ()
    assert "it has no rows, so what is live from it stays" in report.skipped[0].why


COLUMNS = sorted(
    {
        *OWN,
        *OUTPOST,
        "title",
        "externalid",
        "ecd_opt_out_website",
        "lo_age_bands",
        "ecd_age_from_years",
        "record_activity_range",
        "odd",
    }
)
CELLS = st.text(max_size=20) | st.sampled_from(
    ["<p>x", "5", "yes", "kestrel", "2026-01-01", "01632 960301", "a;b", "1\n2", "&#0;", "TRUE", "monday", "09:00:00"]
)


@given(
    st.lists(st.sampled_from(COLUMNS), unique=True, max_size=12).flatmap(
        lambda names: st.tuples(st.just(names), st.lists(st.lists(CELLS, min_size=len(names), max_size=len(names)), max_size=4))
    )
)
@limits(max_examples=150, deadline=None)
def test_no_table_makes_it_raise(tmp_path_factory: pytest.TempPathFactory, table: tuple[list[str], list[list[str]]]) -> None:
    names, cells = table
    rows = [dict(zip([*names, "name"], [*row, "Otters"], strict=True)) for row in cells] or [{"name": ""}]
    path = tmp_path_factory.getbasetemp() / "any.csv"
    write(path, rows)
    for item in read_services(Source("larkmere", SERVICES_CSV, path, name="any"), AREA):
        assert not isinstance(item, Skipped) or "report it" not in item.why


@given(st.binary(max_size=200))
@limits(max_examples=80, deadline=None)
def test_no_bytes_make_it_raise(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "bytes.csv"
    path.write_bytes(content)
    assert all(
        isinstance(item, Document | Skipped | Withdrawn) for item in read_services(Source("larkmere", SERVICES_CSV, path), AREA)
    )


def write(path: Path, rows: list[dict[str, str]]) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, names)
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8", errors="replace", newline="")


def read(folder: Path, rows: list[dict[str, str]], **source: Any) -> tuple[list[Document], list[Skipped]]:
    write(folder / "services.csv", rows)
    return split_up(folder, (folder / "services.csv").read_bytes(), **source)


def split_up(folder: Path, content: bytes, **source: Any) -> tuple[list[Document], list[Skipped]]:
    path = folder / "services.csv"
    path.write_bytes(content)
    found = list(read_services(Source("larkmere", SERVICES_CSV, path, name="services.csv", **source), AREA))
    return [item for item in found if isinstance(item, Document)], [item for item in found if isinstance(item, Skipped)]


OTTERS = {
    "id": "otters", "name": "Otters", "description": "<p>A club for <b>disabled</b> children.</p><ul><li>Art</li><li>Games</li></ul>", "alert": "Closed on 4 March",
    "organisation": "Larkmere Play", "url": "https://directory.larkmere.example/otters", "website": "https://otters.example.org", "phone": "07700900163; 1632960301",
    "email": "otters@example.org", "contact_name": "Ann Hale", "contact_role": "leader", "address": "Eastgate Family Hub\n1 East Gate", "postcode": "LK1 1AA",
    "area_covered": "Larkmere", "min_age": "5", "max_age": "11", "needs": "autism; mobility", "eligibility": "You need the Short Breaks Card", "when": "Saturdays, 10am to 1pm",
    "cost": "£6 a session\n£4 for brothers and sisters", "free": "no", "referral": "no", "how_to_apply": "Send a text", "waiting_time": "two weeks",
    "accessibility": "Hoist", "languages": "Polish; Urdu", "local_offer": "Staff have had training in autism.", "status": "active", "updated": "1 September 2026",
}  # fmt: skip
OTTERS_PAGE = """Please note: Closed on 4 March.

A club for disabled children.

- Art
- Games

## Who it is for

- Ages 5 to 11.
- Needs that it supports: autism and mobility.
- You need the Short Breaks Card.

## When it is open

Saturdays, 10am to 1pm.

## Where it is

- Eastgate Family Hub, 1 East Gate, LK1 1AA.
- Area covered: Larkmere.

## What it costs

- £6 a session.
- £4 for brothers and sisters.

## How to get in touch

- Ann Hale, leader: phone 07700 900163, phone 01632 960301, e-mail otters@example.org
- Website: https://otters.example.org

## How to apply or be referred

- You do not need a referral.
- Send a text.
- Waiting time: two weeks.

## Accessibility

Hoist.

## Languages

Polish and Urdu.

## How it supports children with SEND

Staff have had training in autism."""
OUTPOST_PAGE = """A club.

## Who it is for

- Ages 5 to 11.
- Needs that it supports: Autism and Mobility.

## When it is open

Every Monday and Tuesday, 9am to 6pm.

## Where it is

- Hub, 1 East Gate, Larkmere, LK1 1AA.
- Lockham.

## What it costs

- Children: £6.50 per session.
- Carers: free.

## How to get in touch

- Ann Hale, leader: phone 01632 960301.
- Website: https://otters.example.org

## How to apply or be referred

You need a referral.

## Accessibility

- Hoist.
- Hearing loop.

## How it supports children with SEND

Calm rooms.

### How to start

Ring us."""
KB5_PAGE = """A club.

It is listed under: Saturday clubs.

## Who it is for

- Ages 0 to 4, 5 to 10 and 25 plus.
- It says that it can meet all needs.

## What it costs

It is free.

## How to get in touch

- Ann Hale: phone 01632 960301, phone 01632 960302, e-mail a@otters.example.org
- Website: https://otters.example.org

## How to apply or be referred

You need a referral.

## Accessibility

Hoist.

## How it supports children with SEND

Calm rooms.

### How to start

Ring us.

Or visit."""
