"""What the form of an answer holds: read, and refused in plain words with all that was typed still in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pydantic import BaseModel, Field

from api.forms import typed_lines
from assistant.compose import spoken
from knowledge.types import Area
from store.curated import DRAFT, LIVE, CuratedAnswer

MOST_QUESTIONS = 12
MOST_WORDS = 100
"""Of an answer: families get one passage, and a longer text would be cut into several (`knowledge.split`)."""
MOST_LETTERS = {"questions": 4000, "text": 4000, "change": 1000}
"""How much each box takes; a new line counts as one letter, as it does in the browser."""
_NAMES = {"questions": "The questions together have", "text": "The answer has", "change": "What you changed has"}


class AnswerForm(BaseModel):
    """The fields as they were sent. Boxes and days are looked at here, so that a refusal can show them again."""

    questions: str = ""
    text: str = ""
    answer_id: int = 0
    setting: str = Field("", max_length=80)
    audience: str = Field("", max_length=20)
    title: str = Field("", max_length=200)
    url: str = Field("", max_length=500)
    owner: str = Field("", max_length=200)
    review_by: str = ""
    expires: str = ""
    change: str = ""
    gap: int = 0
    act: str = Field("save", max_length=10)
    seen: str = ""

    def answer(self, area: Area, before: CuratedAnswer | None, gap: int | None) -> CuratedAnswer:
        """The answer; a day that is none is left out. The area stands behind one that names nobody."""
        wordings = tuple(line.strip() for line in self.questions.splitlines() if line.strip())
        return CuratedAnswer(
            area.slug, wordings, _plain(self.text), self.setting,
            self.audience if self.audience in ("parent", "young_person") else "", self.title.strip(), self.url.strip(),
            self.owner.strip() or area.name, _day(self.review_by), _day(self.expires), before.gap if before else gap,
            _plain(self.change), before.state if before else DRAFT, id=self.answer_id,
        )  # fmt: skip

    def problem(self, area: Area, answer: CuratedAnswer, today: date) -> str:
        """Why the answer can't be kept; "" if it can."""
        return next(filter(None, self._problems(area, answer, today)), "")

    def _problems(self, area: Area, answer: CuratedAnswer, today: date) -> Iterator[str]:
        for name, most in MOST_LETTERS.items():
            if (long := len(_plain(getattr(self, name)))) > most:
                yield f"{_NAMES[name]} {long:,} letters. Only {most:,} fit: make it shorter."
        if not answer.questions:
            yield "Write at least one question, as a family would ask it."
        if len(answer.questions) > MOST_QUESTIONS:
            more = f"These are {len(answer.questions)} questions. Only {MOST_QUESTIONS} fit"
            yield f"{more}: take some out, or write a second answer."
        if not answer.text:
            yield "Write the answer."
        yield too_long(answer)
        if answer.setting and answer.setting not in {each.slug for each in area.settings}:
            yield f"There is no setting '{answer.setting}'."
        if answer.url and not answer.url.startswith(("https://", "http://")):
            yield f"'{answer.url}' is not a web address: it should begin with https://"
        for typed in (self.review_by, self.expires):
            if typed and _day(typed) is None:
                yield f"'{typed}' is not a date: write it as 2026-12-24."
        if answer.state == LIVE:
            yield ended(answer, today)


def ended(answer: CuratedAnswer, today: date) -> str:
    """Why an answer can't be live: its last day is over. "" if it is not."""
    if answer.expires is None or answer.expires >= today:
        return ""
    return f"It ended on {spoken(answer.expires)}: choose a later day, or empty the field."


def too_long(answer: CuratedAnswer) -> str:
    """Why an answer can't be live: families would get a part of it. "" if they get all."""
    if (words := len(answer.text.split())) <= MOST_WORDS:
        return ""
    return f"The answer has {words:,} words. Families get {MOST_WORDS} at most: make it shorter, or write a second answer."


def _plain(text: str) -> str:
    return typed_lines(text).strip()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
