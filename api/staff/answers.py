"""Answer it here: write, preview, approve, withdraw."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Form, HTTPException
from fastapi.responses import Response

from actions.replies import reply_json
from api.staff.answer_form import MOST_LETTERS, MOST_QUESTIONS, MOST_WORDS, AnswerForm, ended, too_long
from api.staff.session import Id, PostingDep, Signed, SignedDep, TooOldDep, as_seen, go, overtaken
from assistant.reading_level import reading_age
from assistant.types import Audience, Context
from store.curated import LIVE, WITHDRAWN, CuratedAnswer, facts
from store.gaps import Gap

router = APIRouter(prefix="/staff/answers", include_in_schema=False)
_EASY_AGE = 11
_CHANGED = "Somebody changed this answer after you opened it. Read it below as it is now, then approve it."
_UNTRIED: dict[str, Any] = {
    "tried": [],
    "age": None,
    "problem": "",
    "typed": None,
    "most": MOST_LETTERS,
    "most_words": MOST_WORDS,
    "easy": _EASY_AGE,
    "history": [],
    "wins_over": [],
    "changed": False,
    "seen": "",
}


@router.get("")
def overview(signed: SignedDep) -> Response:
    """All answers, newest first."""
    signed.needs("answers")
    answers = signed.desk.curated.all(signed.staff.area, setting=signed.setting)
    return signed.page("answers.html", answers=answers, today=signed.desk.today(), setting_name=signed.setting_name)


@router.get("/new")
def fresh(signed: SignedDep, gap: int = 0) -> Response:
    """The form, begun from a cluster or empty."""
    signed.needs("answers")
    found = _chosen_gap(signed, gap)
    questions = signed.desk.gaps.wordings(found.id, MOST_QUESTIONS) if found else []
    setting = found.setting if found else signed.setting
    owner = signed.area.contacts["send_team"].name if "send_team" in signed.area.contacts else signed.area.name
    answer = CuratedAnswer(signed.staff.area, tuple(questions), "", setting, owner=owner, gap=found.id if found else None)
    return signed.page("answer.html", answer=answer, **_UNTRIED)


@router.get("/{answer_id}")
def one(signed: SignedDep, answer_id: Id) -> Response:
    """One answer with its preview: how it looks, and which questions it answers."""
    answer = _answer(signed, answer_id)
    return _shown(signed, answer)


@router.post("")
def save(signed: SignedDep, too_old: TooOldDep, form: Annotated[AnswerForm, Form()]) -> Response:
    """Keep a draft and show what it would do. A live answer is live at once as it is saved; `act` "try" only shows it."""
    before, answer = _typed(signed, form)
    problem = form.problem(signed.area, answer, signed.desk.today())
    if problem := problem or (overtaken(form.seen, facts(before), facts(answer)) if before else "") or too_old:
        return _refused(signed, before, answer, problem, form)
    if form.act == "try":
        return _shown(signed, answer, seen=as_seen(facts(before)) if before else "", changed=True)
    kept = signed.desk.curated.save(answer, signed.staff.email)
    signed.log("write answer", f"answer {kept.id}", facts(before) if before else None, facts(kept))
    if kept.state == LIVE:
        signed.desk.publish(signed.staff.area)
    return go(f"/staff/answers/{kept.id}")


@router.post("/{answer_id}/approve")
def approve(signed: PostingDep, answer_id: Id, later: BackgroundTasks, seen: Annotated[str, Form()] = "") -> Response:
    """Make it live as it was `seen`; those who wait for it are told after that."""
    answer = _answer(signed, answer_id)
    if answer.state == LIVE:
        return go(f"/staff/answers/{answer.id}")
    changed = _CHANGED if seen not in ("", as_seen(facts(answer))) else ""
    if problem := changed or too_long(answer) or ended(answer, signed.desk.today()):
        return _shown(signed, answer, problem=problem)
    signed.desk.curated.set_state(answer.id, LIVE)
    signed.desk.publish(signed.staff.area)
    if gap := _gap(signed, answer.gap):
        signed.desk.gaps.change(gap.id, state="answered", curated=answer.id)
    later.add_task(signed.desk.answered, answer)
    signed.log("approve answer", f"answer {answer.id}", {"state": answer.state}, {"state": LIVE})
    return go(f"/staff/answers/{answer.id}")


@router.post("/{answer_id}/withdraw")
def withdraw(signed: PostingDep, answer_id: Id) -> Response:
    """Take it back at once; its gap is open again."""
    answer = _answer(signed, answer_id)
    if answer.state != LIVE:
        raise HTTPException(422, "Only an answer that is live can be withdrawn.")
    signed.desk.curated.set_state(answer.id, WITHDRAWN)
    signed.desk.publish(signed.staff.area)
    signed.log("withdraw answer", f"answer {answer.id}", {"state": answer.state}, {"state": WITHDRAWN})
    return go(f"/staff/answers/{answer.id}")


def _typed(signed: Signed, form: AnswerForm) -> tuple[CuratedAnswer | None, CuratedAnswer]:
    """The answer as it is kept, if it is, and as it was typed."""
    signed.needs("answers")
    signed.may_touch(form.setting)
    before = _answer(signed, form.answer_id) if form.answer_id else None
    found = None if before else _chosen_gap(signed, form.gap)
    return before, form.answer(signed.area, before, found.id if found else None)


def _refused(signed: Signed, before: CuratedAnswer | None, answer: CuratedAnswer, problem: str, form: AnswerForm) -> Response:
    """The form with all that was typed, and why it is not kept."""
    seen = as_seen(facts(before)) if before else ""
    return signed.page("answer.html", 422, answer=answer, **_UNTRIED | {"problem": problem, "typed": form, "seen": seen})


def _shown(signed: Signed, answer: CuratedAnswer, *, seen: str = "", changed: bool = False, problem: str = "") -> Response:
    """The form with the answer, really tried. `changed`: these words are not kept yet. `problem`: why something was refused."""
    asked = list(answer.questions)
    if gap := _gap(signed, answer.gap):
        asked += [each for each in signed.desk.gaps.wordings(gap.id) if each not in asked]
    context = Context(
        answer.area, answer.setting or None, Audience(answer.audience) if answer.audience else Audience.PARENT, clarified=True
    )
    trial = signed.desk.trial(answer)
    history = signed.desk.audit.lines(signed.staff.area, what=f"answer {answer.id}")
    tried = trial.tried(asked, context)
    found = {
        "tried": tried, "look": reply_json(tried[0].reply), "voice": context.audience.value, "age": reading_age(answer.text),
        "history": history, "changed": changed, "problem": problem, "seen": seen or as_seen(facts(answer)),
        "wins_over": trial.wins_over(tried[: len(answer.questions)], context),
    }  # fmt: skip
    return signed.page("answer.html", 422 if problem else 200, answer=answer, **_UNTRIED | found)


def _answer(signed: Signed, answer_id: int) -> CuratedAnswer:
    signed.needs("answers")
    answer = signed.desk.curated.get(signed.staff.area, answer_id)
    if answer is None:
        raise HTTPException(404, "There is no page at this address.")
    signed.may_touch(answer.setting)
    return answer


def _gap(signed: Signed, number: int | None) -> Gap | None:
    """The gap that an answer is for; None if it is for none, or for one that this person may not see."""
    found = signed.desk.gaps.get(signed.staff.area, number) if number else None
    return found if found and signed.setting in ("", found.setting) else None


def _chosen_gap(signed: Signed, number: int) -> Gap | None:
    """The gap that the browser names; None for 0. Raises 404 if this person may not see it, as if it were not there."""
    found = _gap(signed, number)
    if number and found is None:
        raise HTTPException(404, "There is no page at this address.")
    return found
