"""A conversation and the way from a gap to an answer, by keyboard alone; what is read out; nothing that moves."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import DESKTOP, PHONE, Council
from tests.journeys.looking import moves
from tests.journeys.made_up_month import ADA, PASSWORD
from tests.journeys.states import QUESTIONS, reach
from tests.journeys.walking import focused, tab_to

pytestmark = pytest.mark.browser


def test_a_whole_conversation_on_the_chat_page_by_keyboard(scripted: Page, council: Council) -> None:
    page = scripted
    page.goto(f"{council.address}/larkmere/chat")
    page.keyboard.press("Tab")
    assert "Skip to the main part" in focused(page)
    page.keyboard.press("Enter")
    tab_to(page, "Your question")
    page.keyboard.type(QUESTIONS["answer"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Reply")).to_be_focused()
    tab_to(page, "Otters Saturday club")
    tab_to(page, "No")
    page.keyboard.press("Enter")
    expect(page.locator(".reply").nth(1)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".reply").nth(2)).to_be_focused()
    tab_to(page, "Larger text")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Larger text").last).to_have_attribute("aria-pressed", "true")
    tab_to(page, "Ask another question")
    page.keyboard.type(QUESTIONS["hand-over"])
    page.keyboard.press("Enter")
    expect(page.locator(".reply").nth(3)).to_be_focused()
    tab_to(page, "Write to them")
    page.keyboard.press("Enter")
    tab_to(page, "Your message")
    tab_to(page, "Delete my conversation")
    page.keyboard.press("Enter")
    expect(page.get_by_text("has been deleted")).to_be_visible()
    tab_to(page, "Leave quickly", back=True)


@pytest.mark.parametrize("width", ["phone", "desktop"])
def test_a_whole_conversation_in_the_widget_by_keyboard(browser: Browser, council: Council, width: str) -> None:
    context = browser.new_context(viewport=PHONE if width == "phone" else DESKTOP)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{council.address}/larkmere/demo/council")
    tab_to(page, "Ask about SEND")
    page.keyboard.press("Enter")
    assert "Your question" in focused(page)
    page.keyboard.type(QUESTIONS["answer"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Reply")).to_be_focused()
    tab_to(page, "No")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Reply").nth(1)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Reply").nth(2)).to_be_focused()
    tab_to(page, "Who can see this?", back=True)
    page.keyboard.press("Enter")
    tab_to(page, "Delete my conversation")
    page.keyboard.press("Enter")
    expect(page.get_by_text("has been deleted")).to_be_visible()
    assert "question" in focused(page)
    context.close()


@pytest.mark.parametrize("width", ["phone", "desktop"])
@pytest.mark.parametrize("how", ["Escape", "Close"])
def test_the_focus_returns_to_the_button_when_the_widget_closes(browser: Browser, council: Council, width: str, how: str) -> None:
    context = browser.new_context(viewport=PHONE if width == "phone" else DESKTOP)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{council.address}/larkmere/demo/council")
    tab_to(page, "Ask about SEND")
    page.keyboard.press("Enter")
    if how == "Close":
        tab_to(page, "Close", back=True)
        page.keyboard.press("Enter")
    else:
        page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Ask about SEND")).to_be_focused()
    assert page.locator("signpost-chat").evaluate("e => !e.shadowRoot.querySelector('dialog').open")
    context.close()


def test_from_a_gap_to_an_answer_that_is_live_by_keyboard(browser: Browser, council: Council) -> None:
    context = browser.new_context(viewport=DESKTOP)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{council.address}/staff/sign-in")
    tab_to(page, "E-mail address")
    page.keyboard.type(ADA[0])
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="How it is doing").wait_for()
    for heading, link in (("How it is doing", "Gaps"), ("Gaps", "All"), ("Gaps", "blanket"), ("blanket", "Answer it here")):
        page.get_by_role("heading", level=1, name=heading).wait_for()
        tab_to(page, page.get_by_role("link", name=link, exact=link == "All").first.inner_text())
        page.keyboard.press("Enter")
        if link == "All":
            page.wait_for_url("**state=all")
    page.get_by_role("heading", name="Write an answer").wait_for()
    tab_to(page, "The answer, in plain words")
    page.keyboard.type("You can borrow a weighted blanket from the library. It is open on Fridays.")
    tab_to(page, "Save and preview")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Which questions it answers").wait_for()
    tab_to(page, "Approve: put it live")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Families see it now.")).to_be_visible(timeout=60_000)
    tab_to(page, "Withdraw")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Families don't see it any more.")).to_be_visible()
    tab_to(page, "Sign out", back=True)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Sign in").wait_for()
    context.close()


@pytest.mark.parametrize("state", ["chat answer", "widget answer", "staff doing", "staff content"])
def test_nothing_moves_when_motion_is_unwanted(at_desk: Page, council: Council, state: str) -> None:
    at_desk.emulate_media(reduced_motion="reduce")
    reach(state, council.desk, at_desk, council.address)
    assert moves(at_desk) == []
    at_desk.emulate_media(reduced_motion="no-preference")
    assert moves(at_desk) != [], "the page has motion for those who do not mind"
