"""From a question that no page answers to an answer that is live, cited and reported, in a real browser."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from knowledge.pack import read_pack
from signpost.settings import Settings
from signpost.taking_in import take_in_pack
from signpost.wiring import Workshop
from store.staff import Role, StaffAccounts
from tests.conftest import copy_data
from tests.journeys.server import running

pytestmark = pytest.mark.browser
ASKED = (
    "does the council run horse riding for wheelchair users",
    "is there horse riding for kids in wheelchairs",
    "is there a horse riding session for wheelchair users",
)  # with who watches below fewer than five people, whether that is counted already or not
SOON = 2.0  # seconds, from when the browser sends what the reviewer pressed (docs/reference/gaps.md)
ANSWER = (
    "Yes. The wheelchair horse riding session is on Sundays, 9am to 10am, at Larkmere Stables. It costs £2. A hoist is there."
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_data(tmp_path_factory.mktemp("staff") / "data")


@pytest.fixture(scope="module")
def address(data: Path) -> Iterator[str]:
    with running(data, SIGNPOST_CLIENT_MESSAGES_A_MINUTE="10000") as address:
        yield address


def family(browser: Browser, address: str, text: str) -> str:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/larkmere/chat")
    page.get_by_label("Your question").fill(text)
    page.get_by_role("button", name="Ask").click()
    reply = page.get_by_role("region", name="Reply").inner_text()
    context.close()
    return str(reply)


def reviewer(browser: Browser, address: str, data: Path, *, script: bool, role: Role = Role.ADMIN) -> Page:
    email = f"{role.value}@larkmere.example"
    token = StaffAccounts(Workshop(Settings(data=data)).engine).add(email, "Rev", role, "larkmere")
    page = browser.new_context(java_script_enabled=script).new_page()
    page.goto(f"{address}/staff/welcome/{token}")
    page.get_by_label("New password").fill("three easy words")
    page.get_by_role("button", name="Set the password").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill("three easy words")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="How it is doing").wait_for()
    return page


@pytest.fixture(scope="module")
def other(data: Path, address: str) -> Iterator[str]:
    """A second worker over the same data."""
    with running(data, SIGNPOST_CLIENT_MESSAGES_A_MINUTE="10000") as address:
        yield address


class Watch:
    """Asks a worker over and over, in a thread of its own, and notes when the first question was asked whose reply fits."""

    def __init__(self, address: str, question: str, fits: Callable[[str], bool]) -> None:
        self._ask = lambda: httpx.post(f"{address}/api/v1/areas/larkmere/ask", json={"text": question}, timeout=20).json()["text"]
        self._fits = fits
        assert not fits(self._ask())
        self.found = float("inf")
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.began = time.monotonic()
        self._thread.start()

    def asked(self) -> float:
        """When the first question was asked whose reply fitted; infinite if there was none in time."""
        self._thread.join(20)
        return self.found

    def _run(self) -> None:
        while (asked := time.monotonic()) - self.began < 20:
            if self._fits(self._ask()):
                self.found = asked
                return
            time.sleep(0.2)  # so that asking does not keep the processors busy


def until_live(page: Page, button: str, watches: Sequence[Watch]) -> list[float]:
    """Press a button; seconds from when the browser sends it until each worker was asked a question whose reply fits."""
    with page.expect_request(lambda request: request.method == "POST") as sending:
        page.get_by_role("button", name=button).click()
    sent = sending.value.timing["startTime"] / 1000  # since 1970
    return [watch.asked() + time.time() - time.monotonic() - sent for watch in watches]


OTHER_WORDS = "is there a wheelchair horse riding session on sundays"


def test_from_a_gap_to_an_answer_that_is_live(browser: Browser, address: str, other: str, data: Path) -> None:
    for text in ASKED:
        reply = family(browser, address, text)
        assert "Where this is from" not in reply
        assert "Who can help" in reply  # it is handed over to a person
    page = reviewer(browser, address, data, script=False, role=Role.REVIEWER)
    page.get_by_role("link", name="Gaps").click()
    page.get_by_role("link", name=re.compile("riding")).first.click()
    assert "riding" in page.get_by_role("heading", level=1).inner_text()
    assert "3 people asked this" in page.locator("main").inner_text()
    page.get_by_role("link", name="Answer it here").click()
    page.get_by_label("The answer, in plain words").fill(ANSWER)
    page.get_by_label("Where it is from").fill("Riding at Larkmere Stables")
    page.get_by_label("What you changed").fill("We asked the stables for a session, and it now runs every Sunday.")
    page.get_by_role("button", name="Save and preview").click()
    assert page.get_by_text("Answered", exact=True).count() >= 3
    assert "A hoist is there." in page.get_by_role("region", name="Reply").inner_text()
    assert "Easy to read" in page.locator("main").inner_text()
    watches = [Watch(each, OTHER_WORDS, lambda text: "£2" in text) for each in (address, other)]
    took = until_live(page, "Approve", watches)
    assert max(took) < SOON, f"the workers had it after {took} seconds"
    assert "Families see it now" in page.locator("main").inner_text()
    for worker in (address, other):
        reply = family(browser, worker, OTHER_WORDS)
        assert "£2" in reply
        assert "Riding at Larkmere Stables" in reply
    page.get_by_role("link", name="You asked, we did").click()
    report = page.locator("main").inner_text()
    assert "it now runs every Sunday" in report
    assert "fewer than 5 people" in report
    page.get_by_role("link", name="Gaps").click()
    assert "riding" not in page.locator("main").inner_text()  # nothing is left to do about it
    page.get_by_role("link", name="Answers", exact=True).click()
    page.locator("main table a").first.click()
    watches = [Watch(each, OTHER_WORDS, lambda text: "£2" not in text) for each in (address, other)]
    assert max(until_live(page, "Withdraw", watches)) < SOON


PAGES = ("/staff", "/staff/gaps?state=all", "/staff/gaps/1", "/staff/answers", "/staff/answers/1", "/staff/answers/new", "/staff/content", "/staff/people", "/staff/changes", "/staff/you-asked", "/staff/coverage", "/staff/coverage/millbrook")  # fmt: skip


@pytest.fixture(scope="module")
def signed_in(browser: Browser, address: str, data: Path) -> Page:
    return reviewer(browser, address, data, script=True)


def test_a_source_is_taken_in_again_with_a_progress_bar(signed_in: Page, address: str, data: Path) -> None:
    signed_in.set_viewport_size({"width": 1280, "height": 900})
    taken = Workshop(Settings(data=data))
    take_in_pack(taken, read_pack(Path("samples/larkmere")), Path("samples/larkmere"))
    signed_in.goto(f"{address}/staff/content")
    broken: list[str] = []
    signed_in.on("console", lambda message: broken.append(message.text) if message.type == "error" else None)
    with signed_in.expect_response("**/again"):  # the card says "as before" already
        signed_in.get_by_role("button", name="Take in again: List of pages pages.jsonl").click()
    card = signed_in.get_by_role("article").filter(has=signed_in.get_by_role("heading", name="List of pages pages.jsonl"))
    expect(card).to_contain_text("53 as before", timeout=60_000)
    assert broken == []
    assert signed_in.url.endswith("/staff/content")  # nothing was reloaded
    signed_in.goto(f"{address}/staff/changes")
    expect(signed_in.locator("main")).to_contain_text("take in again")


def test_the_coverage_is_for_this_area(signed_in: Page, address: str) -> None:
    signed_in.goto(f"{address}/staff/coverage")
    assert "Millbrook" in signed_in.locator("body").inner_text()
