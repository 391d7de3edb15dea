"""Whole visits to the chat page in a real browser: what a family does from the first question to leaving."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.conftest import DATA
from tests.journeys.server import CHROMIUM, FLAGS, running

pytestmark = pytest.mark.browser
TWO = "is there a homework club at Millbrook or at Kestrel Academy"
FIRST = "how much is a session at the Otters Saturday club"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running(DATA, SIGNPOST_CLIENT_MESSAGES_A_MINUTE="10000", SIGNPOST_MESSAGES_A_MINUTE="1000") as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=[True, False], ids=["script on", "script off"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=request.param, viewport={"width": 390, "height": 844})
    yield context.new_page()
    context.close()


@pytest.fixture
def scripted(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    yield context.new_page()
    context.close()


def ask(page: Page, text: str) -> Locator:
    """Ask, and wait for the reply to it: the last on the page."""
    before = page.get_by_role("region", name="Reply").count() if page.evaluate("!!document.querySelector('.tools')") else 0
    page.locator("#text").fill(text)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("region", name="Reply")).to_have_count(before + 1)
    return page.get_by_role("region", name="Reply").last


def test_a_visit_from_question_to_person(page: Page, address: str) -> None:
    page.goto(f"{address}/larkmere/chat")
    expect(page.get_by_text("I show you where each answer is from")).to_be_visible()
    page.get_by_label("Your question").fill(TWO)
    page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_role("button", name="Millbrook Primary School").click()
    expect(page.get_by_label("Nursery, school or college")).to_have_value("millbrook")
    page.locator("#text").fill("who is the senco")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("region", name="Reply").last).to_contain_text("Ruth Abara")
    page.locator("#text").fill("who is the senco at Kestrel Academy")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("region", name="Reply").last).to_contain_text("Daniel Whitlock")


def test_which_school_can_be_typed(page: Page, address: str) -> None:
    page.goto(f"{address}/larkmere/chat")
    page.get_by_label("Your question").fill(TWO)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("button", name="Millbrook Primary School")).to_be_visible()
    page.locator("#text").fill("milbrook primary")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_label("Nursery, school or college")).to_have_value("millbrook")


def test_feedback_leads_to_the_next_best_or_a_person(page: Page, address: str) -> None:
    page.goto(f"{address}/larkmere/chat")
    page.get_by_label("Your question").fill(FIRST)
    page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_role("button", name="No", exact=True).click()
    last = page.get_by_role("region", name="Reply").last
    expect(last.locator("a[href^='tel:']").first).to_be_visible()
    expect(page.get_by_role("button", name="No", exact=True)).to_have_count(0)


def test_a_conversation_can_be_deleted_at_any_time(page: Page, address: str) -> None:
    page.goto(f"{address}/larkmere/chat")
    page.get_by_label("Your question").fill(FIRST)
    page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_role("button", name="Delete my conversation").click()
    expect(page.get_by_text("Your conversation has been deleted")).to_be_visible()
    expect(page.get_by_text("£6")).to_have_count(0)


def test_after_a_reload_the_last_reply_is_there_again(scripted: Page, address: str) -> None:
    scripted.goto(f"{address}/larkmere/chat")
    ask(scripted, FIRST)
    scripted.reload()
    expect(scripted.get_by_role("region", name="Reply")).to_contain_text("£6")
    assert "Otters" not in scripted.url
    assert scripted.evaluate("JSON.stringify(history.state) + localStorage.length + sessionStorage.length").endswith("}00")
    assert "Otters" not in scripted.evaluate("JSON.stringify(history.state)")


def test_the_back_button_finds_the_conversation(scripted: Page, address: str) -> None:
    scripted.goto(f"{address}/larkmere/chat")
    ask(scripted, FIRST)
    scripted.get_by_role("link", name="Look through the questions").click()
    scripted.get_by_role("heading", name="Questions that families ask most").wait_for()
    scripted.go_back()
    expect(scripted.get_by_role("region", name="Reply")).to_contain_text("£6")


def test_offline_keeps_the_question_and_going_online_sends_it(scripted: Page, address: str) -> None:
    scripted.goto(f"{address}/larkmere/chat")
    scripted.context.set_offline(True)
    scripted.get_by_label("Your question").fill(FIRST)
    scripted.get_by_role("button", name="Ask", exact=True).click()
    expect(scripted.get_by_role("status")).to_contain_text("You are not online")
    expect(scripted.get_by_label("Your question")).to_have_value(FIRST)
    scripted.context.set_offline(False)
    scripted.get_by_role("button", name="Ask", exact=True).click()
    expect(scripted.get_by_role("region", name="Reply")).to_contain_text("£6")
    expect(scripted.locator(".offline")).to_be_hidden()


def test_two_tabs_are_two_conversations(scripted: Page, address: str) -> None:
    other = scripted.context.new_page()
    scripted.goto(f"{address}/larkmere/millbrook/chat")
    other.goto(f"{address}/larkmere/kestrel/chat")
    ask(scripted, "who is the senco")
    ask(other, "who is the senco")
    expect(ask(scripted, "what is her phone number")).not_to_contain_text("Daniel Whitlock")
    expect(scripted.get_by_label("Nursery, school or college")).to_have_value("millbrook")
    expect(other.get_by_label("Nursery, school or college")).to_have_value("kestrel")


def test_leaving_quickly_leaves_nothing_behind(scripted: Page, address: str) -> None:
    scripted.context.route("https://www.bbc.co.uk/**", lambda route: route.fulfill(body="<title>Weather</title>"))
    scripted.goto(f"{address}/larkmere/waiting")
    scripted.goto(f"{address}/larkmere/chat")
    ask(scripted, FIRST)
    token = scripted.locator(".ask input[name=conversation]").input_value()
    scripted.get_by_role("link", name="Leave quickly").click()
    scripted.wait_for_url("https://www.bbc.co.uk/weather")
    scripted.go_back()
    assert scripted.url.endswith("/larkmere/waiting")
    again = scripted.request.post(
        f"{address}/api/v1/conversation/messages", data={"text": "hi"}, headers={"Authorization": f"Bearer {token}"}
    )
    assert again.status == 401


def test_leaving_and_who_can_see_stay_in_reach(scripted: Page, address: str) -> None:
    scripted.goto(f"{address}/larkmere/chat")
    ask(scripted, FIRST)
    scripted.evaluate("scrollTo({ top: document.body.scrollHeight, behavior: 'instant' })")
    for name in ("Leave quickly", "Who can see this?"):
        expect(scripted.get_by_role("link", name=name)).to_be_in_viewport()
    scripted.get_by_role("link", name="Who can see this?").click()
    expect(scripted.get_by_text("Nobody reads this chat")).to_be_in_viewport()


def test_focus_goes_to_the_reply_and_is_never_hidden(scripted: Page, address: str) -> None:
    scripted.goto(f"{address}/larkmere/chat")
    ask(scripted, FIRST)
    assert scripted.evaluate("document.activeElement.classList.contains('reply')")
    hidden = []
    for _ in range(24):
        scripted.keyboard.press("Tab")
        hidden += scripted.evaluate(COVERED)
    assert hidden == []


def test_what_a_screen_reader_is_told(scripted: Page, address: str) -> None:
    scripted.goto(f"{address}/larkmere/chat")
    ask(scripted, FIRST)
    tree = scripted.locator("body").aria_snapshot()
    for line in (
        "- banner:", "- navigation \"Help\":", "- main:", "- log \"Questions and answers\":", "- region \"You asked\"", "- region \"Reply\"",
        "- link \"Otters Saturday club (opens a new tab)\"", "- button \"Yes\"", "- button \"Read aloud\"", "- group \"Who is asking?\"",
        "- radio \"A parent or carer\" [checked]", "- combobox \"Nursery, school or college (if it is about one)\"", "- region \"Who can see this?\"",
    ):  # fmt: skip
        assert line in tree, tree
    assert (
        scripted.locator("[aria-live], [role=log], [role=status], [role=alert]").evaluate_all(
            "all => all.filter((e) => !e.hidden).length"
        )
        == 1
    )


def test_text_spacing_and_larger_text_lose_nothing(scripted: Page, address: str) -> None:
    scripted.goto(f"{address}/larkmere/chat")
    ask(scripted, FIRST)
    scripted.get_by_role("button", name="Larger text").click()
    # WCAG 1.4.12, set as a user's own style would be: the page's policy forbids a style element.
    scripted.evaluate(
        "const sheet = new CSSStyleSheet(); sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important; "
        "word-spacing: .16em !important; } p { margin-bottom: 2em !important; }'); document.adoptedStyleSheets = [sheet];"
    )
    assert scripted.evaluate("document.documentElement.scrollWidth <= innerWidth")
    cut = "[...document.querySelectorAll('button, a, label, p, li')].filter((e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline' && getComputedStyle(e).overflow !== 'visible').length"
    assert scripted.evaluate(cut) == 0


def test_copy_takes_the_answer_with_its_source_and_print_leaves_the_forms_out(scripted: Page, address: str) -> None:
    scripted.context.grant_permissions(["clipboard-read", "clipboard-write"])
    scripted.goto(f"{address}/larkmere/chat")
    ask(scripted, FIRST)
    scripted.get_by_role("button", name="Copy").click()
    expect(scripted.get_by_role("button", name="Copied")).to_be_visible()
    copied = scripted.evaluate("navigator.clipboard.readText()")
    assert "£6" in copied
    assert "Where this is from" in copied
    scripted.emulate_media(media="print")
    expect(scripted.locator(".ask")).to_be_hidden()
    expect(scripted.get_by_role("region", name="Reply")).to_be_visible()


def test_nothing_moves_for_those_who_want_it_so(browser: Browser, address: str) -> None:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{address}/larkmere/chat")
    ask(page, FIRST)
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    assert page.evaluate("document.getAnimations().length") == 0
    context.close()


COVERED = """() => {
  const at = document.activeElement, box = at.getBoundingClientRect();
  if (at === document.body || !box.height) return [];
  const points = [[box.left + 3, box.top + 3], [box.right - 3, box.bottom - 3], [(box.left + box.right) / 2, (box.top + box.bottom) / 2]];
  const seen = points.some(([x, y]) => { const top = document.elementFromPoint(x, y); return top && (at.contains(top) || top.contains(at)); });
  return seen ? [] : [at.outerHTML.slice(0, 90)];
}"""
"""The element that has focus, if none of its corners or its middle can be seen (WCAG 2.4.11)."""
