"""A family uses the chat page in a real browser, with and without JavaScript."""

import pytest
from playwright.sync_api import Page, expect

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


def test_words_that_got_the_card_and_were_misread_are_answered(page: Page, address: str) -> None:
    asked(page, address, "how much is DAF? i am going to kill myself if i have to fill in one more form")
    expect(page.get_by_role("region", name="Reply")).to_contain_text("ring 999")
    assert "one more form" not in page.get_by_role("main").inner_text()
    page.get_by_role("button", name="That is not what I meant").click()
    expect(page.locator(".reply.answer")).to_contain_text("Disability Access Fund")
    expect(page.locator(".reply.answer .notice")).to_contain_text("999")
    expect(page.locator(".misread")).to_have_count(0)


def test_a_hand_over_ends_at_a_person(page: Page, address: str) -> None:
    asked(page, address, QUESTIONS["hand-over"])
    assert "Who can help" in page.get_by_role("region", name="Reply").inner_text()
    assert page.locator("a[href^='tel:01632']").count() > 0


def test_what_is_typed_is_never_in_an_address(page: Page, address: str) -> None:
    asked(page, address, QUESTIONS["hand-over"])
    assert "fine" not in page.url
