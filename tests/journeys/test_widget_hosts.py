"""The widget on sites whose own styles are unusual or that move it about, with the text of those who need it larger, and after several questions at once."""

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
FOOTER = "footer{white-space:nowrap;text-transform:uppercase;letter-spacing:.3em;text-indent:5em;pointer-events:none}"
RESET = "*{font:10px/1 serif;text-transform:uppercase;letter-spacing:3px;color:#eee;pointer-events:none}"


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


@pytest.mark.parametrize("style", [FOOTER, RESET])
def test_the_style_of_the_page_around_it_does_not_reach_its_words(browser: Browser, address: str, style: str) -> None:
    host = markup(address).replace("<title>", f"<style>{style}</style><title>").replace("main>", "footer>")
    with opened(browser, address, host) as page:
        answered(page)
        read = "e => { const { fontSize, textTransform, letterSpacing, whiteSpace, color } = getComputedStyle(e);"
        text = page.get_by_role("region", name=re.compile("^Reply")).first.locator("p").first
        plain = ["16px", "none", "normal", "normal", "rgb(20, 37, 47)"]
        assert text.evaluate(f"{read} return [fontSize, textTransform, letterSpacing, whiteSpace, color] }}") == plain
        assert broken(page) == []


def test_an_answer_that_comes_while_the_page_moves_the_widget_is_shown(browser: Browser, address: str) -> None:
    with opened(browser, address) as page:
        page.get_by_role("button", name="Ask about SEND").click()
        page.get_by_role("textbox").fill(BOTH)
        with page.expect_response("**/messages"):
            page.get_by_role("button", name="Ask", exact=True).click()
            page.evaluate("() => { window.kept = document.querySelector('signpost-chat'); window.kept.remove() }")
        page.wait_for_timeout(300)
        page.evaluate("() => document.querySelector('main').append(window.kept)")
        expect(page.get_by_role("region", name=re.compile("^Reply"))).to_have_count(2)
        expect(page.get_by_text("Looking…")).to_have_count(0)


def test_the_last_of_several_answers_alone_asks_whether_it_helped(browser: Browser, address: str) -> None:
    with opened(browser, address) as page:
        answered(page)
        replies = page.get_by_role("region", name=re.compile("^Reply"))
        expect(replies).to_have_count(2)
        expect(page.get_by_text("Was this helpful?")).to_have_count(1)
        expect(replies.last).to_contain_text("Was this helpful?")
        twice = """e => [...e.shadowRoot.querySelectorAll('[id]')].map((each) => each.id).filter((id, at, all) => all.indexOf(id) !== at)"""
        assert page.locator("signpost-chat").evaluate(twice) == []
