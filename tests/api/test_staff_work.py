"""What a reviewer, a school's SENCO and an administrator do on the screens, from a gap to the reports."""

from __future__ import annotations

import csv
import html
import io
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, delete, event
from sqlalchemy.orm import Session

from signpost.desk import expire_answers
from signpost.wiring import Workshop
from store.content import DatabaseContent
from store.curated import LIVE, CuratedAnswer
from store.sources import SourceChecks
from store.tables import CountRow, ScopeRow
from tests.api.office import Office

HOLIDAY = (
    "is there a play scheme at easter with one to one help",
    "easter play scheme with 1:1 help?",
    "play scheme at easter with one to one",
)
ANSWER = {
    "questions": HOLIDAY[0],
    "text": "Yes. The Easter play scheme has one to one help. Ring 01632 960100.",
    "title": "Play schemes",
}


@pytest.fixture
def on(office: Office) -> Iterator[Office]:
    """The office, with its day given back after a test that changes it."""
    service = office.client.app.state.service  # type: ignore[attr-defined]
    yield office
    office.client.app.state.service = service  # type: ignore[attr-defined]


def on_day(office: Office, day: date) -> None:
    service = office.service
    assert service.desk
    office.client.app.state.service = replace(service, desk=replace(service.desk, today=lambda: day))  # type: ignore[attr-defined]


def main_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.split('<main id="main">')[1]))


def write(office: Office, **form: str) -> str:
    """Write an answer; the address of its page."""
    answer = office.client.post("/staff/answers", data={"csrf": office.csrf(), **ANSWER, **form})
    assert answer.status_code == 200, answer.text
    return str(answer.url.path)


def test_a_gap_that_is_passed_to_a_setting_is_answered_by_its_senco(office: Office) -> None:
    gap = office.ask(*HOLIDAY)
    office.sign_in("editor")
    assert HOLIDAY[0] not in office.client.get("/staff/gaps?state=all").text
    office.sign_in("reviewer")
    refused = office.client.post(f"/staff/gaps/{gap}", data={"csrf": office.csrf(), "state": "passed", "setting": ""})
    assert "Choose the setting" in refused.text
    assert "Passed to a setting" in office.post(f"/staff/gaps/{gap}", state="passed", setting="millbrook")
    office.sign_in("editor")
    assert f"/staff/gaps/{gap}" in office.client.get("/staff/gaps").text  # it is what waits for her
    form = office.client.get(f"/staff/answers/new?gap={gap}").text
    assert HOLIDAY[1] in form
    assert 'name="setting" value="millbrook"' in form
    address = write(office, setting="millbrook", gap=str(gap))
    assert "Families see it now" in office.post(f"{address}/approve")
    assert f"/staff/gaps/{gap}" not in office.client.get("/staff/gaps").text
    reply = office.client.post("/api/v1/areas/larkmere/ask", json={"text": HOLIDAY[2], "setting": "millbrook"}).json()
    assert "01632 960100" in reply["text"]
    assert "01632 960100" not in office.client.post("/api/v1/areas/larkmere/ask", json={"text": HOLIDAY[2]}).json()["text"]
    office.post(f"{address}/withdraw")


def test_what_was_passed_to_a_setting_stays_there(office: Office) -> None:
    words = ("who mends the sensory room lights", "who mends the lights of the sensory room")
    gap = office.ask(words[0])
    office.desk.gaps.change(gap, state="passed", setting="millbrook")
    assert office.ask(words[1], setting="kestrel") != gap  # another school's question is not shown to this one
    assert office.ask(words[1], setting="millbrook") == gap
    assert office.ask(words[0]) == gap


def test_the_words_of_fewer_than_three_people_are_shown_nowhere(office: Office) -> None:
    words = ("can our boy with the red wheelchair join sailing", "can our boy with a red wheelchair do sailing")
    gap = office.ask(*words)
    office.sign_in("reviewer")
    for path in (
        "/staff/gaps",
        "/staff/gaps?state=all",
        f"/staff/gaps/{gap}",
        f"/staff/answers/new?gap={gap}",
        "/staff/asked.csv",
    ):
        assert "red wheelchair" not in office.client.get(path).text, path
    assert "words hidden" in office.client.get("/staff/gaps").text
    assert "red wheelchair" not in office.client.get(office_answer(office, gap)).text
    office.ask("can my boy with his red wheelchair join sailing")
    assert "red wheelchair" in office.client.get(f"/staff/gaps/{gap}").text


def office_answer(office: Office, gap: int) -> str:
    """An answer to a gap: its preview must not tell the words either."""
    return write(office, questions="is there sailing for wheelchair users", text="Yes.", gap=str(gap))


def test_one_person_who_asks_three_times_is_not_three(office: Office) -> None:
    gap = office.ask("where is the yellow gate", "where is that yellow gate", "where is a yellow gate", asker="one")
    office.sign_in("reviewer")
    assert "yellow gate" not in office.client.get(f"/staff/gaps/{gap}").text


@pytest.mark.parametrize(("area", "setting"), [("elsewhere", ""), ("larkmere", "kestrel"), ("larkmere", "")])
def test_an_answer_reaches_no_gap_of_another_area_or_setting(office: Office, area: str, setting: str) -> None:
    gap = office.gap(setting, area=area)
    office.sign_in("editor")
    assert office.client.get(f"/staff/answers/new?gap={gap}").status_code == 404
    for act in ("try", "save"):
        form = {"csrf": office.csrf(), **ANSWER, "setting": "millbrook", "gap": str(gap), "act": act}
        refused = office.client.post("/staff/answers", data=form)
        assert refused.status_code == 404
        assert "made up question" not in refused.text
    sandpit = CuratedAnswer("larkmere", ("is there a sandpit",), "Yes.", "millbrook", gap=gap)
    kept = office.desk.curated.save(sandpit, "x@y.example")
    address = f"/staff/answers/{kept.id}"
    assert "made up question" not in office.client.get(address).text
    changed = {"questions": "is there a sandpit", "text": "Yes, one.", "setting": "millbrook"}
    assert "made up question" not in office.post("/staff/answers", answer_id=kept.id, **changed)
    assert "made up question" not in office.post(f"{address}/approve")
    assert office.desk.gaps.get(area, gap).state == "new"  # type: ignore[union-attr]
    office.post(f"{address}/withdraw")


def test_an_answer_to_a_gap_that_was_merged_closes_the_one_that_took_it_in(office: Office) -> None:
    kept, taken = office.gap(""), office.gap("")
    office.sign_in("reviewer")
    address = write(office, questions="is there a maypole", gap=str(taken))
    office.post(f"/staff/gaps/{kept}/merge", other=taken)
    assert "made up question" in office.client.get(address).text
    office.post(f"{address}/approve")
    assert office.desk.gaps.get("larkmere", kept).state == "answered"  # type: ignore[union-attr]
    office.post(f"{address}/withdraw")


def test_the_gap_pages_ask_for_the_words_of_all_gaps_at_once(office: Office) -> None:
    gap = office.gap("")
    office.sign_in("reviewer")
    before = [words_asked_for(office, path) for path in ("/staff/gaps", f"/staff/gaps/{gap}")]
    for _ in range(3):
        office.gap("")
    assert [words_asked_for(office, path) for path in ("/staff/gaps", f"/staff/gaps/{gap}")] == before


def words_asked_for(office: Office, path: str) -> int:
    """How many queries for the words of questions a page makes."""
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    engine: Engine = office.workshop.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert office.client.get(path).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return sum("unanswered.text" in each and "unanswered.vector" not in each for each in said)  # clustering reads whole rows


def test_gaps_are_made_one_and_taken_apart(office: Office) -> None:
    first, second = office.gap(""), office.gap("millbrook")
    office.sign_in("reviewer")
    page = main_of(office.post(f"/staff/gaps/{first}/merge", other=second))
    assert "6 people asked this" in page
    assert str(office.client.get(f"/staff/gaps/{second}").url).endswith(f"/{second}")
    assert "6 people asked this" in main_of(office.client.get(f"/staff/gaps/{second}").text)  # an old address still leads there
    ticked = [number for number, _ in office.desk.gaps.question_rows(first)][:3]
    assert "3 people asked this" in main_of(office.post(f"/staff/gaps/{first}/split", question=ticked))
    assert "3 people asked this" in main_of(office.client.get(f"/staff/gaps/{first}").text)
    assert "at least one" in office.client.post(f"/staff/gaps/{first}/split", data={"csrf": office.csrf()}).text


def test_gaps_whose_words_are_hidden_can_be_told_apart_before_they_are_made_one(office: Office) -> None:
    kept, near, far = office.gap(""), office.gap("", people=2), office.gap("millbrook", people=1)
    office.sign_in("reviewer")
    page = office.client.get(f"/staff/gaps/{kept}").text
    assert f'<option value="{near}">About: something else (2 people, last on 3 November 2026)</option>' in page
    about = "About: something else (1 person, last on 3 November 2026, Millbrook Primary School)"
    assert f'<option value="{far}">{about}</option>' in page


def test_each_setting_can_have_a_gap_of_its_own(office: Office) -> None:
    gap = office.ask("do you have a therapy dog", setting="millbrook")
    assert office.ask("do you have a therapy dog in school", setting="kestrel") == gap
    assert office.ask("is there a therapy dog", setting="kestrel") == gap
    office.sign_in("reviewer")
    assert "Which settings it is about" in office.client.get(f"/staff/gaps/{gap}").text
    office.post(f"/staff/gaps/{gap}/settings")
    found = {each.setting for each in office.desk.gaps.all("larkmere") if each.questions < 3 and each.id >= gap}
    assert {"millbrook", "kestrel"} <= found
    assert office.ask("do you have a therapy dog", setting="kestrel") == gap  # the most asked about kept it
    office.sign_in("editor")
    assert office.client.get(f"/staff/gaps/{gap}").status_code == 404


def test_the_preview_is_what_families_will_get(office: Office) -> None:
    office.sign_in("reviewer")
    asked = "How much is a session at the Otters Saturday club?"
    address = write(office, questions=f"{asked}\nwho plays the bagpipes", text="It is £7 a session from January.")
    page = main_of(office.client.get(address).text)
    assert "It is £7 a session from January." in page.split("How it will look")[1]
    assert "this answer wins over that page" in page
    assert "£7" not in office.client.post("/api/v1/areas/larkmere/ask", json={"text": asked}).json()["text"]
    office.post(f"{address}/approve")
    reply = office.client.post("/api/v1/areas/larkmere/ask", json={"text": asked}).json()
    assert reply["text"] == "It is £7 a session from January."
    assert reply["citations"][0]["title"] == "Play schemes"
    office.post(f"{address}/withdraw")


def test_an_answer_meets_its_own_wording_whatever_the_page_is_called_that_it_is_from(office: Office) -> None:
    office.sign_in("reviewer")
    for title in ("Play schemes", "Minutes of the pool committee, 3 May", ""):
        address = write(office, questions="what is SEN support", title=title, text="It is help from the school. There is a plan.")
        office.post(f"{address}/approve")
        reply = office.client.post("/api/v1/areas/larkmere/ask", json={"text": "what is SEN support"}).json()
        assert (reply["kind"], reply["text"]) == ("answer", "It is help from the school. There is a plan.")
        assert reply["probability"] > 0.6
        office.post(f"{address}/withdraw")


def test_the_parts_of_pages_that_an_answer_wins_over_are_named(office: Office) -> None:
    office.sign_in("reviewer")
    page = main_of(
        office.client.get(write(office, questions="what is SEN support", text="Extra help in school.", title="SEN support")).text
    )
    told = page.split("These pages have a part on the same thing")[1]
    assert "What is SEN support?" in told


def test_an_answer_that_contradicts_the_law_is_told_so_before_it_is_live(office: Office) -> None:
    office.sign_in("reviewer")
    words = "We tell you within 9 weeks whether we will assess your child."
    page = main_of(office.client.get(write(office, questions="how soon do we hear about the assessment", text=words)).text)
    assert "The law comes first: How soon must the council say if it will assess?" in page


def test_a_change_to_a_live_answer_can_be_tried_first(office: Office) -> None:
    office.sign_in("reviewer")
    address = write(office, questions="is there a drumming class", text="Yes, on Mondays.")
    office.post(f"{address}/approve")
    number = address.rsplit("/", 1)[1]
    form = {"answer_id": number, "questions": "is there a drumming class", "text": "Yes, on Tuesdays."}
    page = office.post("/staff/answers", act="try", **form)
    assert "It is not kept yet" in page
    assert "Yes, on Tuesdays." in page.split("How it will look")[1]
    ask = {"text": "is there a drumming class"}
    assert office.client.post("/api/v1/areas/larkmere/ask", json=ask).json()["text"] == "Yes, on Mondays."
    office.post("/staff/answers", act="save", **form)
    assert office.client.post("/api/v1/areas/larkmere/ask", json=ask).json()["text"] == "Yes, on Tuesdays."
    history = main_of(office.client.get(address).text).split("History")[1]
    assert "Text was: Yes, on Mondays." in history
    assert history.index("Written") < history.index("Approved")  # the newest first
    office.post(f"{address}/withdraw")


def test_a_gap_is_open_again_when_its_answer_is_withdrawn_or_ends(office: Office) -> None:
    gap = office.gap("")
    office.sign_in("reviewer")
    address = write(office, questions="is there a juggling class", gap=str(gap))
    office.post(f"{address}/approve")
    assert office.desk.gaps.get("larkmere", gap).state == "answered"  # type: ignore[union-attr]
    office.post(f"{address}/withdraw")
    assert office.desk.gaps.get("larkmere", gap).state == "new"  # type: ignore[union-attr]
    assert office.client.post(f"{address}/withdraw", data={"csrf": office.csrf()}).status_code == 422
    office.post(f"{address}/approve")
    live = office.desk.curated.get("larkmere", int(address.rsplit("/", 1)[1]))
    assert live
    office.desk.curated.save(replace(live, expires=date.today() - timedelta(days=2)), "x@y.example")  # two days go by
    expire_answers(office.workshop, office.desk.curated)  # the service does it itself once a minute, perhaps just now
    office.service.refresh()
    assert office.desk.gaps.get("larkmere", gap).state == "new"  # type: ignore[union-attr]
    assert "Ended, because its day came" in office.client.get(address).text
    reply = office.client.post("/api/v1/areas/larkmere/ask", json={"text": "is there a juggling class"}).json()
    assert "01632 960100" not in reply["text"]


@pytest.mark.parametrize("address", ["gaps/99999999999999999999999", "answers/99999999999999999999999", "gaps/first"])
def test_a_number_that_no_row_can_have_is_a_page_that_is_not_there(office: Office, address: str) -> None:
    office.sign_in("reviewer")
    page = office.client.get(f"/staff/{address}")
    assert page.status_code == 404
    assert "There is no page at this address." in page.text


def test_why_a_near_page_was_not_shown_is_told_in_plain_words(office: Office) -> None:
    gap = office.ask(
        *(f"how much is the parking permit at the {word} youth club for a blue badge" for word in ("", "new", "old"))
    )
    office.sign_in("reviewer")
    page = main_of(office.client.get(f"/staff/gaps/{gap}").text)
    assert "What came nearest, and why it was not shown" in page
    assert "It says nothing of: " in page or "It does not tell what it costs" in page


def test_a_senco_confirms_the_own_contact_and_families_get_it(office: Office) -> None:
    office.sign_in("editor")
    page = main_of(office.client.get("/staff/content").text)
    assert "Millbrook" in page
    assert "Kestrel" not in page
    fresh = {
        "name": "Ngozi Hart",
        "role": "SENCO",
        "phone": "01632 960177",
        "email": "senco@millbrook.example",
        "hours": "Mondays",
    }
    saved = main_of(office.post("/staff/content/contacts/millbrook", **fresh))
    assert "Ngozi Hart" in saved
    assert "Seen in: confirmed by staff" in saved
    nobody = office.client.post("/staff/content/contacts/millbrook", data={"csrf": office.csrf(), "name": "Ngozi Hart"})
    assert "no family can reach it" in nobody.text
    form = {"csrf": office.csrf(), **fresh, "email": "jos\u00e9@millbrook.example"}
    odd = office.client.post("/staff/content/contacts/millbrook", data=form)
    assert odd.status_code == 422
    assert "jos\u00e9@millbrook.example" in main_of(odd.text)
    assert "plain letters (a to z)" in main_of(odd.text)
    ask = {"text": "How many children are on the SEN register?", "setting": "millbrook"}
    assert office.client.post("/api/v1/areas/larkmere/ask", json=ask).json()["contacts"][0]["phone"] == "01632 960177"


def test_a_contact_that_another_process_changes_reaches_this_one(office: Office) -> None:
    ask = {"text": "How many children are on the SEN register?", "setting": "kestrel"}

    def phone() -> str:
        return str(office.client.post("/api/v1/areas/larkmere/ask", json=ask).json()["contacts"][0]["phone"])

    before, other = phone(), Workshop(office.workshop.settings)
    area = next(each for each in other.store.areas() if each.slug == "larkmere")
    kestrel = next(each for each in area.settings if each.slug == "kestrel").contact
    for change in ("01632 960166", before):
        DatabaseContent(other.engine).save_contact("larkmere", "kestrel", replace(kestrel, phone=change))
        office.service.refresh()
        assert phone() == change
    other.store.save_area(replace(area, name="Larkmere Borough Council (fictional)"))
    office.service.refresh()
    assert office.service.assistant.area("larkmere").name == "Larkmere Borough Council (fictional)"
    other.store.save_area(area)
    office.service.refresh()


def test_looking_for_new_content_goes_on_after_any_error(office: Office) -> None:
    watching = [each for each in threading.enumerate() if each.name == "_watch"]
    with Session(office.workshop.engine) as session, session.begin():
        session.add(ScopeRow(scope="nowhere/at/all", version=1))
    time.sleep(1.5)
    with Session(office.workshop.engine) as session, session.begin():
        session.execute(delete(ScopeRow).where(ScopeRow.scope == "nowhere/at/all"))
    assert watching
    assert all(each.is_alive() for each in watching)


@pytest.mark.parametrize("phone", ['0" onclick="alert(1)', "ring us", "01632 960177 or 960178", "01632 960177 ext 3", "960177"])
def test_a_phone_that_is_none_is_refused(office: Office, phone: str) -> None:
    office.sign_in("editor")
    refused = office.client.post("/staff/content/contacts/millbrook", data={"csrf": office.csrf(), "phone": phone})
    assert refused.status_code == 422
    assert f"'{phone}' is not a phone number: write one, with its area code, as 01632 960100." in html.unescape(refused.text)


@pytest.mark.parametrize("phone", ["01632 960177", "+44 (0)1632 960177", "01632 960177 (Mondays)", "111"])
def test_a_phone_is_taken_as_it_is_written(office: Office, phone: str) -> None:
    office.sign_in("editor")
    assert f'value="{phone}"' in office.post("/staff/content/contacts/millbrook", phone=phone)


def test_a_phone_can_do_no_harm_in_the_snippet_that_schools_paste(office: Office) -> None:
    setting = next(each for each in office.service.assistant.area("larkmere").settings if each.slug == "millbrook")
    office.desk.content.save_contact("larkmere", "millbrook", replace(setting.contact, phone='0" onclick="alert(1)'))
    office.service.refresh_areas()
    snippet = html.unescape(office.client.get("/larkmere/embed?setting=millbrook").text)
    assert '<a href="tel:01">0&quot; onclick=&quot;alert(1)</a>' in snippet
    office.desk.content.save_contact("larkmere", "millbrook", setting.contact)
    office.service.refresh_areas()


def test_a_letter_that_can_not_arrive_is_discarded_and_the_log_says_so(on: Office) -> None:
    letter = on.letter()
    on.sign_in("reviewer")
    page = on.client.get("/staff/content").text
    assert f'action="/staff/content/letters/{letter}/discard"' in page
    assert "no such mailbox" in page
    assert "Hand-overs that need a look" not in on.post(f"/staff/content/letters/{letter}/discard")
    on.sign_in("admin")
    changes = main_of(on.client.get("/staff/changes").text)
    assert "discard" in changes
    assert f"letter {letter}" in changes


def test_september_asks_for_every_contact_again(on: Office) -> None:
    on.sign_in("reviewer")
    for day, told in ((date(2027, 8, 31), False), (date(2027, 9, 1), True), (date(2027, 11, 1), False)):
        on_day(on, day)
        assert ("It is a new school year" in on.client.get("/staff/content").text) is told
    on_day(on, date(2027, 9, 1))
    assert "before this school year" in on.client.get("/staff/content").text


def test_what_was_asked_and_not_answered_is_counted_by_local_offer_heading(office: Office) -> None:
    office.ask(
        *(f"can the school bus drop my child at {place}" for place in ("grandma", "the park", "the shop", "nan", "work", "home"))
    )
    office.sign_in("reviewer")
    rows = list(csv.DictReader(io.StringIO(office.client.get("/staff/asked.csv").text.lstrip("\ufeff"))))
    headings = {row["item"]: row for row in rows}
    assert len([item for item in headings if item.startswith("L2.")]) == 15
    assert int(headings["L2.TRAVEL"]["people"]) >= 6
    assert headings["L2.TRAVEL"]["wording"] == "Travel to nursery, school and college"
    page = main_of(office.client.get("/staff/coverage").text)
    assert "Asked, but not answered" in page


def test_names_are_shown_and_not_slugs(office: Office) -> None:
    number = office.answer("larkmere-college")
    gap = office.gap("larkmere-college")
    office.sign_in("admin")
    college = next(each.name for each in office.service.assistant.area("larkmere").settings if each.slug == "larkmere-college")
    for path in ("/staff/answers", "/staff/gaps?state=all", f"/staff/gaps/{gap}", f"/staff/answers/{number}"):
        assert college in main_of(office.client.get(path).text), path
    assert "Millbrook" in main_of(office.client.get("/staff/people").text)


def test_the_alarm_tells_when_families_are_less_helped_than_was_measured(office: Office) -> None:
    office.sign_in("reviewer")
    assert "Please look at this" not in office.client.get("/staff").text
    with Session(office.workshop.engine) as session, session.begin():
        for kind, number in (("helpful", 3000), ("unhelpful", 17_000)):  # many: the data folder may have been used
            session.merge(
                CountRow(day=date.today(), area="larkmere", setting="", audience="parent", kind=kind, topic="", number=number)
            )
    assert "Of 100 answers that families rated, 85 did not help." in main_of(office.client.get("/staff").text)


def test_the_yearly_report_hides_small_numbers_and_drafts(office: Office) -> None:
    office.sign_in("reviewer")
    gap = office.gap("", people=4)
    address = write(office, questions="is there an origami class", change="We began one.", gap=str(gap), text="=Yes, on Fridays.")
    for path in ("/staff/you-asked", "/staff/you-asked.html", "/staff/you-asked.csv"):
        assert "origami" not in office.client.get(path).text  # not published yet
    office.post(f"{address}/approve")
    for path in ("/staff/you-asked", "/staff/you-asked.html", "/staff/you-asked.csv"):
        told = office.client.get(path).text
        assert "origami" in told
        assert "We began one." in told
        assert "fewer than 5" in told
        assert "made up question" not in told
    assert "'=Yes, on Fridays." in office.client.get("/staff/you-asked.csv").text
    assert office.client.get("/staff/you-asked?year=1066").status_code == 422


def test_no_cell_of_a_saved_table_is_a_formula(office: Office) -> None:
    office.sign_in("reviewer")
    kept = office.desk.curated.save(CuratedAnswer("larkmere", ("is there a kiln",), "\r=1+1"), "x@y.example")
    office.desk.curated.set_state(kept.id, LIVE)
    assert "'\r=1+1" in office.client.get("/staff/you-asked.csv").text
    office.post(f"/staff/answers/{kept.id}/withdraw")


def test_a_website_is_taken_in_without_a_known_end(office: Office) -> None:
    office.sign_in("admin")
    checks, source = SourceChecks(office.workshop.engine), "website::https://localoffer.larkmere.example/send"
    checks.begin("larkmere", source, "pack", 0)
    checks.step("larkmere", source, 3, 0)
    page = office.client.get("/staff/content").text
    assert "Website https://localoffer.larkmere.example/send" in main_of(page)
    assert "Being taken in: 3 read" in main_of(page)
    assert not re.search(r'<progress id="bar-\d+" value', page)  # the bar moves, and says nothing of an end
    checks.forget("larkmere", source)
