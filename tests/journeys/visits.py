"""How a test uses the chat page: it asks as a person does, and gets the reply."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

OTTERS = "how much is a session at the Otters Saturday club"
"""A question whose answer holds "£6"."""


def ask(page: Page, text: str) -> Locator:
    """Type a question, press Ask, and wait: the box is empty again when the reply is there, with JavaScript or without."""
    page.locator("#text").fill(text)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("#text")).to_have_value("")
    return last(page)


def last(page: Page) -> Locator:
    """The last reply on the page."""
    return page.get_by_role("region", name="Reply").last


def school(page: Page) -> Locator:
    """The field that says which nursery, school or college it is about."""
    return page.get_by_label("Nursery, school or college")


def remember_speech(page: Page) -> None:
    """Keep what the browser is told to say aloud, and log when it is hushed: a headless one has no voice, but is told all the same."""
    page.add_init_script(
        "window.spoken = []; const speak = speechSynthesis.speak.bind(speechSynthesis);"
        "speechSynthesis.speak = (said) => { window.spoken.push([said.lang, said.text]); speak(said); };"
        "const cancel = speechSynthesis.cancel.bind(speechSynthesis);"
        "speechSynthesis.cancel = () => { console.info('hushed'); cancel(); };"
    )
