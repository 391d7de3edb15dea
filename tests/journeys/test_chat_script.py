"""What JavaScript adds to the chat page: reload, back, offline, tabs, leaving, copy, print, larger, read aloud."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.test_chat_journeys import is_over
from tests.journeys.visits import OTTERS, ask, last, remember_speech, school

pytestmark = pytest.mark.browser


def test_after_a_reload_the_last_reply_is_there_again(scripted: Page, address: str) -> None:
    scripted.goto(f"{address}/larkmere/chat")
    ask(scripted, OTTERS)
    scripted.reload()
    expect(last(scripted)).to_contain_text("£6")
    expect(ask(scripted, "where is it?")).to_contain_text("Where this is from")
    kept = scripted.evaluate("JSON.stringify(history.state) + location + localStorage.length + sessionStorage.length")
    assert "Otters" not in kept
    assert kept.endswith("00")


def test_the_back_button_finds_the_conversation(scripted: Page, address: str) -> None:
    scripted.goto(f"{address}/larkmere/chat")
    ask(scripted, OTTERS)
    scripted.get_by_role("link", name="Look through the questions").click()
    scripted.get_by_role("heading", name="Questions that families ask most").wait_for()
    scripted.go_back()
    expect(last(scripted)).to_contain_text("£6")


def test_offline_keeps_what_was_typed_and_it_can_be_sent_again(scripted: Page, address: str) -> None:
    scripted.goto(f"{address}/larkmere/chat")
    scripted.context.set_offline(True)
    scripted.locator("#text").fill(OTTERS)
    scripted.get_by_role("button", name="Ask", exact=True).click()
    told = scripted.get_by_role("log")
    expect(told).to_contain_text("That could not be sent")
    expect(told.get_by_role("link", name="01632 960101")).to_be_in_viewport()
    expect(scripted.locator("#text")).to_have_value(OTTERS)
    scripted.context.set_offline(False)
    expect(told).not_to_contain_text("That could not be sent")
    scripted.get_by_role("button", name="Ask", exact=True).click()
    expect(last(scripted)).to_contain_text("£6")
    expect(scripted.get_by_label("You asked")).to_have_count(1)


def test_a_service_that_fails_loses_no_words(scripted: Page, address: str) -> None:
    scripted.goto(f"{address}/larkmere/chat")
    scripted.route("**/larkmere/chat", lambda route: route.fulfill(status=503, body="<h1>Bad gateway</h1>"))
    scripted.locator("#text").fill(OTTERS)
    scripted.get_by_role("button", name="Ask", exact=True).click()
    expect(scripted.get_by_role("log")).to_contain_text("That could not be sent")
    expect(scripted.locator("#text")).to_have_value(OTTERS)
    expect(scripted.get_by_text("Bad gateway")).to_have_count(0)


def test_on_a_slow_line_a_second_press_sends_nothing_and_typing_on_is_kept(scripted: Page, address: str) -> None:
    sent: list[Route] = []
    scripted.goto(f"{address}/larkmere/chat")
    scripted.route("**/larkmere/chat", lambda route: sent.append(route))
    scripted.locator("#text").fill(OTTERS)
    for _ in range(2):
        scripted.get_by_role("button", name="Ask", exact=True).click()
    expect(scripted.get_by_text("Looking for an answer")).to_be_visible()
    scripted.locator("#text").fill("and where is it")
    assert len(sent) == 1
    sent[0].continue_()
    expect(last(scripted)).to_contain_text("£6")
    expect(scripted.locator("#text")).to_have_value("and where is it")
    expect(scripted.get_by_text("Looking for an answer")).to_have_count(0)


def test_two_tabs_are_two_conversations(scripted: Page, address: str) -> None:
    other = scripted.context.new_page()
    scripted.goto(f"{address}/larkmere/millbrook/chat")
    other.goto(f"{address}/larkmere/kestrel/chat")
    expect(ask(scripted, "who is the senco")).to_contain_text("Ruth Abara")
    expect(ask(other, "who is the senco")).to_contain_text("Daniel Whitlock")
    expect(ask(scripted, "repeat that please")).to_contain_text("Ruth Abara")
    expect(ask(other, "repeat that please")).to_contain_text("Daniel Whitlock")
    expect(school(scripted)).to_have_value("millbrook")
    expect(school(other)).to_have_value("kestrel")
    tokens = {tab.locator(".ask input[name=conversation]").input_value() for tab in (scripted, other)}
    assert len(tokens) == 2


def test_leaving_quickly_leaves_nothing_behind(scripted: Page, address: str) -> None:
    scripted.context.route("https://www.bbc.co.uk/**", lambda route: route.fulfill(body="<title>Weather</title>"))
    remember_speech(scripted)
    scripted.goto(f"{address}/larkmere/waiting")
    scripted.goto(f"{address}/larkmere/chat")
    ask(scripted, OTTERS).get_by_role("button", name="Read aloud").click()
    token = scripted.locator(".ask input[name=conversation]").input_value()
    with scripted.expect_console_message(lambda message: message.text == "hushed"):
        scripted.get_by_role("link", name="Leave quickly").click()
    scripted.wait_for_url("https://www.bbc.co.uk/weather")
    scripted.go_back()
    assert scripted.url.endswith("/larkmere/waiting")
    assert is_over(address, token)


def test_only_the_last_reply_has_forms_and_the_box_asks_for_another(scripted: Page, address: str) -> None:
    scripted.goto(f"{address}/larkmere/millbrook/chat")
    for _ in range(2):
        ask(scripted, "do you have a sensory room")
    expect(scripted.locator(".pass")).to_have_count(2)
    expect(scripted.get_by_label("Ask another question")).to_be_visible()
    twice = "[...document.querySelectorAll('[id]')].map((e) => e.id).filter((id, at, all) => all.indexOf(id) !== at)"
    assert scripted.evaluate(twice) == []


def test_what_is_changed_in_the_message_goes_along_by_mail(scripted: Page, address: str) -> None:
    scripted.goto(f"{address}/larkmere/millbrook/chat")
    reply = ask(scripted, "do you have a sensory room")
    reply.get_by_text("Write to them").click()
    reply.get_by_label("Your message").fill("Please ring me & tell me?")
    href = reply.get_by_role("link", name="e-mail Ruth Abara").get_attribute("href")
    assert str(href).endswith("&body=Please%20ring%20me%20%26%20tell%20me%3F")


def test_copy_print_larger_and_read_aloud(scripted: Page, address: str) -> None:
    scripted.context.grant_permissions(["clipboard-read", "clipboard-write"])
    remember_speech(scripted)
    scripted.add_init_script("window.printed = 0; window.print = () => { window.printed += 1; };")
    scripted.goto(f"{address}/larkmere/chat")
    reply = ask(scripted, OTTERS)
    reply.get_by_role("button", name="Copy").click()
    expect(reply.get_by_role("button", name="Copied")).to_be_visible()
    copied = scripted.evaluate("navigator.clipboard.readText()")
    assert "£6" in copied
    assert "Where this is from" in copied
    assert "Was this helpful" not in copied
    reply.get_by_role("button", name="Read aloud").click()
    [[language, spoken]] = scripted.evaluate("window.spoken")
    assert language == "en-GB"
    assert "£6" in spoken
    small = reply.evaluate("(e) => parseFloat(getComputedStyle(e).fontSize)")
    reply.get_by_role("button", name="Larger text").click()
    assert reply.evaluate("(e) => parseFloat(getComputedStyle(e).fontSize)") > small * 1.2
    assert scripted.evaluate("document.documentElement.scrollWidth <= innerWidth")
    reply.get_by_role("button", name="Print").click()
    assert scripted.evaluate("window.printed") == 1
    scripted.emulate_media(media="print")
    expect(scripted.locator(".ask")).to_be_hidden()
    expect(reply).to_be_visible()
