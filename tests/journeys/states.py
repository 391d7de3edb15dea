"""Every state that a family or staff can see, and how to reach it: the tests of accessibility and the pictures share this list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from playwright.sync_api import Page

from tests.journeys.made_up_month import Desk

Reach = Callable[[Page, str], object]
QUESTIONS = {
    "answer": "how much is a session at the Otters Saturday club",
    "clarify": "is there a homework club at Millbrook or at Kestrel Academy",
    "hand-over": "how much is the fine for not sending her in",
    "safety": "my dad hits me and i am scared to go home",
    "person": "can i speak to a real person",
}


def opened(path: str, page: Page, address: str) -> None:
    """An address of the service."""
    page.goto(address + path)


def asked(text: str, page: Page, address: str) -> None:
    """The chat page after one question."""
    page.goto(f"{address}/larkmere/chat")
    page.get_by_label("Your question").fill(text)
    page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_role("region", name="Reply").last.wait_for()
    page.wait_for_load_state("load")


def not_helpful(page: Page, address: str) -> None:
    """After "Was this helpful?" - "No"."""
    asked(QUESTIONS["answer"], page, address)
    page.get_by_role("button", name="No", exact=True).click()
    page.locator(".reply").nth(1).wait_for()


def writing(page: Page, address: str) -> None:
    """A hand-over with both forms open."""
    asked(QUESTIONS["hand-over"], page, address)
    page.get_by_text("Write to them").click()
    page.get_by_text("Tell me when it is answered").click()


def refused_letter(page: Page, address: str) -> None:
    """A message to a person that was not sent: the address for the answer is wrong."""
    writing(page, address)
    page.get_by_label("Your e-mail address, if you want an answer").fill("a@b")
    page.get_by_label("Yes, send my words to them").check()
    page.get_by_role("button", name="Send it").click()
    page.get_by_role("alert").wait_for()


def sent(page: Page, address: str) -> None:
    """After asking to be told when it is answered."""
    writing(page, address)
    page.get_by_role("button", name="Tell me", exact=True).click()
    page.get_by_role("heading", name="Done").wait_for()


def offline(page: Page, address: str) -> None:
    """A question asked with no line."""
    page.goto(f"{address}/larkmere/chat")
    page.get_by_label("Your question").fill(QUESTIONS["answer"])
    page.route("**/chat", lambda route: route.abort())
    page.get_by_role("button", name="Ask", exact=True).click()
    page.locator(".offline").wait_for()
    page.unroute("**/chat")


def who(page: Page, address: str) -> None:
    """After "Who can see this?"."""
    page.goto(f"{address}/larkmere/chat")
    page.get_by_role("link", name="Who can see this?").click()


def forgotten(page: Page, address: str) -> None:
    """After "Delete my conversation"."""
    asked(QUESTIONS["answer"], page, address)
    page.get_by_role("button", name="Delete my conversation").click()
    page.get_by_text("has been deleted").wait_for()


CHAT: Mapping[str, Reach] = {
    "start": partial(opened, "/larkmere/chat"),
    "answer": partial(asked, QUESTIONS["answer"]),
    "clarify": partial(asked, QUESTIONS["clarify"]),
    "hand-over": partial(asked, QUESTIONS["hand-over"]),
    "hand-over-forms": writing,
    "not-sent": refused_letter,
    "safety": partial(asked, QUESTIONS["safety"]),
    "person": partial(asked, QUESTIONS["person"]),
    "not-helpful": not_helpful,
    "told-later": sent,
    "offline": offline,
    "error": partial(opened, "/larkmere/nothing-here"),
    "who": who,
    "deleted": forgotten,
    "waiting": partial(opened, "/larkmere/waiting"),
    "questions": partial(opened, "/larkmere/questions"),
    "questions-answer": partial(opened, "/larkmere/questions?setting=millbrook&topic=P14"),
    "questions-not-published": partial(opened, "/larkmere/questions?setting=acorn-lane&topic=P08"),
    "embed": partial(opened, "/larkmere/embed?setting=millbrook"),
    "demo-council": partial(opened, "/larkmere/demo/council"),
    "demo-school": partial(opened, "/larkmere/demo/school"),
}
"""What a family sees on the service's own pages."""


def widget(text: str, page: Page, address: str) -> None:
    """The widget on a made-up school's page, open; with a question, if there is one."""
    page.goto(f"{address}/larkmere/demo/school")
    page.get_by_role("button", name="Ask about SEND").click()
    if text:
        page.get_by_role("textbox").fill(text)
        page.get_by_role("button", name="Ask", exact=True).click()
        page.get_by_role("region", name="Reply").last.wait_for()
    page.wait_for_timeout(250)  # its way in is 150 ms long


def widget_not_helpful(page: Page, address: str) -> None:
    """After "Was this helpful?" - "No"."""
    widget(QUESTIONS["answer"], page, address)
    page.get_by_role("button", name="No", exact=True).click()
    page.get_by_role("region", name="Reply").nth(1).wait_for()


def widget_down(page: Page, address: str) -> None:
    """The service can't be reached."""
    page.route("**/api/v1/**", lambda route: route.abort())
    widget("", page, address)
    page.get_by_role("textbox").fill(QUESTIONS["answer"])
    page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_text("The chat is not working just now").wait_for()
    page.unroute("**/api/v1/**")


def widget_who(page: Page, address: str) -> None:
    """ "Who can see this?" in the widget."""
    widget(QUESTIONS["answer"], page, address)
    page.get_by_text("Who can see this?").click()


def widget_deleted(page: Page, address: str) -> None:
    """After "Delete my conversation" in the widget."""
    widget_who(page, address)
    page.get_by_role("button", name="Delete my conversation").click()
    page.get_by_text("has been deleted").wait_for()


def widget_inline(page: Page, address: str) -> None:
    """The widget as a part of the page, with an answer."""
    page.goto(f"{address}/larkmere/demo/school")
    page.evaluate(
        "() => { const made = document.createElement('signpost-chat'); made.setAttribute('area', 'larkmere');"
        " made.setAttribute('mode', 'inline'); document.querySelector('signpost-chat').replaceWith(made); }"
    )
    page.get_by_role("textbox").fill(QUESTIONS["answer"])
    page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_role("region", name="Reply").last.wait_for()


WIDGET: Mapping[str, Reach] = {
    "closed": partial(opened, "/larkmere/demo/school"),
    "start": partial(widget, ""),
    "answer": partial(widget, QUESTIONS["answer"]),
    "clarify": partial(widget, QUESTIONS["clarify"]),
    "hand-over": partial(widget, QUESTIONS["hand-over"]),
    "safety": partial(widget, QUESTIONS["safety"]),
    "not-helpful": widget_not_helpful,
    "down": widget_down,
    "who": widget_who,
    "deleted": widget_deleted,
    "inline": widget_inline,
}
"""What a family sees in the widget."""


def wrong_password(page: Page, address: str) -> None:
    """A sign-in that did not work."""
    page.goto(f"{address}/staff/sign-in")
    page.get_by_label("E-mail address").fill("nobody@larkmere.example")
    page.get_by_label("Password").fill("not the one")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("alert").wait_for()


def new_person(page: Page, address: str) -> None:
    """The one-time link of somebody who was just added."""
    page.goto(f"{address}/staff/people")
    page.get_by_label("E-mail address").fill("dev.lowe@larkmere.example")
    page.get_by_label("Name").fill("Dev Lowe")
    page.get_by_role("button", name="Make a link").click()
    page.get_by_text("Pass this link on").wait_for()


def refused(page: Page, address: str) -> None:
    """An answer that can't be saved yet."""
    page.goto(f"{address}/staff/answers/new")
    page.get_by_label("Questions that it answers").fill("is there a quiet hour")
    page.get_by_label("The answer, in plain words").fill("Yes.")
    page.locator("form[action='/staff/answers'] [name=setting]").evaluate("e => e.options[0].value = 'nowhere'")
    page.get_by_role("button", name="Save and preview").click()
    page.get_by_role("alert").wait_for()


def contact_open(page: Page, address: str) -> None:
    """A contact that is being confirmed."""
    page.goto(f"{address}/staff/content")
    page.locator("details.person summary").first.click()


def by_desk(path: str, desk: Desk) -> str:
    """An address with the numbers of what was made."""
    return path.format(gap=desk.gap, live=desk.live, draft=desk.draft)


SIGNING_IN: Mapping[str, Reach] = {
    "sign-in": partial(opened, "/staff/sign-in"),
    "sign-in-wrong": wrong_password,
    "link-used": partial(opened, "/staff/welcome/used"),
}
"""Before anybody has signed in."""
STAFF: Mapping[str, str | Reach] = {
    "doing": "/staff",
    "gaps": "/staff/gaps",
    "gaps-all": "/staff/gaps?state=all",
    "gap": "/staff/gaps/{gap}",
    "answers": "/staff/answers",
    "answer-new": "/staff/answers/new?gap={gap}",
    "answer-refused": refused,
    "answer": "/staff/answers/{draft}",
    "answer-live": "/staff/answers/{live}",
    "coverage": "/staff/coverage",
    "coverage-setting": "/staff/coverage/millbrook",
    "you-asked": "/staff/you-asked",
    "content": "/staff/content",
    "content-contact": contact_open,
    "people": "/staff/people",
    "people-added": new_person,
    "changes": "/staff/changes",
    "staff-error": "/staff/gaps/999999",
}
"""Once somebody has signed in; an address holds the numbers of a `Desk`."""


ALL = (
    *(f"chat {name}" for name in CHAT), *(f"widget {name}" for name in WIDGET),
    *(f"staff {name}" for name in SIGNING_IN), *(f"staff {name}" for name in STAFF),
)  # fmt: skip


def reach(state: str, desk: Desk, page: Page, address: str) -> None:
    """Any state, by its name with the part that it belongs to before it."""
    part, _, name = state.partition(" ")
    how = {"chat": CHAT, "widget": WIDGET, "staff": {**SIGNING_IN, **STAFF}}[part][name]
    if isinstance(how, str):
        page.goto(address + by_desk(how, desk))
    else:
        how(page, address)
