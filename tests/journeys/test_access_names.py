"""What a screen reader is told: roles and names in order, one polite live region, and what it says."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Council
from tests.journeys.hearing import live, read_out
from tests.journeys.states import QUESTIONS, asked, offline, reach, widget, widget_down

pytestmark = pytest.mark.browser
LOG = [("polite", "log", "Questions and answers")]
TOP = ["link Skip to the main part", "banner", "navigation Help", "link Who can see this?", "link Leave quickly", "main"]
FORM = [
    "combobox Nursery, school or college (if it is about one)", "group Who is asking?",
    "radio A parent or carer", "radio A young person", "button Ask", "link Look through the questions that families ask most",
    "region Who can see this?", "heading Who can see this?", "link 999",
]  # fmt: skip
ASKING = "heading Ask about special needs and disabilities"
CONTACT = ["link 01632 960110", "link send@larkmere.example", "link Website (opens a new tab)"]
TOLD = {
    "chat start": [*TOP, ASKING, "log Questions and answers", "textbox Your question", *FORM],
    "chat answer": [
        *TOP, ASKING, "log Questions and answers", "region You asked", "region Reply", "list",
        "link Otters Saturday club (opens a new tab)", "heading If you want to ask a person", "list", *CONTACT,
        "button Yes", "button No", "button Copy", "button Print", "button Read aloud", "button Larger text",
        "textbox Ask another question", *FORM, "button Delete my conversation",
    ],
    "widget answer": [
        "dialog Ask about SEND", "heading Ask about SEND", "link Leave quickly", "button Close", "group", "log Questions and answers",
        "region You asked", "region Reply", "list", "link Otters Saturday club (opens a new tab)",
        "heading If you want to ask a person", "list", *CONTACT, "button Yes", "button No", "button Copy", "button Print",
        "button Larger text", "button Read aloud", "textbox Ask another question", "button Ask", "combobox Who is asking?",
    ],
    "staff sign-in": [
        "link Skip to the page", "banner", "main", "heading Sign in", "textbox E-mail address", "textbox Password", "button Sign in",
    ],
    "staff doing": [
        "heading How it is doing", "combobox The last", "button Show", "list", "heading Messages a day",
    ],
}  # fmt: skip
"""What is read in which order; of the widget and of "how it is doing" only the part that is theirs."""


@pytest.mark.parametrize("state", TOLD)
def test_roles_and_names_are_read_in_this_order(at_desk: Page, council: Council, state: str) -> None:
    reach(state, council.desk, at_desk, council.address)
    said = read_out(at_desk)
    told = TOLD[state]
    begins = said.index(told[0])
    assert said[begins : begins + len(told)] == told


def test_one_polite_live_region_on_the_chat_page_holds_all_that_is_new(scripted: Page, council: Council) -> None:
    scripted.goto(f"{council.address}/larkmere/chat")
    assert live(scripted) == LOG
    asked(QUESTIONS["answer"], scripted, council.address)
    assert live(scripted) == LOG
    offline(scripted, council.address)
    assert live(scripted) == LOG
    expect(scripted.get_by_role("log").locator(".offline")).to_be_visible()


def test_one_polite_live_region_in_the_widget_holds_all_that_is_new(scripted: Page, council: Council) -> None:
    widget("", scripted, council.address)
    assert live(scripted) == LOG
    widget(QUESTIONS["answer"], scripted, council.address)
    assert live(scripted) == LOG
    widget_down(scripted, council.address)
    assert live(scripted) == LOG
    expect(scripted.get_by_role("log")).to_contain_text("The chat is not working just now")


@pytest.mark.parametrize("state", ["chat answer", "widget answer"])
def test_copy_larger_text_and_read_aloud_say_what_they_do_and_did(at_desk: Page, council: Council, state: str) -> None:
    at_desk.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reach(state, council.desk, at_desk, council.address)
    larger = at_desk.get_by_role("button", name="Larger text")
    expect(larger).to_have_attribute("aria-pressed", "false")
    larger.click()
    expect(larger).to_have_attribute("aria-pressed", "true")
    at_desk.get_by_role("button", name="Copy").click()
    expect(at_desk.get_by_role("button", name="Copied")).to_be_visible()
    assert "£6" in at_desk.evaluate("navigator.clipboard.readText()")
    expect(at_desk.get_by_role("button", name="Print")).to_be_visible()
    expect(at_desk.get_by_role("button", name="Read aloud")).to_be_visible()
