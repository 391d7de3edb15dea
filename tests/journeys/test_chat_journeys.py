"""Whole visits to the chat page in a real browser: what a family does from the first question to leaving."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
TWO = "is there a homework club at Millbrook or at Kestrel Academy"
FIRST = "how much is a session at the Otters Saturday club"


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
