"""What staff typed is never lost, and nothing that would mislead families is taken."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from api.staff.answer_form import AnswerForm
from assistant.london import london_time, london_today
from assistant.types import Context
from signpost.desk import expire_answers, publish_all_answers, publish_answers
from store.curated import LIVE, SOURCE, WITHDRAWN, CuratedAnswer
from store.staff import Role
from store.tables import AuditRow, CuratedRow, GapRow, StaffRow
from tests.api.office import PASSWORD, Office

FORM = {"questions": "is there a pottery class", "text": "Yes, on Fridays.", "title": "Pottery page", "owner": "Pottery team"}
TEAM = {"name": "Team", "role": "", "phone": "01632 960110", "email": "team@larkmere.example", "hours": "Mondays"}


def refused(office: Office, path: str, said: str, **form: object) -> str:
    """Send a form that is refused in plain words; the page with the form that comes back."""
    answer = office.client.post(path, data={"csrf": office.csrf(), **form})
    assert answer.status_code == 422, answer.text
    page = html.unescape(answer.text)
    assert said in page
    assert 'class="problem" role="alert"' in page
    return page


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"questions": "\r\n".join(f"question {n}" for n in range(15))}, "These are 15 questions. Only 12 fit"),
        ({"text": "We do. " * 700}, "The answer has 4,899 letters. Only 4,000 fit"),
        ({"change": "x" * 1200}, "What you changed has 1,200 letters. Only 1,000 fit"),
        ({"questions": "x" * 4001}, "The questions together have 4,001 letters"),
        ({"expires": "Christmas"}, "'Christmas' is not a date"),
        ({"review_by": "soon"}, "'soon' is not a date"),
        ({"questions": ""}, "at least one question"),
    ],
)
@pytest.mark.parametrize("kept", [False, True])
def test_a_refused_answer_is_shown_again_with_all_that_was_typed(
    office: Office, changed: dict[str, str], said: str, kept: bool
) -> None:
    office.sign_in("reviewer")
    form = {**FORM, "review_by": "2027-05-01", **changed}
    page = refused(office, "/staff/answers", said, answer_id=office.answer("") if kept else 0, **form)
    for value in form.values():
        assert value.replace("\r\n", "\n").strip() in page


def test_a_new_line_counts_as_one_letter_as_in_the_browser(office: Office) -> None:
    office.sign_in("reviewer")
    words = "\r\n".join(["x" * 79] * 49 + ["x" * 80])
    assert len(words.replace("\r\n", "\n")) == 4000
    area, form = office.service.assistant.area("larkmere"), AnswerForm(**{**FORM, "text": words})
    assert form.problem(area, form.answer(area, None, None), london_today()) == ""
    assert 'id="text" name="text" rows="8" maxlength="4000"' in office.client.get("/staff/answers/new").text


def test_an_answer_whose_day_is_over_does_not_go_live(office: Office) -> None:
    office.sign_in("reviewer")
    today = london_today()
    number = office.client.post("/staff/answers", data={"csrf": office.csrf(), **FORM, "expires": "2020-01-01"}).url.path
    page = refused(office, f"{number}/approve", "It ended on 1 January 2020: choose a later day, or empty the field.")
    assert "Nobody sees it yet" in page
    form = {**FORM, "answer_id": number.rsplit("/", 1)[1]}
    office.post("/staff/answers", **form, expires=today.isoformat())
    assert "Families see it now" in office.post(f"{number}/approve")
    refused(office, "/staff/answers", "It ended on 1 January 2020", **form, expires="2020-01-01")
    expire_answers(office.workshop, office.desk.curated)
    assert "Families see it now" in office.client.get(number).text
    office.post(f"{number}/withdraw")


def test_an_answer_that_names_nobody_is_the_areas(office: Office) -> None:
    office.sign_in("reviewer")
    number = office.client.post("/staff/answers", data={"csrf": office.csrf(), **FORM, "owner": ""}).url.path.rsplit("/", 1)[1]
    with Session(office.workshop.engine) as session, session.begin():  # as it was kept before
        session.execute(update(CuratedRow).where(CuratedRow.id == int(number)).values(owner=""))
    name = office.service.assistant.area("larkmere").name
    answer = office.desk.curated.get("larkmere", int(number))
    assert answer
    assert answer.owner == answer.document().owner == name


@pytest.mark.parametrize(
    ("key", "changed", "said"),
    [
        ("safeguarding", {"phone": ""}, "it stands on the safety card"),
        ("safeguarding", {"phone": " ", "email": "mash@larkmere.example"}, "it stands on the safety card"),
        ("sendiass", {"name": " ", "role": "Advice"}, "Write a name"),
        ("send_team", {"phone": "", "email": ""}, "no family can reach it"),
        ("send_team", {"phone": "01632 960110 (option 2)"}, "is not a phone number"),
        ("send_team", {"email": "team@larkmere"}, "does not look like an e-mail address"),
    ],
)
def test_a_refused_contact_is_shown_again_as_it_was_typed_and_families_keep_the_old_one(
    office: Office, key: str, changed: dict[str, str], said: str
) -> None:
    office.sign_in("reviewer")
    before = office.service.assistant.area("larkmere").contacts
    form = {**TEAM, "name": "A New Name", **changed}
    page = refused(office, f"/staff/content/contacts/{key}", said, **form)
    open_form = page.split('<details class="person" open>')[1].split("</details>")[0]
    assert f'action="/staff/content/contacts/{key}"' in open_form
    for field, value in form.items():
        assert f'name="{field}" value="{value.strip()}"' in open_form
    office.service.refresh_areas()
    assert office.service.assistant.area("larkmere").contacts == before
    assert page.count('role="alert"') == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"due": "next week"}, "'next week' is not a date"),
        ({"state": "passed", "setting": ""}, "Choose the setting"),
        ({"notes": "y" * 4001}, "The notes have 4,001 letters. Only 4,000 fit"),
    ],
)
def test_a_refused_change_to_a_gap_is_shown_again(office: Office, changed: dict[str, str], said: str) -> None:
    office.sign_in("reviewer")
    gap = office.gap("")
    form = {"state": "assigned", "label": "Pottery", "notes": "Ask the centre.", "due": "2027-01-04", **changed}
    page = refused(office, f"/staff/gaps/{gap}", said, **form)
    for name in ("label", "notes", "due"):
        assert form[name] in page
    assert f'value="{form["state"]}" selected' in page
    kept = office.desk.gaps.get("larkmere", gap)
    assert kept
    assert (kept.state, kept.label, kept.notes, kept.due) == ("new", "", "", None)
    assert "Pottery" in office.post(f"/staff/gaps/{gap}", **{**form, "due": "", "state": "new", "notes": "a\r\nb"})


def test_times_are_those_of_londons_clocks(office: Office) -> None:
    office.sign_in("admin")
    number = office.client.post("/staff/answers", data={"csrf": office.csrf(), **FORM}).url.path
    gap = office.gap("")
    summer = datetime(2026, 7, 1, 23, 30)
    with Session(office.workshop.engine) as session, session.begin():
        what = f"answer {number.rsplit('/', 1)[1]}"
        session.execute(update(AuditRow).where(AuditRow.what == what).values(at=summer))
        session.execute(update(GapRow).where(GapRow.id == gap).values(first=summer, last=summer))
        kept = CuratedRow.id == int(what.removeprefix("answer "))
        session.execute(update(CuratedRow).where(kept).values(updated=summer, approved=summer, state=LIVE))
    assert "on 2 July 2026 at 00:30 by" in office.client.get(number).text
    assert "2026-07-02 00:30" in office.client.get("/staff/changes").text
    assert "on 2 July 2026" in office.client.get(f"/staff/gaps/{gap}").text
    assert "Published on 2 July 2026" in office.client.get("/staff/you-asked?year=2026").text
    answer = office.desk.curated.get("larkmere", int(number.rsplit("/", 1)[1]))
    assert answer
    assert str(answer.document().updated) == "2026-07-02"
    office.desk.curated.set_state(answer.id, WITHDRAWN)
    assert london_time(datetime(2026, 12, 1, 23, 30)).strftime("%d %H:%M") == "01 23:30"
    assert office.desk.today is london_today


def test_an_editor_whose_school_has_left_is_told_so(office: Office) -> None:
    token = office.accounts.add("left@larkmere.example", "Left", Role.EDITOR, "larkmere", "millbrook")
    office.accounts.set_password(token, PASSWORD)
    with Session(office.workshop.engine) as session, session.begin():
        session.execute(update(StaffRow).where(StaffRow.email == "left@larkmere.example").values(setting="gone"))
    office.sign_in("left")
    answer = office.client.get("/staff/coverage")
    assert answer.status_code == 422
    assert "is not in Signpost any more. Ask an administrator" in answer.text
    for path in ("/staff", "/staff/gaps", "/staff/answers", "/staff/answers/new", "/staff/content", "/staff/coverage.csv"):
        assert office.client.get(path).status_code == 200, path


def test_a_link_has_the_address_that_staff_reach(office: Office) -> None:
    office.sign_in("admin")
    form = {"csrf": office.csrf(), "email": "new@larkmere.example", "name": "New", "role": "reviewer"}
    page = office.client.post("/staff/people", data=form, headers={"host": "internal:8000"}).text
    link = re.findall(r"<code>(.*?)</code>", page)[0]
    assert link.startswith(f"{office.workshop.settings.public_address.rstrip('/')}/staff/welcome/")


def test_who_was_removed_and_is_added_again_needs_the_link(office: Office) -> None:
    email = "back@larkmere.example"
    staff = office.accounts.set_password(office.accounts.add(email, "Back", Role.REVIEWER, "larkmere"), PASSWORD)
    assert staff
    office.accounts.add(email, "Back", Role.REVIEWER, "larkmere")  # a new link alone takes nothing away
    assert office.accounts.check_password(email, PASSWORD)
    office.accounts.deactivate(staff.id, "larkmere")
    token = office.accounts.add(email, "Back", Role.REVIEWER, "larkmere")
    assert office.accounts.check_password(email, PASSWORD) is None
    assert office.accounts.set_password(token, PASSWORD)
    assert office.accounts.check_password(email, PASSWORD)


def shown(office: Office, question: str) -> str:
    office.service.refresh()
    return office.service.assistant.answer(question, Context("larkmere")).text


def test_an_answer_that_is_withdrawn_while_another_is_published_stays_away(office: Office) -> None:
    curated, workshop = office.desk.curated, office.workshop
    question = "is there a welding class at the forge"
    kept = curated.save(CuratedAnswer("larkmere", (question,), "Yes, at noon."), "x@y.example")
    curated.set_state(kept.id, LIVE)
    publish_answers(workshop, curated, "larkmere")
    assert "at noon" in shown(office, question)
    curated.set_state(kept.id, WITHDRAWN)
    read, lists = curated.documents, []

    class Slow:
        """As another worker withdraws the answer after the list was read."""

        def documents(self, area: str) -> object:
            lists.append(read(area))
            if len(lists) == 1:
                curated.set_state(kept.id, WITHDRAWN)
            return lists[-1]

    curated.set_state(kept.id, LIVE)
    publish_answers(workshop, Slow(), "larkmere")  # type: ignore[arg-type]
    assert kept.document_id not in dict(workshop.store.document_digests("larkmere", SOURCE))
    assert "at noon" not in shown(office, question)


def test_what_a_process_that_died_left_is_mended_within_the_minute(office: Office) -> None:
    curated, workshop = office.desk.curated, office.workshop
    kept = curated.save(CuratedAnswer("larkmere", ("is there a glass blowing class",), "Yes."), "x@y.example")
    stale = [replace(kept, state=LIVE).document()]
    workshop.ingester().ingest_documents("larkmere", SOURCE, stale)  # it died after that, or had an old list
    for task in office.service.tasks:
        task()
    assert kept.document_id not in dict(workshop.store.document_digests("larkmere", SOURCE))
    curated.set_state(kept.id, LIVE)
    publish_all_answers(workshop, curated)
    assert kept.document_id in dict(workshop.store.document_digests("larkmere", SOURCE))
    after = workshop.store.scopes()
    publish_all_answers(workshop, curated)
    assert workshop.store.scopes() == after  # nothing to do costs nothing
    curated.set_state(kept.id, WITHDRAWN)
    publish_all_answers(workshop, curated)
