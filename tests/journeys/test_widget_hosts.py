"""The widget on sites whose own sizes are unusual, with the text of those who need it larger, and after several questions at once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.looking import broken, small
from tests.journeys.sites import markup, opened

pytestmark = pytest.mark.browser
SIZES = {"desk": {"width": 1280, "height": 900}, "phone": {"width": 360, "height": 640}}
BOTH = "How much is a session at the Otters Saturday club? How often would portage come round?"
LEAST = """e => Math.min(...[...e.shadowRoot.querySelectorAll('*')]
  .filter((each) => each.checkVisibility() && [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
  .map((each) => parseFloat(getComputedStyle(each).fontSize)))"""
"""The smallest text of the widget, in pixels."""


def answered(page: Page, text: str = BOTH) -> None:
    """Open the widget, ask, and wait."""
    page.get_by_role("button", name="Ask about SEND").click()
    page.get_by_text("Who can see this?").click()
    page.get_by_role("textbox").fill(text)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("textbox")).to_have_value("")


@pytest.mark.parametrize("size", SIZES)
def test_on_a_site_that_makes_a_rem_10_pixels_nothing_is_small(browser: Browser, address: str, size: str) -> None:
    host = markup(address).replace("<title>", "<style>html{font-size:62.5%}</style><title>")
    with opened(browser, address, host, viewport=SIZES[size]) as page:
        answered(page)
        assert page.locator("signpost-chat").evaluate(LEAST) > 12
        box = page.get_by_role("textbox").evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
        assert box == 16
        assert broken(page) + small(page) == []
        if size == "desk":
            assert page.get_by_role("dialog").bounding_box()["width"] == 27 * 16  # type: ignore[index]


@pytest.mark.parametrize("size", SIZES)
def test_text_of_twice_the_size_fits(browser: Browser, address: str, size: str) -> None:
    with opened(browser, address, viewport=SIZES[size]) as page:
        page.context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
        answered(page)
        assert page.get_by_role("textbox").evaluate("e => parseFloat(getComputedStyle(e).fontSize)") == 32
        assert broken(page) == []
        page.get_by_role("button", name="Larger text").first.click()
        assert broken(page) == []


def test_the_last_of_several_answers_alone_asks_whether_it_helped(browser: Browser, address: str) -> None:
    with opened(browser, address) as page:
        answered(page)
        replies = page.get_by_role("region", name=re.compile("^Reply"))
        expect(replies).to_have_count(2)
        expect(page.get_by_text("Was this helpful?")).to_have_count(1)
        expect(replies.last).to_contain_text("Was this helpful?")
        twice = """e => [...e.shadowRoot.querySelectorAll('[id]')].map((each) => each.id).filter((id, at, all) => all.indexOf(id) !== at)"""
        assert page.locator("signpost-chat").evaluate(twice) == []
