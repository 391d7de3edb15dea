"""A family uses the chat page in a real browser, with and without JavaScript."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
QUESTIONS = {
    "answer": "how much is a session at the Otters Saturday club",
    "hand-over": "how much is the fine for not sending her in",
    "safety": "my dad hits me and i am scared to go home",
    "person": "can i speak to a real person",
}


def asked(page: Page, address: str, text: str) -> None:
    page.goto(f"{address}/larkmere/chat")
    page.get_by_label("Your question").fill(text)
    page.get_by_role("button", name="Ask").click()
    page.get_by_role("region", name="Reply").wait_for()
    page.wait_for_load_state("load")  # without JavaScript the page is a new one, whose style sheet has to come first


def test_a_question_is_answered_with_its_source(page: Page, address: str) -> None:
    asked(page, address, QUESTIONS["answer"])
    reply = page.get_by_role("region", name="Reply")
    assert "£6" in reply.inner_text()
    assert reply.get_by_role("link", name="Otters Saturday club").get_attribute("href", timeout=2000)


def test_a_hand_over_ends_at_a_person(page: Page, address: str) -> None:
    asked(page, address, QUESTIONS["hand-over"])
    assert "Who can help" in page.get_by_role("region", name="Reply").inner_text()
    assert page.locator("a[href^='tel:01632']").count() > 0


def test_what_is_typed_is_never_in_an_address(page: Page, address: str) -> None:
    asked(page, address, QUESTIONS["hand-over"])
    assert "fine" not in page.url


@pytest.mark.parametrize("state", ["start", *QUESTIONS])
@pytest.mark.parametrize("look", ["light", "dark", "forced"])
def test_axe_finds_nothing(browser: Browser, address: str, state: str, look: str) -> None:
    scheme = "dark" if look == "dark" else "light"
    context = browser.new_context(color_scheme=scheme, forced_colors="active" if look == "forced" else "none")
    page = context.new_page()
    page.goto(f"{address}/larkmere/chat")
    if state != "start":
        asked(page, address, QUESTIONS[state])
    results = Axe().run(page)
    context.close()
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("state", ["start", *QUESTIONS])
def test_nothing_is_lost_at_320_pixels(browser: Browser, address: str, state: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 256})
    page = context.new_page()
    page.goto(f"{address}/larkmere/chat")
    if state != "start":
        asked(page, address, QUESTIONS[state])
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    small = page.evaluate(
        "[...document.querySelectorAll('button, select, textarea, summary, .contact a, .top a, .browse a')]"
        ".filter(e => e.getBoundingClientRect().height < 24).map(e => e.outerHTML.slice(0, 80))"
    )
    context.close()
    assert small == []


def test_it_can_be_used_by_keyboard_alone(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/larkmere/chat")
    order = []
    for _ in range(7):
        page.keyboard.press("Tab")
        order.append(
            page.evaluate("document.activeElement.id || document.activeElement.className || document.activeElement.value")
        )
    assert order == ["skip", "seen", "exit", "text", "chosen", "parent", "send"]
    page.focus("#text")
    page.keyboard.type(QUESTIONS["answer"])
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("region", name="Reply").wait_for()
    page.close()
