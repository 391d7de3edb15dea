"""The chat in a school's frame: "Leave quickly" leaves the school's page, not only the frame."""

from __future__ import annotations

from html import unescape

import httpx
import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.journeys.sites import markup, opened
from tests.journeys.test_chat_journeys import is_over
from tests.journeys.visits import OTTERS

pytestmark = pytest.mark.browser
AWAY = "https://www.bbc.co.uk/weather"


def framed(frame: str) -> str:
    """A school's page with a frame."""
    return f"<!doctype html><html lang=en><title>A school</title><main><h1>Our school</h1>{frame}</main></html>"


def given(address: str) -> str:
    """The frame that schools are told to paste."""
    page = httpx.get(f"{address}/larkmere/embed?setting=millbrook").text
    return unescape(page.split('<textarea id="frame"')[1].split(">", 1)[1].split("</textarea>")[0])


def asked(page: Page) -> FrameLocator:
    """The chat in the frame, after a question; the page that one leaves for is made up."""
    page.context.route("https://www.bbc.co.uk/**", lambda route: route.fulfill(body="<title>Weather</title>"))
    chat = page.frame_locator("iframe")
    chat.get_by_role("textbox").fill(OTTERS)
    chat.get_by_role("button", name="Ask", exact=True).click()
    expect(chat.get_by_role("region", name="Reply")).to_contain_text("£6")
    return chat


@pytest.mark.parametrize("script", [True, False], ids=["script on", "script off"])
def test_leaving_quickly_leaves_the_page_round_the_frame(browser: Browser, address: str, script: bool) -> None:
    with opened(browser, address, framed(given(address)), java_script_enabled=script) as page:
        chat = asked(page)
        token = chat.locator(".ask input[name=conversation]").input_value()
        chat.get_by_role("link", name="Leave quickly").click()
        page.wait_for_url(AWAY)
        assert is_over(address, token) is script
        page.go_back()
        assert (
            page.url.startswith("http://127.0.0.1") is not script
        )  # with JavaScript the school's page is gone from the way back


def test_a_frame_that_may_not_be_left_is_emptied(browser: Browser, address: str) -> None:
    locked = given(address).replace("<iframe ", '<iframe sandbox="allow-scripts allow-same-origin allow-forms" ')
    with opened(browser, address, framed(locked)) as page:
        asked(page).get_by_role("link", name="Leave quickly").click()
        expect(page.frame_locator("iframe").get_by_role("region", name="Reply")).to_have_count(0)
        page.frames[1].wait_for_url(AWAY)


def test_the_widget_in_a_frame_leaves_the_page_round_it_too(browser: Browser, address: str) -> None:
    inside = markup(address, 'mode="inline"').replace('"', "&quot;")
    with opened(browser, address, framed(f'<iframe srcdoc="{inside}" title="chat" width="100%" height="600"></iframe>')) as page:
        asked(page).get_by_role("link", name="Leave quickly").click()
        page.wait_for_url(AWAY)
