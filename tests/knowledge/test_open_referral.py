import json
import threading
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from knowledge.ingest import Ingester
from knowledge.pack import read_pack
from knowledge.services import feed, fetching
from knowledge.services.feed import read_feed
from knowledge.services.hours import closing_days, opening_times
from knowledge.services.service import document_id
from knowledge.services.words import ages, phone
from knowledge.source_list import OPEN_REFERRAL, Source
from knowledge.types import Area, Contact, Document, Scope, Setting, Skipped, SourceItem
from store.passages import DatabasePassages

AREA = Area(
    "larkmere", "Larkmere Council", "", {}, (Setting("kestrel", "Kestrel Academy", (), "secondary", "999802", "", Contact("")),)
)
TODAY = date.today()
PAST, FUTURE = (TODAY - timedelta(days=40)).isoformat(), (TODAY + timedelta(days=40)).isoformat()


@pytest.fixture(autouse=True)
def in_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "PAUSE", 0.0)
    monkeypatch.setattr(fetching, "BACKOFF", 0.001)


def test_a_feed_of_version_1_is_read_page_by_page(server: "Server") -> None:
    server.pages(
        "content",
        [V1, {"id": 7, "name": "Paddles", "description": "Canoes for all."}],
        [{"id": "c", "name": "Gone", "status": "defunct"}],
    )
    whole, paddles = documents(server)
    assert (paddles.id, paddles.body, paddles.owner) == ("service-7", "Canoes for all.", "Larkmere Council")
    assert (whole.id, whole.owner, whole.url) == ("service-otters/1", "Larkmere Play", "https://otters.example.org")
    assert (whole.scope.key, whole.title, whole.updated) == ("area/larkmere", "Otters", date(2026, 9, 1))
    assert whole.body == V1_PAGE
    assert server.asked("/services") == ["1", "2"]


def test_a_feed_of_version_3_asks_each_service_for_what_its_list_leaves_out(server: "Server") -> None:
    server.answers["/"] = {"version": "HSDS-UK-3.0"}
    server.pages(
        "contents",
        [{"id": "a", "name": "Otters", "status": "active"}, {"id": "b", "name": "Old", "status": "inactive"}],
        last="last_page",
    )
    server.answers["/services/a"] = V3
    (whole,) = documents(server)
    assert whole.body == V3_PAGE
    assert whole.updated == date(2026, 8, 3)  # the day of the check, not of the last change
    assert "/services/b" not in server.seen


@pytest.mark.parametrize("ending", ["", "/", "/services", "/services/", "/?directory=send"])
def test_the_address_may_end_in_several_ways(server: "Server", ending: str) -> None:
    server.base = "/open/v1"
    server.pages("contents", [{"id": "a", "name": "Otters", "description": "A club."}], last="last_page")
    assert [item.id for item in documents(server, ending)] == ["service-a"]
    assert all(query.get("directory") == (["send"] if "?" in ending else None) for query in server.queries)


def test_hsds_gives_what_a_service_wants_to_know_first(server: "Server") -> None:
    service = {
        **THIN, "eligibility_description": "Children with a plan.", "application_process": "Ring us.", "wait_time": "6 weeks",
        "required_documents": [{"document": "a letter"}], "interpretation_services": "We book interpreters.", "fees_description": "£4 a week",
        "phones": [{"number": "+441632960301", "extension": 12}, {"number": "01632 960302", "type": "fax"}, {"number": None}],
        "service_at_locations": [
            {"id": "1", "location": {"name": "Hub", "addresses": [{"address_1": "1 East Gate", "address_type": "physical"}, {"address_1": "Box 9", "address_type": "postal"}]},
             "schedules": [{"freq": "WEEKLY", "byday": "MO", "opens_at": "09:00", "closes_at": "17:00"}]},
            {"id": "2", "location": {"name": "Hall", "accessibility": [{"description": "Ramp", "details": "at the back"}]},
             "phones": [{"number": "01632 960303"}]},
        ],
    }  # fmt: skip
    server.pages("contents", [service], last="last_page")
    (page,) = documents(server)
    for text in (
        "Children with a plan.", "- Ring us.\n- Waiting time: 6 weeks.\n- You need: a letter.", "We book interpreters.", "£4 a week.",
        "01632 960301 extension 12", "Hub, 1 East Gate.", "Hub: every Monday, 9am to 5pm.", "Hall: Ramp: at the back.", "01632 960303",
    ):  # fmt: skip
        assert text in page.body
    assert "960302" not in page.body and "Box 9" not in page.body


def test_what_outpost_adds_is_read_and_what_it_hides_is_not(server: "Server") -> None:
    service = {
        **THIN, "min_age": 5, "max_age": 11, "free": True, "visible_from": PAST, "visible_to": FUTURE, "send_needs": [{"name": "Autism"}],
        "local_offer": {"description": "<p>Calm rooms.</p>", "link": "https://otters.example.org/send.pdf",
                        "survey_answers": [{"question": "How do you start?", "answer": "Ring us."}, {"id": 7, "answer": "A new room."}, {"answer": None}]},
        "locations": [{"name": "The Sett", "address_1": "***", "city": "Larkmere", "postal_code": "W1A", "mask_exact_address": True},
                      {"address_1": "2 Home Road", "visible": False}],
        "contacts": [{"id": 1, "name": "Jo Private", "phone": "01632 960305", "visible": False}, {"name": "Meg", "email": "meg@otters.example.org"}],
        "phones": [{"number": "01632 960306", "contact_id": "1"}],
        "regular_schedules": [{"weekday": day, "opens_at": "2000-01-01T09:30:00.000Z", "closes_at": "2000-01-01T15:00:00.000Z"} for day in ("Monday", "Wednesday")],
    }  # fmt: skip
    server.pages(
        "content", [service, {**THIN, "id": "later", "visible_from": FUTURE}, {**THIN, "id": "over", "visible_to": PAST}]
    )
    (page,) = documents(server)
    for text in (
        "- Ages 5 to 11.\n- Needs that it supports: Autism.", "Every Monday and Wednesday, 9.30am to 3pm.", "## Where it is\n\nLarkmere.",
        "It is free.", "Meg: e-mail meg@otters.example.org", "Calm rooms.", "### How do you start?\n\nRing us.",
        "### Plans for its SEND provision\n\nA new room.",
    ):  # fmt: skip
        assert text in page.body
    for hidden in ("Sett", "W1A", "Home Road", "Private", "960305", "960306", "***"):
        assert hidden not in page.body
    assert page.review_by == date.fromisoformat(FUTURE)


def test_a_service_that_is_closed_for_now_says_so_first_and_over_its_times(server: "Server") -> None:
    times = [{"byday": "SA", "freq": "WEEKLY", "opens_at": "10:00", "closes_at": "13:00"}]
    server.pages(
        "contents", [{**THIN, "status": "Temporarily Closed", "alert": "The roof leaks", "schedules": times}], last="last_page"
    )
    (page,) = documents(server)
    assert page.body.startswith("Please note: It is temporarily closed. The roof leaks.\n\nA Saturday club.")
    assert "## When it is open\n\nIt is temporarily closed. At other times:\n\n- Every Saturday, 10am to 1pm." in page.body


def test_missing_and_null_fields_are_no_trouble(server: "Server") -> None:
    nothing = dict.fromkeys([*V1, *V3]) | {"id": "n", "name": "Nothing", "description": "It is there."}
    server.pages("contents", [nothing], last="last_page")
    assert [item.body for item in documents(server)] == ["It is there."]


def test_entries_that_are_no_service_are_told(server: "Server") -> None:
    odd = [5, {"name": "No id"}, {"id": "x"}, {"id": "y", "name": "Silent"}, {**THIN, "status": "resting"}]
    server.pages("contents", odd, last="last_page")
    told = {item.document: item.why for item in read(server) if isinstance(item, Skipped)}
    assert "'id'" in told[None] and "'name'" in told["service-x"] and "nothing but its name" in told["service-y"]
    assert "status 'resting' is not known" in told["service-otters"]


def test_a_feed_that_repeats_its_first_page_ends_and_says_what_it_kept_back(server: "Server") -> None:
    page = {
        "content": [{"id": n, "name": f"Club {n}", "description": "A club."} for n in (1, 2)],
        "totalPages": 50,
        "totalElements": 100,
    }
    server.answers["/services"] = page
    pages, told = split_up(read(server))
    assert [item.id for item in pages] == ["service-1", "service-2"]
    assert told[-1].document is None and "100 services, and gave 2" in told[-1].why
    assert server.asked("/services") == ["1", "2"]


def test_a_page_that_fails_costs_nothing_but_itself(server: "Server") -> None:
    server.pages("content", *([{"id": n, "name": f"Club {n}", "description": "A club."}] for n in range(4)))
    server.failing["/services?2"] = 500
    pages, told = split_up(read(server))
    assert [item.id for item in pages] == ["service-0", "service-2", "service-3"]
    assert any(item.document is None and "answers 500" in item.why for item in told)


def test_details_that_fail_keep_the_last_good_version(server: "Server") -> None:
    server.pages("contents", [{"id": each, "name": each, "description": "A club."} for each in "abcd"], last="last_page")
    server.answers["/services/a"] = {**V3, "id": "a"}
    server.failing.update({"/services/b": 403, "/services/c": 500})
    pages, told = split_up(read(server))
    assert [item.id for item in pages] == ["service-a", "service-d"]  # 'd' has no details: 404
    assert {item.document for item in told} == {"service-b", "service-c", ""}
    assert "403: ask the publisher to open it" in next(item.why for item in told if item.document == "service-b")
    assert "details of 1 of its services" in next(item.why for item in told if item.document == "")


def test_a_list_that_says_it_all_is_believed_even_if_details_fail(server: "Server") -> None:
    rows = [{**THIN, "id": n, "contacts": [{"email": "a@otters.example.org"}]} for n in range(8)]
    server.pages("contents", rows, last="last_page")
    server.failing.update({f"/services/{n}": 500 for n in range(8)})
    pages, told = split_up(read(server))
    assert len(pages) == 8
    assert [item.document for item in told] == [""]
    assert "/services/4" not in server.seen


def test_a_feed_that_goes_down_is_left_alone(server: "Server") -> None:
    server.pages("contents", [{"id": n, "name": "x", "description": "A club."} for n in range(30)], last="last_page")
    server.failing.update({f"/services/{n}": 503 for n in range(30)})
    pages, told = split_up(read(server))
    assert pages == []
    assert told[-1].document is None and "in a row" in told[-1].why
    assert "/services/9" not in server.seen


def test_a_busy_server_is_waited_for_and_then_left(server: "Server") -> None:
    server.pages("content", [THIN])
    server.busy = ["0", "Wed, 21 Oct 2015 07:28:00 GMT"]
    assert len(documents(server)) == 1
    server.busy = ["3600"]
    (told,) = read(server)
    assert isinstance(told, Skipped) and told.document is None and "asks to wait for 3,600 seconds" in told.why


def test_redirects_are_followed_on_the_same_host_only(server: "Server") -> None:
    server.pages("content", [THIN])
    server.moved["/v1/services"] = "/services"
    assert len(documents(server, "/v1")) == 1
    for target in ("http://localhost:1/services", "http://127.0.0.1:1/services", "/v1/services"):
        server.moved["/v1/services"] = target
        (told,) = read(server, "/v1")
        assert isinstance(told, Skipped) and told.document is None
        assert "leads to another place" in told.why or "leads on and on" in told.why


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        ("<html>Sign in</html>", "is not JSON"),
        ({"items": []}, "is not an Open Referral feed"),
        ("[" * 100_000, "is not JSON"),
        (7, "is not an Open Referral feed"),
    ],
)
def test_what_is_no_feed_leaves_everything_live(server: "Server", reply: Any, why: str) -> None:
    server.answers["/services"] = reply
    (told,) = read(server)
    assert isinstance(told, Skipped) and told.document is None and why in told.why


def test_a_feed_that_is_not_there_leaves_everything_live() -> None:
    (told,) = read_feed(Source("larkmere", OPEN_REFERRAL, url="http://127.0.0.1:9/v1", name="feed"), AREA)
    assert isinstance(told, Skipped) and told.document is None and "can't be reached" in told.why


def test_a_service_stays_live_while_its_feed_is_down_and_goes_when_its_feed_lets_it_go(
    server: "Server", pack: Path, ingester: Ingester, store: DatabasePassages
) -> None:
    (pack / "sources.yml").write_text(f"- {{kind: open_referral, url: {server.url('/')}}}\n", encoding="utf-8")
    server.pages("contents", [THIN, {**V3, "id": "b"}], last="last_page")
    server.answers.update(
        {"/services/otters": {**THIN, "phones": [{"number": "01632 960301"}]}, "/services/b": {**V3, "id": "b"}}
    )
    assert ingester.ingest_pack(read_pack(pack)).created == ("service-otters", "service-b")
    server.failing["/services/otters"] = 500
    down = ingester.ingest_pack(read_pack(pack))
    assert (down.unchanged, down.deleted, [item.document for item in down.skipped]) == (("service-b",), (), ["service-otters"])
    server.failing["/services"] = 500
    assert ingester.ingest_pack(read_pack(pack)).deleted == ()
    assert any("01632 960301" in passage.text for passage in store.passages(Scope.of("brookshire", None)).passages)
    server.failing.clear()
    server.pages("contents", [{**THIN, "status": "defunct"}, {**V3, "id": "b"}], last="last_page")
    assert ingester.ingest_pack(read_pack(pack)).deleted == ("service-otters",)
    server.pages("contents", [], last="last_page")
    empty = ingester.ingest_pack(read_pack(pack))
    assert (empty.deleted, empty.skipped[0].document) == ((), None)
    assert "it has no services, so what is live from it stays" in empty.skipped[0].why
    server.pages("contents", [{**V3, "id": "b", "status": "defunct"}], last="last_page")
    assert ingester.ingest_pack(read_pack(pack)).deleted == ("service-b",)


def test_a_service_that_is_hidden_goes_even_if_another_page_fails(server: "Server", pack: Path, ingester: Ingester) -> None:
    (pack / "sources.yml").write_text(f"- {{kind: open_referral, url: {server.url('/')}}}\n", encoding="utf-8")
    clubs = [{"id": n, "name": f"Club {n}", "description": "A club."} for n in range(3)]
    server.pages("content", *([club] for club in clubs))
    ingester.ingest_pack(read_pack(pack))
    server.pages("content", [{**clubs[0], "visible": False}], [clubs[1]], [clubs[2]])
    server.failing["/services?2"] = 500
    report = ingester.ingest_pack(read_pack(pack))
    assert (report.deleted, report.unchanged) == (("service-0",), ("service-2",))


def test_a_feed_has_limits(server: "Server", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "MOST_SERVICES", 3)
    server.pages("content", [{"id": n, "name": f"Club {n}", "description": "A club."} for n in range(9)])
    pages, told = split_up(read(server))
    assert (len(pages), told[-1].document) == (3, None)
    monkeypatch.setattr(fetching, "LARGEST_REPLY", 200)
    (large,) = read(server)
    assert isinstance(large, Skipped) and large.document is None and "over 200 bytes" in large.why


def test_a_feed_says_who_reads_it_and_may_be_one_settings(server: "Server") -> None:
    server.pages("content", [THIN])
    (page,) = split_up(read_feed(Source("larkmere", OPEN_REFERRAL, url=server.url(), name="f", setting="kestrel"), AREA))[0]
    assert page.scope.key == "setting/larkmere/kestrel"
    assert server.agents == {fetching.USER_AGENT}


def test_saved_feeds_are_read_in_each_form(tmp_path: Path) -> None:
    page = {"contents": [{"id": "a", "name": "A", "description": "First."}]}
    for name, content in (("page", page), ("list", page["contents"]), ("one", page["contents"][0])):
        assert [item.id for item in saved(tmp_path, name, json.dumps(content))] == ["service-a"]
    assert [
        item.id
        for item in saved(
            tmp_path,
            "windows",
            json.dumps({"id": "b", "name": "Caf\u00e9", "description": "Tea."}, ensure_ascii=False).encode("cp1252"),
        )
    ] == ["service-b"]


def test_the_files_of_a_folder_are_joined(tmp_path: Path) -> None:
    (tmp_path / "services").mkdir()
    (tmp_path / "list.json").write_text(
        json.dumps({"content": [{"id": "a", "name": "A"}, {"id": "b", "name": "B", "description": "Second."}]})
    )
    (tmp_path / "services" / "a.json").write_text(json.dumps({"id": "a", "name": "A", "description": "First."}))
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "notes.txt").write_text("not read")
    pages, told = split_up(read_feed(Source("larkmere", OPEN_REFERRAL, tmp_path, name="feed"), AREA))
    assert [(item.id, item.body) for item in pages] == [("service-a", "First."), ("service-b", "Second.")]
    assert [item.document for item in told] == [None] and "is not JSON" in told[0].why


def test_an_id_is_any_text() -> None:
    assert document_id("a/b c") == "service-a/b c"
    long = document_id("x" * 5000)
    assert len(long) == 300 and long != document_id("x" * 5001)
    assert "\ud800" not in document_id("\ud800")


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (5, 11, "Ages 5 to 11."), ("5", "11.0", "Ages 5 to 11."), (0, 5, "From birth to age 5."), (None, 5, "Up to age 5."), (12, 100, "Ages 12 and over."),
        (12, None, "Ages 12 and over."), (7, 7, "Age 7."), (2.5, 4, "Ages 2 years 6 months to 4."), (0, 120, "All ages."), (11, 5, ""), (0, 0, ""), (True, [], ""),
        ("five", "nan", ""), (0, 0.5, "From birth to age 6 months."),
    ],
)  # fmt: skip
def test_ages_are_said_in_words(low: Any, high: Any, words: str) -> None:
    assert ages(low, high) == words


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("01632960301", "01632 960301"), ("1632960301", "01632 960301"), ("+44 (0)1632 960301", "01632 960301"), ("1.63E+09", ""), ("TBC", ""), ('"+44 1632 960301"', "01632 960301"),
        ("999", "999"), ("01632 960301 (term time only)", "01632 960301 (term time only)"), (None, ""), (1632960301, "01632 960301"),
    ],
)  # fmt: skip
def test_phone_numbers_are_said_as_people_write_them(written: Any, said: str) -> None:
    assert phone(written) == said


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"freq": "WEEKLY", "byday": "MO,WE", "opens_at": "09:30", "closes_at": "15:00:00"}, "Every Monday and Wednesday, 9.30am to 3pm."),
        ({"freq": "WEEKLY", "byday": "MO,TU,WE,TH,FR", "opens_at": "09:00Z", "closes_at": "12:00+01:00"}, "Monday to Friday, 9am to noon."),
        ({"freq": "DAILY", "opens_at": "00:00", "closes_at": "23:59"}, "Every day, all day."),
        ({"freq": "WEEKLY", "interval": "2", "byday": ["TU"], "opens_at": "18:00", "closes_at": "00:00"}, "Every other Tuesday, 6pm to midnight."),
        ({"freq": "MONTHLY", "byday": "1TU,3TU", "opens_at": "10:00"}, "The first and third Tuesday of every month, from 10am."),
        ({"freq": "MONTHLY", "byday": "-1FR"}, "The last Friday of every month."),
        ({"freq": "MONTHLY", "bymonthday": "2,-1"}, "On the 2nd and last day of every month."),
        ({"freq": "WEEKLY", "dtstart": "2026-10-03"}, "Every Saturday."),
        ({"dayofweek": "Thursdays", "opens_at": "9.30am", "closes_at": "5.00pm"}, "Every Thursday, 9.30am to 5pm."),
        ({"byday": "MO", "freq": "WEEKLY", "valid_to": "2099-07-31"}, "Every Monday, until 31 July 2099."),
        ({"byday": "MO", "freq": "WEEKLY", "valid_from": "2099-07-01"}, "Every Monday, from 1 July 2099."),
        ({"dtstart": "2099-10-03", "opens_at": "10:00", "closes_at": "13:00"}, "On Saturday 3 October 2099, 10am to 1pm."),
        ({"byday": "MO", "opens_at": "09:00", "closes_at": "05:00"}, "Every Monday."),
        ({"byday": "MO", "opens_at": "09:00-05:00", "closes_at": "17:00-05:00"}, "Every Monday."),
    ],
)  # fmt: skip
def test_rules_are_said_in_plain_words(rule: Mapping[str, Any], words: str) -> None:
    assert opening_times([rule], TODAY) == (words,)


@pytest.mark.parametrize(
    "rule",
    [
        {"opens_at": "09:00", "closes_at": "17:00"}, {"freq": "YEARLY", "byday": "MO"}, {"freq": "WEEKLY", "byday": "MO", "count": 3}, {"weekday": 3},
        {"freq": "WEEKLY", "byday": "MO", "bymonthday": "2"}, {"freq": "MONTHLY", "byday": "6MO"}, {"freq": "WEEKLY", "byday": "1MO"}, {"byday": "T"},
        {"freq": "WEEKLY", "byday": "MO", "valid_to": "2020-01-01"}, {"freq": "MONTHLY"}, {"freq": "DAILY", "interval": 3}, {"dtstart": "2020-01-01"},
        {"freq": "WEEKLY", "byday": "MO", "interval": 1.5}, {"freq": "MONTHLY", "bymonthday": "40"}, {"byday": "Someday"},
    ],
)  # fmt: skip
def test_a_rule_without_plain_words_is_left_out(rule: Mapping[str, Any]) -> None:
    assert opening_times([rule], TODAY) == ()


def test_closing_days_are_told_until_they_are_over() -> None:
    rows = [
        {"closed": True, "start_date": "2099-12-24", "end_date": "2099-12-31"}, {"closed": "true", "start_date": "2099-08-01", "end_date": "2099-08-01"},
        {"closed": False, "start_date": "2099-05-01", "end_date": "2099-05-02", "opens_at": "10:00", "closes_at": "12:00"}, {"closed": True},
        {"closed": True, "start_date": "2020-12-24", "end_date": "2021-01-01"},
    ]  # fmt: skip
    assert closing_days(rows, TODAY) == (
        "Closed from 24 December 2099 to 31 December 2099.", "Closed on 1 August 2099.", "Open from 1 May 2099 to 2 May 2099, 10am to noon.",
    )  # fmt: skip


FIELDS = [
    *{
        *[
            "id",
            "name",
            "description",
            "status",
            "alert",
            "phones",
            "contacts",
            "schedules",
            "service_at_locations",
            "cost_options",
            "organization",
        ]
    }
]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.sampled_from(["<p>x", "MO,WE", "09:00", "2026-01-01", "&#x0;", "**a", "01632 960301"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=8), inner, max_size=5),
    max_leaves=25,
)  # fmt: skip


@given(st.data())
@limits(max_examples=150, deadline=None)
def test_no_shape_of_json_makes_it_raise(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    names = sorted(
        {*V1, *V3, *THIN, "status", "alert", "local_offer", "send_needs", "free", "min_age", "locations", "holiday_schedules"}
    )
    services = st.lists(
        ANYTHING | st.dictionaries(st.sampled_from(names), ANYTHING).map(lambda row: {"id": "a", "name": "b", **row}), max_size=3
    )
    content = data.draw(ANYTHING | services.map(lambda rows: {"contents": rows}))
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    for item in read_feed(Source("larkmere", OPEN_REFERRAL, path, name="any"), AREA):
        assert not isinstance(item, Skipped) or "report it" not in item.why
        assert not isinstance(item, Document) or (item.body and item.title and len(item.id) <= 300)


class Server:
    """A feed on loopback. `answers` are JSON values (or text) by path; a page is asked for as `/services`."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.failing: dict[str, int] = {}
        self.moved: dict[str, str] = {}
        self.busy: list[str] = []
        self.base = ""
        self.seen: list[str] = []
        self.queries: list[dict[str, list[str]]] = []
        self.agents: set[str] = set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def url(self, ending: str = "") -> str:
        return f"http://127.0.0.1:{self._server.server_port}{self.base}{ending}"

    def pages(self, field: str, *pages: list[Any], last: str = "last") -> None:
        for number, rows in enumerate(pages, 1):
            self.answers[f"/services?{number}"] = {
                field: rows,
                last: number == len(pages),
                "totalPages": len(pages),
                "page_number": number,
            }

    def asked(self, path: str) -> list[str]:
        return [query["page"][0] for seen, query in zip(self.seen, self.queries, strict=True) if seen == path]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _reply(self, target: str) -> tuple[int, dict[str, str], str]:
        path, query = urlsplit(target).path.removeprefix(self.base), parse_qs(urlsplit(target).query)
        self.seen.append(path.rstrip("/") or "/")
        self.queries.append(query)
        if path != "/" and self.busy:
            return 429, {"Retry-After": self.busy.pop()}, ""
        paged = f"{path}?{query['page'][0]}" if "page" in query else path
        if path in self.moved:
            return 302, {"Location": self.moved[path] + ("?page=1" if self.moved[path] == "/services" else "")}, ""
        for name in (paged, path):
            if name in self.failing:
                return self.failing[name], {}, "no"
        found = self.answers.get(paged, self.answers.get(path))
        return (404, {}, "no") if found is None else (200, {}, found if isinstance(found, str) else json.dumps(found))

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, headers, body = outer._reply(self.path)
                outer.agents.add(self.headers["User-Agent"])
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: object) -> None:
                pass

        return Handler


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


def read(server: Server, ending: str = "") -> list[SourceItem]:
    return list(read_feed(Source("larkmere", OPEN_REFERRAL, url=server.url(ending), name=server.url(ending)), AREA))


def documents(server: Server, ending: str = "") -> list[Document]:
    return split_up(read(server, ending))[0]


def split_up(items: Any) -> tuple[list[Document], list[Skipped]]:
    found = list(items)
    return [item for item in found if isinstance(item, Document)], [item for item in found if isinstance(item, Skipped)]


def saved(folder: Path, name: str, content: str | bytes) -> list[Document]:
    path = folder / f"{name}.json"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return split_up(read_feed(Source("larkmere", OPEN_REFERRAL, path, name=path.name), AREA))[0]


THIN = {"id": "otters", "name": "Otters", "description": "A Saturday club.", "status": "active"}
V1: dict[str, Any] = {
    "id": "otters/1", "name": "Otters", "description": "<p>A club for <b>disabled</b> children.</p><p>Parents do not stay.</p>", "url": "https://otters.example.org",
    "email": "otters@example.org", "organization": {"id": "o", "name": "Larkmere Play"}, "assured_date": "2026-09-01",
    "eligibilitys": [{"eligibility": "child", "minimum_age": 5, "maximum_age": 11}],
    "regular_schedules": [{"id": "s", "byday": "SA", "freq": "WEEKLY", "interval": "1", "opens_at": "10:00", "closes_at": "13:00", "description": "In term time."}],
    "service_at_locations": [{"id": "l", "location": {"name": "Eastgate Family Hub", "physical_addresses": [{"address_1": "1 East Gate", "city": "Larkmere", "postal_code": "LK1 1AA"}],
                              "accessibility_for_disabilities": [{"accessibility": "Hoist"}]}}],
    "cost_options": [{"option": "Children", "amount": 6, "amount_description": "a session"}, {"option": "Old price", "amount": 5, "valid_to": "2020-01-01"}],
    "contacts": [{"id": "c", "name": "Ann Hale", "title": "leader", "phones": [{"number": "07700900163"}]}],
    "languages": [{"language": "cy"}, {"language": "Polish"}], "service_areas": [{"service_area": "Larkmere"}],
    "service_taxonomys": [{"taxonomy": {"name": "Short breaks"}}, {"taxonomy": {"name": "esdServiceTypes:1234"}}],
}  # fmt: skip
V1_PAGE = """A club for disabled children.

Parents do not stay.

It is listed under: Short breaks.

## Who it is for

- Ages 5 to 11.
- For children.

## When it is open

- Every Saturday, 10am to 1pm.
- In term time.

## Where it is

- Eastgate Family Hub, 1 East Gate, Larkmere, LK1 1AA.
- Area covered: Larkmere.

## What it costs

Children: £6 a session.

## How to get in touch

- Ann Hale, leader: phone 07700 900163.
- E-mail: otters@example.org
- Website: https://otters.example.org

## Accessibility

Hoist.

## Languages

Polish."""
V3: dict[str, Any] = {
    "id": "a", "name": "Otters", "description": "A club for disabled children.", "status": "active", "minimum_age": 5, "maximum_age": 11,
    "assured_date": "2026-08-03", "last_modified": "2026-10-15T10:30:45.123Z", "alert": "Closed on 4 March",
    "schedules": [{"freq": "WEEKLY", "byday": "SA", "opens_at": "10:00:00", "closes_at": "13:00:00"}],
    "contacts": [{"id": "c1", "name": "Ann Hale", "title": "leader"}],
    "phones": [{"id": "p", "number": "01632 960301", "contact_id": "c1"}, {"id": "q", "number": "01632 960302", "description": "evenings"}],
    "organization": {"id": "o", "name": "Larkmere Play", "website": "https://play.example.org"},
    "attributes": [{"id": "t", "link_entity": "service", "taxonomy_term": {"name": "Clubs"}}],
}  # fmt: skip
V3_PAGE = """Please note: Closed on 4 March.

A club for disabled children.

It is listed under: Clubs.

## Who it is for

Ages 5 to 11.

## When it is open

Every Saturday, 10am to 1pm.

## How to get in touch

- Ann Hale, leader: phone 01632 960301.
- Phone: 01632 960302 (evenings)."""
