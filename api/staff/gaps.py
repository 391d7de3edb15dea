"""The inbox: what families asked and were not told, in clusters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException
from fastapi.responses import Response

from api.forms import typed_lines
from api.staff.session import Id, PostingDep, Signed, SignedDep, TooOldDep, as_seen, go, overtaken
from assistant.contacts import setting_of
from assistant.types import Audience, Context
from assistant.why_not import why_not
from store.gaps import FEWEST_PEOPLE, OPEN_STATES, STATES, TO_DO_STATES, Gap
from store.reports import shown

router = APIRouter(prefix="/staff/gaps", include_in_schema=False)
_MOST_NEAR = 3
_MOST_SHOWN = 200
_MOST_OTHERS = 100
MOST_NOTES = 4000
TO_DO = "to_do"
STATE_NAMES = {
    "new": "New", "assigned": "Assigned", "answered": "Answered", "passed": "Passed to a setting", "not_for_us": "Not for us",
}  # fmt: skip


@router.get("")
def inbox(signed: SignedDep, state: str = TO_DO) -> Response:
    """The clusters in one state, the most pressing first; to begin with, those that somebody has to do something about."""
    signed.needs("gaps")
    signed.desk.gaps.cluster()
    chosen = state if state in (*STATES, "all") else TO_DO
    states = _to_do(signed) if chosen == TO_DO else () if chosen == "all" else (chosen,)
    gaps = signed.desk.gaps.all(signed.staff.area, signed.setting, states, _MOST_SHOWN)
    names = {gap.id: label_of(signed, gap) for gap in gaps}
    totals = signed.desk.gaps.totals(signed.staff.area, signed.setting)
    found = sum(number for each, number in totals.items() if not states or each in states)
    totals[TO_DO] = sum(totals.get(each, 0) for each in _to_do(signed))
    return signed.page(
        "gaps.html", gaps=gaps, more=max(found - len(gaps), 0), names=names, state=chosen,
        states=STATE_NAMES, totals=totals, fewest=FEWEST_PEOPLE, setting_name=signed.setting_name, today=signed.desk.today(),
        people={each.email: each.name for each in signed.desk.accounts.everyone(signed.staff.area)},
    )  # fmt: skip


@router.get("/{gap_id}")
def one(signed: SignedDep, gap_id: Id) -> Response:
    """One cluster: its questions, what was near, and what can be done."""
    return _shown(signed, _gap(signed, gap_id))


def _shown(signed: Signed, gap: Gap, typed: Mapping[str, str] | None = None, problem: str = "") -> Response:
    """The page. `problem`: why the change that was `typed` was refused."""
    questions = signed.desk.gaps.question_rows(gap.id)
    near = _near(signed, gap, questions[0][1]) if questions else []
    pressing = signed.desk.gaps.all(signed.staff.area, signed.setting, most=_MOST_OTHERS + 1)
    others = [(each, label_of(signed, each)) for each in pressing if each.id != gap.id]
    return signed.page(
        "gap.html", 422 if problem else 200, typed=typed or _facts(gap), seen=as_seen(_facts(gap)), problem=problem, gap=gap,
        name=label_of(signed, gap), questions=_wordings(questions), near=near, states=STATES,
        others=others[:_MOST_OTHERS], fewest=FEWEST_PEOPLE, names=STATE_NAMES, owners=_owners(signed, gap),
        setting_name=signed.setting_name, asked_about=_asked_about(signed, gap), most_notes=MOST_NOTES,
    )  # fmt: skip


@router.post("/{gap_id}")
def change(
    signed: SignedDep,
    too_old: TooOldDep,
    gap_id: Id,
    state: Annotated[str, Form()] = "new",
    owner: Annotated[str, Form(max_length=200)] = "",
    due: Annotated[str, Form()] = "",
    notes: Annotated[str, Form()] = "",
    label: Annotated[str, Form(max_length=200)] = "",
    setting: Annotated[str | None, Form(max_length=80)] = None,
    seen: Annotated[str, Form()] = "",
) -> Response:
    """Set state, owner, due date, notes and name; pass it to a setting, whose editors then see it."""
    gap = _gap(signed, gap_id)
    to = gap.setting if setting is None or signed.setting else setting
    notes = typed_lines(notes)
    after = {"state": state, "owner": owner, "due": due, "notes": notes, "label": label, "setting": to}
    if problem := _problem(signed, after) or overtaken(seen, _facts(gap), after) or too_old:
        return _shown(signed, gap, after, problem)
    day = date.fromisoformat(due) if due else None
    signed.desk.gaps.change(gap.id, state=state, owner=owner, due=day, notes=notes, label=label, setting=to)
    signed.log("change gap", f"gap {gap.id}", _facts(gap), after)
    return go(f"/staff/gaps/{gap.id}")


def _problem(signed: Signed, typed: Mapping[str, str]) -> str:
    """Why a change can't be made; "" if it can."""
    if typed["state"] == "passed" and not typed["setting"]:
        return "Choose the setting that you pass it to."
    if typed["setting"] and setting_of(signed.area, typed["setting"]) is None:
        return f"There is no setting '{typed['setting']}'."
    if typed["state"] not in STATES:
        return f"'{typed['state']}' is not a state: {', '.join(STATES)}."
    if (long := len(typed["notes"])) > MOST_NOTES:
        return f"The notes have {long:,} letters. Only {MOST_NOTES:,} fit: make them shorter."
    try:
        date.fromisoformat(typed["due"] or "2026-12-24")
    except ValueError:
        return f"'{typed['due']}' is not a date: write it as 2026-12-24."
    return ""


def _facts(gap: Gap) -> dict[str, str]:
    return {
        "state": gap.state, "owner": gap.owner, "due": str(gap.due or ""), "notes": gap.notes, "label": gap.label,
        "setting": gap.setting,
    }  # fmt: skip


@router.post("/{gap_id}/merge")
def merge(signed: PostingDep, gap_id: Id, other: Annotated[int, Form()]) -> Response:
    """Take another cluster into this one."""
    gap, taken = _gap(signed, gap_id), _gap(signed, other)
    signed.desk.gaps.merge(signed.staff.area, gap.id, [taken.id])
    signed.log("merge gaps", f"gap {gap.id}", {"people": gap.people}, {"with": taken.id})
    return go(f"/staff/gaps/{gap.id}")


@router.post("/{gap_id}/settings")
def by_setting(signed: PostingDep, gap_id: Id) -> Response:
    """Give each setting's questions a gap of their own, for an answer that is not the same everywhere."""
    gap = _gap(signed, gap_id)
    fresh = signed.desk.gaps.split_by_setting(signed.staff.area, gap.id)
    if not fresh:
        raise HTTPException(422, "All its questions are about the same setting, or about none.")
    signed.log("split gap", f"gap {gap.id}", {"questions": gap.questions}, {"new gaps": fresh})
    return go(f"/staff/gaps/{gap.id}")


@router.post("/{gap_id}/split")
def split(signed: PostingDep, gap_id: Id, question: Annotated[list[str] | None, Form()] = None) -> Response:
    """Take some questions out into a cluster of their own; each value holds the ids of one wording."""
    gap = _gap(signed, gap_id)
    ticked = [int(number) for each in question or [] for number in each.split(",") if number.isdigit()]
    fresh = signed.desk.gaps.split(signed.staff.area, gap.id, ticked)
    if fresh is None:
        raise HTTPException(422, "Tick at least one question, and leave at least one.")
    signed.log("split gap", f"gap {gap.id}", {"questions": gap.questions}, {"new gap": fresh})
    return go(f"/staff/gaps/{fresh}")


def label_of(signed: Signed, gap: Gap) -> str:
    """What a cluster is called: by staff, by its wording if enough people asked, else by its topic."""
    if gap.label:
        return gap.label
    if gap.examples:
        return gap.examples[0]
    return f"About: {signed.desk.topics.get(gap.topic, gap.topic or 'something else')}"


def _to_do(signed: Signed) -> tuple[str, ...]:
    """The states that wait for this person: what was passed to a setting waits for its editors."""
    return OPEN_STATES if signed.setting else TO_DO_STATES


def _wordings(questions: Sequence[tuple[int, str]]) -> list[tuple[str, list[int]]]:
    """Each wording once, with the ids of the questions in it."""
    found: dict[str, tuple[str, list[int]]] = {}
    for number, text in questions:
        found.setdefault(text.casefold().strip(" ?.!"), (text, []))[1].append(number)
    return list(found.values())


def _asked_about(signed: Signed, gap: Gap) -> dict[str, str]:
    """Setting by name to the number of questions about it, for a gap about more than one; small numbers are hidden."""
    counts = signed.desk.gaps.asked_about(gap.id)
    return {signed.setting_name(slug): shown(number) for slug, number in counts.items()} if len(counts) > 1 else {}


def _gap(signed: Signed, gap_id: int) -> Gap:
    signed.needs("gaps")
    gap = signed.desk.gaps.get(signed.staff.area, gap_id)
    if gap is None:
        raise HTTPException(404, "There is no page at this address.")
    signed.may_touch(gap.setting)
    return gap


def _owners(signed: Signed, gap: Gap) -> dict[str, str]:
    """Who may own a gap: e-mail address to name. Whoever owns it now stays in the list."""
    everyone = signed.desk.accounts.everyone(signed.staff.area)
    may = {each.email: each.name for each in everyone if each.active and each.setting in ("", gap.setting)}
    return {gap.owner: gap.owner, **may} if gap.owner else may


def _near(signed: Signed, gap: Gap, question: str) -> list[dict[str, object]]:
    """The passages that came nearest, and why they were not shown."""
    context = Context(gap.area, gap.setting or None, Audience.PARENT, clarified=True)
    explained = signed.service.assistant.try_out(question, context)
    parts, asked = signed.service.assistant.parts, explained.understanding.query if explained.understanding else question
    near = why_not(asked, explained.readings[:_MOST_NEAR], explained.decision, parts.policy.answer_at, parts.kinds)
    return [
        {
            "title": each.reading.hit.document.title, "url": each.reading.hit.document.url, "why": each.why,
            "heading": each.reading.hit.passage.headings[-1], "text": each.reading.hit.passage.text,
        }
        for each in near
    ]  # fmt: skip
