"""Whole visits to the chat page on a phone, each with JavaScript and without: from the first question to leaving."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.visits import OTTERS, ask, last, school

pytestmark = pytest.mark.browser
TWO = "when is the homework club, at Millbrook or Kestrel"


def test_a_visit_from_question_to_person(page: Page, address: str) -> None:
    page.goto(f"{address}/larkmere/chat")
    expect(page.get_by_text("I show you where each answer is from")).to_be_visible()
    ask(page, "who is the senco at my school")
    page.get_by_role("button", name="Millbrook Primary School").click()
    expect(last(page)).to_contain_text("Ruth Abara")
    expect(last(page).get_by_role("link", name="01632 960132")).to_have_attribute("href", "tel:01632960132")
    expect(school(page)).to_have_value("millbrook")
    expect(ask(page, "and at Kestrel Academy?")).to_contain_text("Daniel Whitlock")
    expect(last(page)).not_to_contain_text("Ruth Abara")
    expect(school(page)).to_have_value("kestrel")


def test_a_follow_up_is_about_what_came_before(page: Page, address: str) -> None:
    page.goto(f"{address}/larkmere/chat")
    ask(page, OTTERS)
    again = ask(page, "where is it?")
    expect(again.get_by_role("link", name="Otters Saturday club")).to_have_attribute("href", re.compile("^https://"))
    expect(again).to_contain_text("Where this is from")
    expect(page.get_by_label("You asked").last).to_have_text("where is it?")


def test_which_school_by_button(page: Page, address: str) -> None:
    page.goto(f"{address}/larkmere/chat")
    expect(ask(page, TWO)).to_contain_text("Which nursery, school or college is this about?")
    page.get_by_role("button", name="Kestrel Academy").click()
    expect(last(page)).to_contain_text("Homework Club")
    expect(school(page)).to_have_value("kestrel")


def test_which_school_can_be_typed(page: Page, address: str) -> None:
    page.goto(f"{address}/larkmere/chat")
    ask(page, TWO)
    expect(page.get_by_role("button", name="Millbrook Primary School")).to_be_visible()
    ask(page, "milbrook primary")
    expect(school(page)).to_have_value("millbrook")


def test_the_school_is_switched_by_the_field(page: Page, address: str) -> None:
    page.goto(f"{address}/larkmere/millbrook/chat")
    expect(ask(page, "who is the senco")).to_contain_text("Ruth Abara")
    school(page).select_option("kestrel")
    expect(ask(page, "who is the senco")).to_contain_text("Daniel Whitlock")
    school(page).select_option("none")
    ask(page, "who is the senco")
    expect(last(page)).not_to_contain_text("Daniel Whitlock")
    expect(last(page).get_by_role("button", name="Willow Bank School")).to_be_visible()


def test_the_setting_and_the_voice_are_kept(page: Page, address: str) -> None:
    page.goto(f"{address}/larkmere/kestrel/chat")
    page.get_by_label("A young person").check()
    ask(page, "who is the sendco")
    expect(school(page)).to_have_value("kestrel")
    expect(page.get_by_label("A young person")).to_be_checked()


def test_a_reply_that_helped_is_thanked_for(page: Page, address: str) -> None:
    page.goto(f"{address}/larkmere/chat")
    ask(page, OTTERS)
    page.get_by_role("button", name="Yes", exact=True).click()
    expect(page.get_by_role("button", name="Yes", exact=True)).to_have_count(0)
    expect(last(page)).to_contain_text("Thank")


def test_not_what_i_meant_leads_to_the_next_best_or_a_person(page: Page, address: str) -> None:
    page.goto(f"{address}/larkmere/chat")
    ask(page, OTTERS)
    page.get_by_role("button", name="No", exact=True).click()
    expect(last(page)).to_contain_text("Is one of these nearer?")
    expect(last(page).locator("a[href^='tel:']").first).to_be_visible()
    expect(page.get_by_role("button", name="No", exact=True)).to_have_count(0)
    last(page).locator(".choices button").first.click()
    expect(last(page)).to_contain_text("Where this is from")
    expect(ask(page, "that's not what i meant").locator("a[href^='tel:']").first).to_be_visible()


def test_a_hand_over_ends_at_a_person_and_can_be_waited_for(page: Page, address: str) -> None:
    page.goto(f"{address}/larkmere/millbrook/chat")
    reply = ask(page, "do you have a sensory room")
    expect(reply).to_contain_text("I will not guess")
    expect(reply.get_by_role("link", name="01632 960132")).to_be_visible()
    reply.get_by_text("Write to them").click()
    letter = reply.get_by_label("Your message").input_value()
    assert "sensory room" in letter
    assert "sensory%20room" in str(reply.get_by_role("link", name="e-mail Ruth Abara").get_attribute("href"))
    reply.get_by_text("Tell me when it is answered").click()
    page.get_by_role("button", name="Tell me", exact=True).click()
    code = re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}[A-Z0-9-]*", page.get_by_role("status").inner_text())
    assert code
    page.get_by_role("button", name="Back to the chat").click()
    expect(last(page)).to_contain_text("Ruth Abara")
    page.goto(f"{address}/larkmere/waiting")
    page.get_by_label("Your code").fill(code[0])
    page.get_by_role("button", name="Look it up").click()
    expect(page.get_by_role("main")).to_contain_text("sensory room")


def test_the_safety_card_comes_at_once_and_the_chat_goes_on(page: Page, address: str) -> None:
    page.goto(f"{address}/larkmere/chat")
    page.get_by_label("A young person").check()
    reply = ask(page, "my dad hits me and i am scared to go home")
    expect(reply).to_contain_text("ring 999")
    for number, href in (("999", "tel:999"), ("0800 1111", "tel:08001111"), ("SHOUT to 85258", "sms:85258?body=SHOUT")):
        expect(reply.get_by_role("link", name=number, exact=True).first).to_have_attribute("href", href)
    expect(page.get_by_text("my dad hits me")).to_have_count(0)
    expect(ask(page, OTTERS)).to_contain_text("£6")


def test_a_conversation_can_be_deleted_at_any_time(page: Page, address: str) -> None:
    page.goto(f"{address}/larkmere/chat")
    ask(page, OTTERS)
    token = page.locator(".ask input[name=conversation]").input_value()
    page.get_by_role("button", name="Delete my conversation").click()
    expect(page.get_by_text("Your conversation has been deleted")).to_be_visible()
    expect(page.get_by_text("£6")).to_have_count(0)
    assert is_over(address, token)


def test_the_questions_can_be_looked_through(page: Page, address: str) -> None:
    page.goto(f"{address}/larkmere/millbrook/chat")
    page.get_by_role("link", name="Look through the questions that families ask most").click()
    links = page.locator(".questions a")
    expect(links).to_have_count(14)
    links.nth(0).click()
    expect(page.get_by_role("region", name="Reply")).to_be_visible()
    expect(page.locator("[aria-current=true]")).to_have_count(1)
    page.get_by_label("A young person").check()
    page.get_by_role("button", name="Show the questions").click()
    expect(links).to_have_count(14)
    expect(links.nth(0)).to_have_attribute("href", re.compile("topic=Y"))


def test_leaving_and_who_can_see_stay_in_reach(page: Page, address: str) -> None:
    page.goto(f"{address}/larkmere/chat")
    ask(page, OTTERS)
    page.mouse.wheel(0, 10_000)
    for name in ("Leave quickly", "Who can see this?"):
        expect(page.get_by_role("link", name=name)).to_be_in_viewport()
    page.get_by_role("link", name="Who can see this?").click()
    expect(page.get_by_text("Nobody reads this chat")).to_be_in_viewport()
    page.context.route("https://www.bbc.co.uk/**", lambda route: route.fulfill(body="<title>Weather</title>"))
    page.get_by_role("link", name="Leave quickly").click()
    page.wait_for_url("https://www.bbc.co.uk/weather")


def test_typed_badly_and_at_length_it_stays_in_its_place(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(f"{address}/larkmere/chat")
    for text in ("HOW MUCH IS TRANSPROT TO COLEGE???!!!", "a" * 300, "my son is 7 and i dont no what to do " * 60, "💙💙"):
        expect(ask(page, text)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("script", [True, False], ids=["script on", "script off"])
def test_no_cookie_nothing_stored_and_no_other_site(browser: Browser, address: str, script: bool) -> None:
    context = browser.new_context(java_script_enabled=script)
    page = context.new_page()
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    page.goto(f"{address}/larkmere/chat")
    ask(page, OTTERS)
    assert [url for url in seen if not url.startswith(address)] == []
    assert [url for url in seen if "Otters" in url] == []
    assert context.storage_state() == {"cookies": [], "origins": []}
    context.close()


def is_over(address: str, token: str) -> bool:
    """Whether a conversation is forgotten."""
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.post(f"{address}/api/v1/conversation/messages", json={"text": "hi"}, headers=headers).status_code == 401
