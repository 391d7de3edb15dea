"""Whole visits to the widget on a listed site: in its corner, full screen on a phone, and in the page."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.journeys.sites import markup, opened
from tests.journeys.test_chat_journeys import TWO, is_over
from tests.journeys.visits import OTTERS, remember_speech

pytestmark = pytest.mark.browser
DESK: dict[str, object] = {"viewport": {"width": 1280, "height": 900}}
PHONE: dict[str, object] = {"viewport": {"width": 360, "height": 640}, "has_touch": True}


@pytest.fixture(params=["panel", "phone", "inline"])
def chat(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The widget, open."""
    html = markup(address, 'mode="inline"' if request.param == "inline" else "")
    with opened(browser, address, html, **(PHONE if request.param == "phone" else DESK)) as page:
        if request.param != "inline":
            page.get_by_role("button", name="Ask about SEND").click()
        yield page


@pytest.fixture
def panel(browser: Browser, address: str) -> Iterator[Page]:
    """The widget, open in its corner."""
    with opened(browser, address, **DESK) as page:
        page.get_by_role("button", name="Ask about SEND").click()
        yield page


def ask(page: Page, text: str) -> Locator:
    page.get_by_role("textbox").fill(text)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("textbox")).to_have_value("")
    return last(page)


def last(page: Page) -> Locator:
    return page.get_by_role("region", name="Reply").last


def token(page: Page) -> str:
    return str(page.locator("signpost-chat").evaluate("e => e.token"))


def test_a_visit_from_question_to_person(chat: Page) -> None:
    reply = ask(chat, OTTERS)
    expect(reply.get_by_role("link", name="Otters Saturday club")).to_have_attribute("href", re.compile("^https://"))
    expect(ask(chat, "where is it?")).to_contain_text("Where this is from")
    expect(ask(chat, TWO)).to_contain_text("Which nursery, school or college is this about?")
    expect(ask(chat, "milbrook primary").get_by_role("link", name="01632 960132")).to_have_attribute("href", "tel:01632960132")
    expect(chat.get_by_text("This is about Millbrook Primary School.")).to_be_visible()
    write = last(chat).get_by_role("link", name="Write to them").first
    assert "homework%20club" in str(write.get_attribute("href"))
    expect(ask(chat, "who is the senco at Kestrel Academy")).to_contain_text("Daniel Whitlock")
    safety = ask(chat, "my dad hits me and i am scared to go home")
    expect(safety.get_by_role("link", name="SHOUT to 85258")).to_have_attribute("href", "sms:85258?body=SHOUT")
    assert "my dad hits me" not in str(chat.locator("signpost-chat").evaluate("e => e.shadowRoot.textContent"))


def test_leaving_and_who_can_see_stay_in_reach(chat: Page) -> None:
    ask(chat, OTTERS)
    ask(chat, "where is it?")
    expect(chat.get_by_role("link", name="Leave quickly")).to_be_in_viewport()
    chat.get_by_text("Who can see this?").click()
    expect(chat.get_by_text("Nobody reads this chat")).to_be_in_viewport()
    expect(chat.get_by_role("button", name="Delete my conversation")).to_be_in_viewport()


def test_feedback_yes_and_no(panel: Page) -> None:
    ask(panel, OTTERS).get_by_role("button", name="Yes", exact=True).click()
    expect(last(panel)).to_contain_text("Thank")
    ask(panel, OTTERS).get_by_role("button", name="No", exact=True).click()
    expect(last(panel)).to_contain_text("Is one of these nearer?")


def test_leaving_quickly_deletes_and_replaces(panel: Page, address: str) -> None:
    panel.context.route("https://www.bbc.co.uk/**", lambda route: route.fulfill(body="<title>Weather</title>"))
    ask(panel, OTTERS)
    kept = token(panel)
    panel.get_by_role("link", name="Leave quickly").click()
    panel.wait_for_url("https://www.bbc.co.uk/weather")
    panel.go_back()
    assert "127.0.0.1" not in panel.url
    assert is_over(address, kept)


def test_a_conversation_can_be_deleted(panel: Page, address: str) -> None:
    ask(panel, OTTERS)
    kept = token(panel)
    panel.get_by_text("Who can see this?").click()
    panel.get_by_role("button", name="Delete my conversation").click()
    expect(panel.get_by_role("log")).to_have_text("Your conversation has been deleted.")
    expect(panel.get_by_role("region", name="Reply")).to_have_count(0)
    assert is_over(address, kept)


def test_a_reply_that_comes_after_the_end_is_not_shown(panel: Page, address: str) -> None:
    ask(panel, OTTERS)
    kept = token(panel)
    held: list[Route] = []
    panel.route("**/conversation/messages", lambda route: held.append(route))
    panel.get_by_role("textbox").fill(TWO)
    panel.get_by_role("button", name="Ask", exact=True).click()
    expect(panel.get_by_text("Looking…")).to_be_visible()
    late = held[0].fetch()
    assert late.ok
    panel.get_by_text("Who can see this?").click()
    panel.get_by_role("button", name="Delete my conversation").click()
    expect(panel.get_by_role("log")).to_have_text("Your conversation has been deleted.")
    with panel.expect_response("**/conversation/messages"):
        held[0].fulfill(response=late)
    panel.wait_for_timeout(300)
    expect(panel.get_by_role("log")).to_have_text("Your conversation has been deleted.")
    assert len(held) == 1
    assert is_over(address, kept)


def test_offline_shows_the_contact_keeps_the_words_and_sends_them_again(panel: Page) -> None:
    panel.context.set_offline(True)
    panel.get_by_role("textbox").fill(OTTERS)
    panel.get_by_role("button", name="Ask", exact=True).click()
    expect(panel.get_by_text("The chat is not working just now")).to_be_visible()
    expect(panel.get_by_role("link", name="01632 960101")).to_be_in_viewport()
    expect(panel.get_by_role("textbox")).to_have_value(OTTERS)
    panel.context.set_offline(False)
    expect(ask(panel, OTTERS)).to_contain_text("£6")
    expect(panel.get_by_text("The chat is not working just now")).to_be_hidden()


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (500, "<h1>Internal error</h1>", "The chat is not working just now"),
        (429, '{"error": "That is a lot of messages at once. Please wait a minute."}', "Please wait a minute"),
        (200, "not JSON", "The chat is not working just now"),
    ],
)
def test_a_service_that_fails_shows_the_contact_and_no_error(panel: Page, status: int, body: str, told: str) -> None:
    allow = {"Access-Control-Allow-Origin": "*", "Content-Type": "application/json"}

    def fail(route: Route) -> None:
        if route.request.method == "OPTIONS":
            route.continue_()
        else:
            route.fulfill(status=status, body=body, headers=allow)

    panel.route("**/api/v1/conversation/messages", fail)
    panel.get_by_role("textbox").fill(OTTERS)
    panel.get_by_role("button", name="Ask", exact=True).click()
    expect(panel.get_by_text(told)).to_be_visible()
    expect(panel.get_by_role("link", name="01632 960101")).to_be_visible()
    expect(panel.get_by_role("textbox")).to_have_value(OTTERS)
    assert "Internal" not in str(panel.locator("signpost-chat").evaluate("e => e.shadowRoot.textContent"))


def test_a_conversation_that_is_over_begins_anew_by_itself(panel: Page, address: str) -> None:
    ask(panel, OTTERS)
    httpx.delete(f"{address}/api/v1/conversation", headers={"Authorization": f"Bearer {token(panel)}"})
    expect(ask(panel, OTTERS)).to_contain_text("£6")


def test_two_tabs_do_not_mix(browser: Browser, address: str) -> None:
    with opened(browser, address, markup(address, 'setting="millbrook"'), **DESK) as one:
        two = one.context.new_page()
        two.goto(one.url)
        for page in (one, two):
            page.get_by_role("button", name="Ask about SEND").click()
        ask(one, "who is the senco")
        ask(two, "who is the senco at Kestrel Academy")
        expect(ask(one, "repeat that please")).to_contain_text("Ruth Abara")
        expect(ask(two, "repeat that please")).to_contain_text("Daniel Whitlock")
        assert token(one) != token(two)


def test_on_a_phone_it_fills_the_screen_and_the_page_behind_is_out_of_reach(browser: Browser, address: str) -> None:
    with opened(browser, address, markup(address).replace("<h1>", "<a href='#behind'>behind</a><h1>"), **PHONE) as page:
        page.get_by_role("button", name="Ask about SEND").click()
        panel = page.get_by_role("dialog")
        panel.evaluate("e => Promise.all(e.getAnimations().map(each => each.finished))")
        box = panel.bounding_box()
        assert box == {"x": 0, "y": 0, "width": 360, "height": 640}
        focused = set()
        for _ in range(12):
            page.keyboard.press("Tab")
            focused.add(page.evaluate("document.activeElement.localName"))
        assert "a" not in focused
        page.evaluate("document.body.append(document.querySelector('signpost-chat'))")  # a page that moves it while it is open
        assert panel.evaluate("e => e.matches(':modal')")
        page.get_by_role("button", name="Close").click()
        expect(page.get_by_role("button", name="Ask about SEND")).to_be_focused()


def test_nothing_is_stored_and_nobody_else_is_asked(chat: Page, address: str) -> None:
    seen: list[str] = []
    chat.context.on("request", lambda request: seen.append(request.url))
    ask(chat, OTTERS)
    chat.get_by_text("Who can see this?").click()
    assert seen
    assert [url for url in seen if not url.startswith(f"{address}/api/v1/")] == []
    assert chat.context.storage_state() == {"cookies": [], "origins": []}


def test_with_a_nonce_and_an_integrity_it_works_and_a_changed_file_does_not_run(browser: Browser, address: str) -> None:
    page = httpx.get(f"{address}/larkmere/embed").text
    mark = re.search(r"sha384-[A-Za-z0-9+/=]+", page)
    assert mark
    policy = (
        f"default-src 'none'; script-src 'nonce-abc'; connect-src {address}; style-src 'none'; require-trusted-types-for 'script'"
    )
    html = markup(address).replace("<script ", f'<script nonce="abc" integrity="{mark[0]}" ')
    with opened(browser, address, html, policy, **DESK) as fine:
        fine.get_by_role("button", name="Ask about SEND").click()
        expect(ask(fine, OTTERS)).to_contain_text("£6")
    with opened(
        browser, address, html.replace(mark[0], mark[0].replace(mark[0][10], "x" if mark[0][10] != "x" else "y")), policy
    ) as bad:
        expect(bad.get_by_role("link", name="01632 960101")).to_be_visible()  # the element's own words
        expect(bad.get_by_role("button", name="Ask about SEND")).to_have_count(0)


def test_copy_print_larger_and_read_aloud(browser: Browser, address: str) -> None:
    with opened(browser, address, permissions=["clipboard-read", "clipboard-write"], **DESK) as page:
        remember_speech(page)
        page.add_init_script("window.printed = 0; window.print = () => { window.printed += 1; };")
        page.reload()
        page.get_by_role("button", name="Ask about SEND").click()
        reply = ask(page, OTTERS)
        reply.get_by_role("button", name="Copy").click()
        expect(reply.get_by_role("button", name="Copied")).to_be_visible()
        assert "£6" in page.evaluate("navigator.clipboard.readText()")
        reply.get_by_role("button", name="Read aloud").click()
        [[language, spoken]] = page.evaluate("window.spoken")
        assert (language, "£6" in spoken) == ("en-GB", True)
        small = reply.evaluate("(e) => parseFloat(getComputedStyle(e).fontSize)")
        reply.get_by_role("button", name="Larger text").click()
        assert reply.evaluate("(e) => parseFloat(getComputedStyle(e).fontSize)") > small * 1.2
        reply.get_by_role("button", name="Print").click()
        assert page.evaluate("window.printed") == 1
        page.get_by_text("Who can see this?").click()
        with page.expect_console_message(lambda message: message.text == "hushed"):
            page.get_by_role("button", name="Delete my conversation").click()
