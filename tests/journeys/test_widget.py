"""The widget on other people's sites: plain, strict policy, WordPress-like, in a frame, and where it is not allowed."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.sites import markup, opened, site

pytestmark = pytest.mark.browser
FILE = Path("widget/signpost-chat.js")


def ask(page: Page, text: str) -> None:
    page.get_by_role("textbox").fill(text)
    page.get_by_role("button", name="Ask", exact=True).click()


def shown(page: Page) -> str:
    return str(page.locator("signpost-chat").evaluate("e => e.shadowRoot.textContent"))


def test_it_is_small() -> None:
    assert len(gzip.compress(FILE.read_bytes(), 9)) <= 12_000


def test_nothing_is_asked_for_or_stored_before_somebody_asks(browser: Browser, address: str) -> None:
    with opened(browser, address) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.get_by_role("button", name="Ask about SEND").click()
        assert asked == []
        ask(page, "how often would portage come round")
        page.get_by_role("region", name="Reply").wait_for()
        assert all(url.startswith(address) for url in asked)
        assert page.context.cookies() == []
        assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_it_answers_with_its_source_and_follows_up(browser: Browser, address: str) -> None:
    with opened(browser, address) as page:
        page.get_by_role("button", name="Ask about SEND").click()
        ask(page, "how often would portage come round")
        expect(page.get_by_role("region", name="Reply")).to_contain_text("Where this is from")
        page.get_by_role("button", name="No", exact=True).click()
        expect(page.get_by_role("region", name="Reply").last).to_contain_text("Is one of these nearer")
        page.get_by_role("region", name="Reply").last.get_by_role("button").first.click()
        expect(page.get_by_role("region", name="Reply").last).to_contain_text("Where this is from")


def test_which_school_by_button(browser: Browser, address: str) -> None:
    with opened(browser, address) as page:
        page.get_by_role("button", name="Ask about SEND").click()
        ask(page, "who is the senco")
        page.get_by_role("button", name="Millbrook Primary School").click()
        expect(page.get_by_role("region", name="Reply").last).to_contain_text("Ruth Abara")


def test_the_safety_card_comes_at_once_and_does_not_repeat_what_was_said(browser: Browser, address: str) -> None:
    with opened(browser, address, markup(address, 'audience="young_person"')) as page:
        page.get_by_role("button", name="Ask about SEND").click()
        ask(page, "my dad hits me")
        expect(page.get_by_role("link", name="0800 1111")).to_have_attribute("href", "tel:08001111")
        assert "my dad hits me" not in shown(page)


def test_words_that_got_the_card_and_were_misread_are_answered(browser: Browser, address: str) -> None:
    with opened(browser, address, markup(address)) as page:
        page.get_by_role("button", name="Ask about SEND").click()
        ask(page, "how much is DAF? i am going to kill myself if i have to fill in one more form")
        expect(page.get_by_role("region", name="Reply")).to_contain_text("ring 999")
        page.get_by_role("button", name="That is not what I meant").click()
        expect(page.get_by_role("region", name="Reply").last).to_contain_text("Disability Access Fund")
        expect(page.get_by_role("button", name="That is not what I meant")).to_have_count(0)


def test_focus_goes_in_and_comes_back(browser: Browser, address: str) -> None:
    with opened(browser, address) as page:
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        inside = "document.querySelector('signpost-chat').shadowRoot.activeElement"
        assert page.evaluate(f"{inside}.id") == "q"
        page.keyboard.type("how often would portage come round")
        page.keyboard.press("Enter")
        page.get_by_role("region", name="Reply").wait_for()
        page.keyboard.press("Escape")
        page.wait_for_function(f"{inside}.className === 'launch'")  # the browser says a little later that it has closed


STRICT = "default-src 'none'; script-src {0}; connect-src {0}; style-src 'none'; base-uri 'none'"


def test_it_works_under_a_strict_policy(browser: Browser, address: str) -> None:
    with opened(browser, address, policy=STRICT.format(address)) as page:
        broken: list[str] = []
        page.on("console", lambda message: broken.append(message.text) if "Content Security Policy" in message.text else None)
        page.get_by_role("button", name="Ask about SEND").click()
        ask(page, "how often would portage come round")
        expect(page.get_by_role("region", name="Reply")).to_contain_text("Where this is from")
        assert broken == []
        panel = page.locator("signpost-chat").evaluate("e => getComputedStyle(e.shadowRoot.querySelector('.panel')).position")
        assert panel == "fixed"


def test_it_works_in_wordpress_like_markup(browser: Browser, address: str) -> None:
    html = (
        markup(address)
        .replace("<signpost-chat", "<p><br />\n<signpost-chat")
        .replace("</signpost-chat>", "</signpost-chat><br />\n</p>")
    )
    with opened(browser, address, html) as page:
        page.get_by_role("button", name="Ask about SEND").click()
        ask(page, "how often would portage come round")
        expect(page.get_by_role("region", name="Reply")).to_contain_text("Where this is from")


def test_it_works_in_the_page(browser: Browser, address: str) -> None:
    with opened(browser, address, markup(address, 'mode="inline"')) as page:
        ask(page, "how often would portage come round")
        expect(page.get_by_role("region", name="Reply")).to_contain_text("Where this is from")


def test_the_chat_page_may_be_framed_by_a_listed_site_only(browser: Browser, address: str) -> None:
    html = f"<!doctype html><title>x</title><iframe src='{address}/larkmere/chat' title='chat'></iframe>"
    with opened(browser, address, html) as page:
        expect(page.frame_locator("iframe").get_by_label("Your question")).to_be_visible()
    with site(html) as stranger:
        page = browser.new_page()
        page.goto(stranger)
        page.wait_for_timeout(500)
        assert page.frame_locator("iframe").get_by_label("Your question").count() == 0
        page.close()


def test_a_site_that_is_not_listed_gets_the_contact(browser: Browser, address: str) -> None:
    with site(markup(address)) as stranger:
        page = browser.new_page()
        page.goto(stranger)
        page.get_by_role("button", name="Ask about SEND").click()
        ask(page, "how often would portage come round")
        expect(page.get_by_role("link", name="01632 960101")).to_be_visible()
        assert page.get_by_role("textbox").input_value() == "how often would portage come round"
        page.close()


def test_if_the_service_is_down_the_contact_is_shown(browser: Browser, address: str) -> None:
    with opened(browser, address, markup(address).replace(f'server="{address}"', 'server="http://127.0.0.1:9"')) as page:
        page.get_by_role("button", name="Ask about SEND").click()
        ask(page, "how often would portage come round")
        expect(page.get_by_text("The chat is not working just now")).to_be_visible()
        expect(page.get_by_role("link", name="01632 960101")).to_be_visible()


def test_words_can_be_replaced_and_text_stays_text(browser: Browser, address: str) -> None:
    html = markup(address, """strings='{"send": "Zapytaj", "intro": "<b>Pytaj</b>"}' launcher="Pytania" """)
    with opened(browser, address, html) as page:
        page.get_by_role("button", name="Pytania").click()
        assert "<b>Pytaj</b>" in shown(page)
        page.get_by_role("textbox").fill("<img src=x onerror=document.title='broken'> how often would portage come round")
        page.get_by_role("button", name="Zapytaj").click()
        page.get_by_role("region", name="Reply").wait_for()
        assert page.title() == "A school"


def test_the_embedding_page_builds_a_snippet_that_works(browser: Browser, address: str) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{address}/larkmere/embed")
    page.get_by_label("For", exact=True).select_option("millbrook")
    page.get_by_role("button", name="Make the snippet").click()
    snippet = page.get_by_label("The snippet").input_value()
    assert 'setting="millbrook"' in snippet
    assert "Ruth Abara" in snippet
    page.close()
    with opened(
        browser, address, f"<!doctype html><html lang=en><title>A school</title><main><h1>x</h1>{snippet}</main></html>"
    ) as there:
        there.get_by_role("button", name="Ask about SEND").click()
        ask(there, "how long do the groups go on")
        expect(there.get_by_role("region", name="Reply")).to_contain_text("Millbrook")


@pytest.mark.parametrize("which", ["council", "school"])
def test_the_demo_pages_work(browser: Browser, address: str, which: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/larkmere/demo/{which}")
    page.get_by_role("button", name="Ask about SEND").click()
    ask(page, "how often would portage come round")
    expect(page.get_by_role("region", name="Reply")).to_contain_text("Where this is from")
    page.close()
