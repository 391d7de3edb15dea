"""What happens while a form is open: somebody else changes the same thing, or the session ends."""

from __future__ import annotations

import html
import re

import pytest

from api.staff.answer_form import MOST_WORDS
from knowledge.split import split
from store.curated import CuratedAnswer
from tests.api.office import Office

FORM = {"questions": "is there a basketry class", "text": "Yes, on Fridays.", "title": "Basketry page", "owner": "Basketry team"}


def seen(office: Office, path: str, action: str = "") -> str:
    """The mark in the form of a page that is open, or in its form that goes to `action`."""
    page = office.client.get(path).text.partition(f'action="{action}"' if action else "<main")[2]
    return re.findall(r'name="seen" value="(.*?)"', page)[0]


def send(office: Office, path: str, status: int, **form: object) -> str:
    answer = office.client.post(path, data={"csrf": office.csrf(), **form})
    assert answer.status_code == status, answer.text
    return html.unescape(answer.text)


def signed_out(office: Office, path: str, form: dict[str, str]) -> dict[str, str]:
    """Send `form` after the session has ended; the fields that the page keeps, for the same address."""
    office.client.cookies.clear()
    page = office.client.post(path, data=form)
    assert page.status_code == 401
    assert "What you wrote is not kept yet, but it is not lost" in page.text
    assert f'<form method="post" action="{path}">' in page.text
    hidden = re.findall(r'hidden" name="(\w+)" value="(.*?)"', page.text, re.DOTALL)
    return {name: html.unescape(value) for name, value in hidden}


def test_nobody_puts_half_an_answer_live_because_another_approved_it_meanwhile(office: Office) -> None:
    office.sign_in("reviewer")
    number = office.answer("")
    form = {**FORM, "answer_id": number, "seen": seen(office, f"/staff/answers/{number}")}
    office.post(f"/staff/answers/{number}/approve")
    page = send(office, "/staff/answers", 422, **{**form, "text": "Half a sen"})
    assert "Somebody else changed this while you had it open" in page
    assert "Half a sen</textarea>" in page
    kept = office.desk.curated.get("larkmere", number)
    assert kept
    assert kept.text == "Yes."
    fresh = re.findall(r'name="seen" value="(.*?)"', page)[0]
    send(office, "/staff/answers", 200, **{**form, "seen": fresh})  # read, and sent once more
    send(office, "/staff/answers", 200, **form)  # the same once more, as by a second press, changes nothing
    office.post(f"/staff/answers/{number}/withdraw")


def test_what_is_approved_is_what_was_read(office: Office) -> None:
    office.sign_in("reviewer")
    number = office.answer("")
    read = seen(office, f"/staff/answers/{number}", f"/staff/answers/{number}/approve")
    office.post("/staff/answers", **FORM, answer_id=number)
    page = send(office, f"/staff/answers/{number}/approve", 422, seen=read)
    assert "Read it below as it is now" in page
    assert "Nobody sees it yet" in page
    assert "Yes, on Fridays." in page
    fresh = re.findall(r'name="seen" value="(.*?)"', page)[-1]
    assert "Families see it now" in send(office, f"/staff/answers/{number}/approve", 200, seen=fresh)
    assert "Families see it now" in send(office, f"/staff/answers/{number}/approve", 200, seen=fresh)  # a second press
    assert [each.action for each in office.desk.audit.lines("larkmere", what=f"answer {number}")].count("approve answer") == 1
    office.post(f"/staff/answers/{number}/withdraw")


def test_nobody_wipes_out_what_another_wrote_to_a_gap(office: Office) -> None:
    office.sign_in("reviewer")
    gap = office.gap("")
    read = seen(office, f"/staff/gaps/{gap}")
    office.post(f"/staff/gaps/{gap}", state="assigned", owner="reviewer@larkmere.example", notes="Rang the centre.")
    page = send(office, f"/staff/gaps/{gap}", 422, state="new", label="Baskets", seen=read)
    assert "Somebody else changed this" in page
    assert 'value="Baskets"' in page
    kept = office.desk.gaps.get("larkmere", gap)
    assert kept
    assert (kept.state, kept.notes, kept.label) == ("assigned", "Rang the centre.", "")


def test_nobody_brings_a_wrong_number_back_by_confirming_an_old_page(office: Office) -> None:
    office.sign_in("editor")
    path = "/staff/content/contacts/millbrook"
    read = seen(office, "/staff/content", path)
    old = {"name": "Ruth Abara", "role": "SENCO", "phone": "01632 960132", "email": "senco@millbrook.example.org"}
    office.post(path, **{**old, "phone": "01632 960155"})
    assert "Somebody else changed this" in send(office, path, 422, **old, seen=read)
    mine = next(each for each in office.service.assistant.area("larkmere").settings if each.slug == "millbrook")
    assert mine.contact.phone == "01632 960155"
    office.post(path, **old, seen=seen(office, "/staff/content", path))


def test_an_answer_outlives_the_session_that_it_was_written_in(office: Office) -> None:
    office.sign_in("reviewer")
    form = {
        **FORM,
        "questions": "is there a lace class",
        "text": 'Two lines,\n"quoted" & <b>.',
        "review_by": "2027-01-02",
        "csrf": office.csrf(),
    }
    given = signed_out(office, "/staff/answers", form)
    assert given == {name: value for name, value in form.items() if name != "csrf"}
    office.sign_in("reviewer")
    page = office.client.post("/staff/answers", data=given)
    assert page.status_code == 422
    assert "You have signed in again since" in page.text
    assert html.unescape(page.text).count(form["text"]) == 1
    assert 'value="2027-01-02"' in page.text
    assert "lace class" not in office.client.get("/staff/answers").text
    office.sign_in("editor")
    assert office.client.post("/staff/answers", data=given).status_code == 404  # the whole area is not theirs
    assert office.client.post("/staff/answers/1/approve", data={}).status_code == 403


def test_what_was_written_to_a_gap_outlives_the_session(office: Office) -> None:
    office.sign_in("reviewer")
    path = f"/staff/gaps/{office.gap('')}"
    form = {
        "csrf": office.csrf(),
        "state": "assigned",
        "label": "Lace",
        "notes": "Rang the <centre>.",
        "seen": seen(office, path),
    }
    given = signed_out(office, path, form)
    office.sign_in("reviewer")
    page = send(office, path, 422, **given, csrf="")
    assert "You have signed in again since" in page
    assert 'value="Lace"' in page
    assert "Rang the <centre>.</textarea>" in page
    assert "Rang the" not in html.unescape(office.client.get(path).text)
    send(office, path, 200, **given)
    assert "Rang the <centre>." in html.unescape(office.client.get(path).text)


@pytest.mark.parametrize(
    ("role", "path", "form"),
    [
        ("editor", "/staff/content/contacts/millbrook", {"name": "Ola Mensah", "role": "SENCO", "phone": "01632 960188"}),
        ("admin", "/staff/people", {"name": "Ola Mensah", "email": "ola@larkmere.example", "role": "reviewer"}),
    ],
)
def test_a_contact_and_an_account_outlive_the_session(office: Office, role: str, path: str, form: dict[str, str]) -> None:
    office.sign_in(role)
    given = signed_out(office, path, form)
    assert given == form
    office.sign_in(role)
    page = send(office, path, 422, **given, csrf="")
    assert "You have signed in again since" in page
    assert [each for each in form.values() if f'value="{each}"' not in page] == []
    assert "Ola Mensah" not in office.client.get(path.partition("/contacts")[0]).text


def test_a_button_alone_leads_to_the_page_to_sign_in(office: Office) -> None:
    office.sign_in("reviewer")
    number = office.answer("")
    office.client.cookies.clear()
    page = office.client.post(f"/staff/answers/{number}/approve", data={"seen": "1"})
    assert page.url.path == "/staff/sign-in"
    kept = office.desk.curated.get("larkmere", number)
    assert kept
    assert kept.state == "draft"


def test_families_get_all_of_an_answer_or_it_is_refused(office: Office) -> None:
    office.sign_in("reviewer")
    page = send(office, "/staff/answers", 422, **{**FORM, "text": "word " * (MOST_WORDS + 1)})
    assert f"The answer has {MOST_WORDS + 1} words. Families get {MOST_WORDS} at most" in page
    longest = CuratedAnswer("larkmere", ("is there a basketry class",), "word. " * MOST_WORDS).document()
    assert len(split(longest.heads, longest.body)) == 1
    old = office.desk.curated.save(CuratedAnswer("larkmere", ("is there a bus",), "word " * 200), "x@y.example")
    assert "make it shorter" in send(office, f"/staff/answers/{old.id}/approve", 422)


@pytest.mark.parametrize("heading", ["# Costs", " ## Costs", "###\u00a0Costs"])
def test_a_heading_does_not_cut_an_answer_in_two(heading: str) -> None:
    answer = CuratedAnswer("larkmere", ("is there a basketry class",), f"On Fridays.\n{heading}\nIt is free. #SEND")
    found = split(answer.document().heads, answer.document().body)
    assert [re.sub(r"\s+", " ", piece.text) for piece in found] == ["On Fridays. Costs It is free. #SEND"]


def test_an_account_needs_an_address_that_mail_can_reach(office: Office) -> None:
    office.sign_in("admin")
    page = send(office, "/staff/people", 422, email="jo smith@larkmere", name="Jo", role="editor", setting="kestrel")
    assert "'jo smith@larkmere' is not an e-mail address." in page
    typed = ('value="jo smith@larkmere"', 'value="Jo"', '<option value="editor" selected>', '<option value="kestrel" selected>')
    assert [each for each in typed if each not in page] == []
