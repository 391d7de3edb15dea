"""Script and HTML in names, titles, headings, texts, addresses and messages stay text: page, widget, staff screens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from knowledge.pack import read_pack
from signpost.settings import Settings
from signpost.taking_in import take_in_pack
from signpost.wiring import Workshop
from store.staff import Role, StaffAccounts
from tests.conftest import link_models
from tests.journeys.server import running
from tests.journeys.sites import LISTED, markup, opened, site
from tests.journeys.visits import ask

pytestmark = pytest.mark.browser
EVIL = "<script>document.title='broken'</script><img src=x onerror=\"document.title='broken'\">"
AREA = f"""area: brookshire
name: "Brookshire {EVIL.replace('"', "'")}"
local_offer_url: "javascript:document.title='broken'"
contacts:
  sendiass: {{name: "Brook Advice <b>bold</b>", phone: "01632 960001", email: "help@brookadvice.example.org", url: "javascript:alert(1)"}}
  send_team: {{name: "Brookshire SEND Team", phone: "01632 960002", email: "send@brookshire.example", hours: "<svg onload=alert(1)>"}}
  safeguarding: {{name: "Brookshire <i>Front</i> Door", phone: "01632 960003", out_of_hours_phone: "01632 960004"}}
"""
SETTINGS = """setting,name,aliases,phase,urn,website,contact_role,contact_name,contact_phone,contact_email
oak,Oak <img src=x onerror=alert(1)> School,,primary,999901,javascript:alert(1),SENCO,Ada <script>alert(1)</script> Finch,01632 960011,senco@oak.example
"""
PAGES = [
    {"id": "travel", "setting": None, "url": "javascript:document.title='broken'", "title": f"Travel to school {EVIL}",
     "text": f"# Who gets free transport {EVIL}\nChildren who live more than 2 miles away get free transport. {EVIL}", "updated": "2026-09-01"},
    {"id": "oak-report", "setting": "oak", "url": "https://oak.example/\"onmouseover=alert(1)", "title": "Report <b>x</b>",
     "html": f"<h1>Trips</h1><p>Every child is invited on every trip. We plan with you a month before.</p>{EVIL}", "updated": "2026-06-01"},
]  # fmt: skip
SHOWN = (
    "/brookshire/chat", "/brookshire/oak/chat", "/brookshire/questions?setting=oak&topic=P08", "/brookshire/embed?setting=oak",
    "/brookshire/demo/school", "/brookshire/waiting", "/staff/content", "/staff/gaps?state=all", "/staff/coverage",
    "/staff/coverage/oak", "/staff/changes", "/staff/answers/new", "/staff/people",
)  # fmt: skip
ASKED = (f"who gets free transport {EVIL}", "are trips for every child", f"how many {EVIL} are on the register")
LOOK = """(root) => {
  const all = (node) => [...node.querySelectorAll("*")].flatMap((e) => [e, ...(e.shadowRoot ? all(e.shadowRoot) : [])]);
  return all(root).filter((e) => [...e.attributes].some((a) => /^on/i.test(a.name))
    || (e.localName === "script" && !e.src) || /^\\s*javascript:/i.test(e.getAttribute("href") || e.getAttribute("action") || e.getAttribute("src") || ""))
    .map((e) => e.outerHTML.slice(0, 120));
}"""
"""The elements that could run what somebody else wrote, in the page and in every shadow root."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pack, folder = tmp_path_factory.mktemp("pack"), tmp_path_factory.mktemp("hostile") / "data"
    (pack / "area.yml").write_text(AREA, encoding="utf-8")
    (pack / "settings.csv").write_text(SETTINGS, encoding="utf-8")
    (pack / "pages.jsonl").write_text("".join(json.dumps(page) + "\n" for page in PAGES), encoding="utf-8")
    folder.mkdir()
    link_models(folder)
    workshop = Workshop(Settings(data=folder))
    workshop.ingest_cards()
    take_in_pack(workshop, read_pack(pack), pack)
    return folder


@pytest.fixture(scope="module")
def address(data: Path) -> Iterator[str]:
    with running(data, SIGNPOST_EXTRA_SITES=f"http://127.0.0.1:{LISTED}") as address:
        yield address


def harmless(page: Page, where: str) -> None:
    assert page.evaluate_handle("document").evaluate(LOOK) == [], where
    assert page.title() != "broken", where


def test_the_chat_shows_it_as_text(scripted: Page, address: str) -> None:
    scripted.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    scripted.goto(f"{address}/brookshire/oak/chat")
    for text in ASKED:
        ask(scripted, text)
        harmless(scripted, text)
    expect(scripted.get_by_label("You asked").first).to_contain_text("<img src=x")
    expect(scripted.get_by_role("log")).to_contain_text("Travel to school <script>")


def test_the_widget_shows_it_as_text(browser: Browser, address: str) -> None:
    html = markup(address, 'setting="oak"').replace("larkmere", "brookshire")
    with opened(browser, address, html) as page:
        page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
        page.get_by_role("button", name="Ask about SEND").click()
        for number, text in enumerate(ASKED, 1):
            page.get_by_role("textbox").fill(text)
            page.get_by_role("button", name="Ask", exact=True).click()
            expect(page.get_by_role("region", name="Reply")).to_have_count(number)
            found = page.evaluate_handle("document.querySelector('signpost-chat').shadowRoot").evaluate(LOOK)
            assert found == [], text
        assert page.title() == "A school"
        expect(page.get_by_role("log")).to_contain_text("Travel to school <script>")


def test_the_staff_screens_and_the_other_pages_show_it_as_text(scripted: Page, address: str, data: Path) -> None:
    scripted.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    accounts = StaffAccounts(Workshop(Settings(data=data)).engine)
    token = accounts.add("ada@brookshire.example", f"Ada {EVIL}", Role.ADMIN, "brookshire")
    scripted.goto(f"{address}/brookshire/oak/chat")
    for text in ASKED:
        ask(scripted, text)
    scripted.goto(f"{address}/staff/welcome/{token}")
    scripted.get_by_label("New password").fill("three easy words")
    scripted.get_by_role("button", name="Set the password").click()
    scripted.get_by_role("heading", name="How it is doing").wait_for()
    for path in SHOWN:
        answer = scripted.goto(address + path)
        assert answer is not None
        assert answer.status == 200, path
        harmless(scripted, path)
    scripted.goto(f"{address}/staff/gaps?state=all")
    scripted.locator("main a[href^='/staff/gaps/']").first.click()
    harmless(scripted, "a gap")


def test_a_site_that_is_not_listed_may_neither_frame_nor_call_us(scripted: Page, address: str) -> None:
    refused: list[str] = []
    scripted.on("console", lambda message: refused.append(message.text))
    with site(f"<!doctype html><title>x</title><iframe src='{address}/brookshire/chat' title='chat'></iframe>") as stranger:
        scripted.goto(stranger)
        expect(scripted.frame_locator("iframe").get_by_label("Your question")).to_have_count(0)
        for _ in range(50):
            if any("frame-ancestors" in line for line in refused):
                break
            scripted.wait_for_timeout(100)
        assert any("frame-ancestors" in line for line in refused)
        call = """(address) => fetch(address + "/api/v1/conversations", {method: "POST", body: '{"area": "brookshire"}',
            headers: {"Content-Type": "application/json"}}).then((answer) => answer.status, (error) => error.name)"""
        assert scripted.evaluate(call, address) == "TypeError"
        read = "(address) => fetch(address + '/api/v1/areas').then((answer) => answer.status, (error) => error.name)"
        assert scripted.evaluate(read, address) == "TypeError"
        assert any("Access-Control-Allow-Origin" in line for line in refused)
