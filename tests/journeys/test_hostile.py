"""Script and HTML in names, titles, headings, texts and addresses stay text wherever they are shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from knowledge.pack import read_pack
from signpost.settings import Settings
from signpost.taking_in import take_in_pack
from signpost.wiring import Workshop
from store.staff import Role, StaffAccounts
from tests.conftest import DATA
from tests.journeys.server import CHROMIUM, FLAGS, running

pytestmark = pytest.mark.browser
EVIL = "<script>document.title='broken'</script><img src=x onerror=\"document.title='broken'\">"
AREA = f"""area: brookshire
name: "Brookshire {EVIL.replace('"', "'")}"
local_offer_url: "javascript:document.title='broken'"
contacts:
  sendiass: {{name: "Brook Advice <b>bold</b>", phone: "01632 960001", email: "help@brookadvice.example.org", url: "javascript:alert(1)"}}
  send_team: {{name: "Brookshire SEND Team", phone: "01632 960002", email: "send@brookshire.example"}}
  safeguarding: {{name: "Brookshire Front Door", phone: "01632 960003", out_of_hours_phone: "01632 960004"}}
"""
SETTINGS = """setting,name,aliases,phase,urn,website,contact_role,contact_name,contact_phone,contact_email
oak,Oak <img src=x onerror=alert(1)> School,,primary,999901,javascript:alert(1),SENCO,Ada <script>alert(1)</script> Finch,01632 960011,senco@oak.example
"""
PAGES = [
    {"id": "travel", "setting": None, "url": "javascript:document.title='broken'", "title": f"Travel to school {EVIL}",
     "text": f"# Who gets free transport {EVIL}\nChildren who live more than 2 miles away get free transport. {EVIL}", "updated": "2026-09-01"},
    {"id": "oak-report", "setting": "oak", "url": "https://oak.example/\"onmouseover=alert(1)", "title": "Report",
     "html": f"<h1>Trips</h1><p>Every child is invited on every trip. We plan with you a month before.</p>{EVIL}", "updated": "2026-06-01"},
]  # fmt: skip
SHOWN = (
    "/brookshire/chat", "/brookshire/oak/chat", "/brookshire/questions?setting=oak&topic=P08", "/brookshire/embed?setting=oak",
    "/brookshire/demo/school", "/brookshire/waiting", "/staff/content", "/staff/gaps?state=all", "/staff/coverage",
    "/staff/coverage/oak", "/staff/changes", "/staff/answers/new",
)  # fmt: skip
LOOK = """() => ({
  title: document.title, images: document.querySelectorAll("img[onerror], [onmouseover], script:not([src])").length,
  links: [...document.querySelectorAll("a[href], form[action]")].filter((e) => /^\\s*javascript:/i.test(e.getAttribute("href") || e.getAttribute("action"))).length,
})"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pack, folder = tmp_path_factory.mktemp("pack"), tmp_path_factory.mktemp("hostile") / "data"
    (pack / "area.yml").write_text(AREA, encoding="utf-8")
    (pack / "settings.csv").write_text(SETTINGS, encoding="utf-8")
    (pack / "pages.jsonl").write_text("".join(json.dumps(page) + "\n" for page in PAGES), encoding="utf-8")
    folder.mkdir()
    (folder / "encoder").symlink_to((DATA / "encoder").resolve())
    workshop = Workshop(Settings(data=folder))
    workshop.ingest_cards()
    take_in_pack(workshop, read_pack(pack), pack)
    return folder


@pytest.fixture(scope="module")
def address(data: Path) -> Iterator[str]:
    with running(data) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def test_it_stays_text_everywhere(browser: Browser, address: str, data: Path) -> None:
    page = browser.new_page()
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    token = StaffAccounts(Workshop(Settings(data=data)).engine).add(
        "ada@brookshire.example", f"Ada {EVIL}", Role.ADMIN, "brookshire"
    )
    page.goto(f"{address}/staff/welcome/{token}")
    page.get_by_label("New password").fill("three easy words")
    page.get_by_role("button", name="Set the password").click()
    for path in SHOWN:
        page.goto(address + path)
        seen = page.evaluate(LOOK)
        assert (seen["images"], seen["links"]) == (0, 0), path
        assert seen["title"] != "broken", path
    page.goto(f"{address}/brookshire/oak/chat")
    for text in (f"who gets free transport {EVIL}", "are trips for every child"):
        page.locator("#text").fill(text)
        page.get_by_role("button", name="Ask", exact=True).click()
        page.get_by_role("region", name="Reply").last.wait_for()
        page.wait_for_timeout(300)
        seen = page.evaluate(LOOK)
        assert (seen["images"], seen["links"]) == (0, 0)
    assert "<img src=x" in page.get_by_label("You asked").first.inner_text()
    page.close()
