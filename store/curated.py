"""Answers that staff write. A live one is a document of source `curated`, found and cited like a page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from assistant.london import london_time
from knowledge.types import Document, Scope
from store.tables import AreaRow, CuratedRow, GapRow

SOURCE = "curated"
DRAFT, LIVE, WITHDRAWN, EXPIRED = "draft", "live", "withdrawn", "expired"
_HASHES = re.compile(r"(?m)^[^\S\n]*#{1,6}[^\S\n]+")  # a heading would cut the answer in two
_FIELDS = ("setting", "audience", "questions", "text", "title", "url", "owner", "review_by", "expires", "gap", "change")


@dataclass(frozen=True)
class CuratedAnswer:
    """What staff write. `audience` is "" for both, `questions` the wordings that it answers, `change` what the council did."""

    area: str
    questions: tuple[str, ...]
    text: str
    setting: str = ""
    audience: str = ""
    title: str = ""
    url: str = ""
    owner: str = ""
    review_by: date | None = None
    expires: date | None = None
    gap: int | None = None
    change: str = ""
    state: str = DRAFT
    author: str = ""
    id: int = 0
    created: datetime | None = None
    updated: datetime | None = None

    @property
    def document_id(self) -> str:
        """The id of its document."""
        return f"answer-{self.id}"

    def document(self) -> Document:
        """As it is ingested: each wording is a heading over the answer, so that each of them finds it."""
        text = _HASHES.sub("", self.text)
        body = "\n\n".join(f"# {question}\n\n{text}" for question in self.questions)
        kind = f"curated_{self.audience}" if self.audience else "curated"
        scope, day = Scope.of(self.area, self.setting or None), london_time(self.updated or _now()).date()
        title = self.title or self.questions[0]
        return Document(self.document_id, scope, title, body, self.url, self.owner, day, self.review_by, kind)


class CuratedAnswers:
    """The curated answers of a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def save(self, answer: CuratedAnswer, author: str) -> CuratedAnswer:
        """Add an answer (id 0), or change it; its state stays."""
        with Session(self._engine, expire_on_commit=False) as session, session.begin():
            row = session.get(CuratedRow, answer.id) if answer.id else None
            if row is None:
                row = CuratedRow(area=answer.area, state=DRAFT, created=_now())
                session.add(row)
            for name in _FIELDS:
                value = getattr(answer, name)
                setattr(row, name, list(value) if name == "questions" else value)
            row.author, row.updated = author, _now()
            session.flush()
            return _answer(session, row)

    def set_state(self, answer_id: int, state: str) -> None:
        """Make it live, or withdraw it, which opens its gap again."""
        with Session(self._engine) as session, session.begin():
            row = session.get(CuratedRow, answer_id)
            if row is not None:
                row.state, row.updated = state, _now()
                row.approved = row.approved or (_now() if state == LIVE else None)
                if state != LIVE:
                    _open_gaps(session, [row.id])

    def get(self, area: str, answer_id: int) -> CuratedAnswer | None:
        """One answer of an area."""
        with Session(self._engine) as session:
            row = session.get(CuratedRow, answer_id)
            return _answer(session, row) if row is not None and row.area == area else None

    def all(self, area: str, state: str = "", setting: str = "") -> list[CuratedAnswer]:
        """The answers of an area, newest first."""
        query = select(CuratedRow).where(CuratedRow.area == area).order_by(CuratedRow.updated.desc())
        if state:
            query = query.where(CuratedRow.state == state)
        if setting:
            query = query.where(CuratedRow.setting == setting)
        with Session(self._engine) as session:
            return [_answer(session, row) for row in session.scalars(query)]

    def expire(self, today: date) -> list[CuratedAnswer]:
        """End the answers whose day has come, and open their gaps again; which."""
        with Session(self._engine) as session, session.begin():
            rows = session.scalars(select(CuratedRow).where(CuratedRow.state == LIVE, CuratedRow.expires < today)).all()
            for row in rows:
                row.state, row.updated = EXPIRED, _now()
            _open_gaps(session, [row.id for row in rows])
            return [_answer(session, row) for row in rows]

    def documents(self, area: str) -> Sequence[Document]:
        """The live answers as documents."""
        return [answer.document() for answer in self.all(area, LIVE)]


def facts(answer: CuratedAnswer) -> Mapping[str, Any]:
    """What the audit log keeps of an answer."""
    return {
        "questions": list(answer.questions), "text": answer.text, "setting": answer.setting, "audience": answer.audience,
        "title": answer.title, "url": answer.url, "owner": answer.owner, "state": answer.state, "change": answer.change,
        "review_by": answer.review_by.isoformat() if answer.review_by else None,
        "expires": answer.expires.isoformat() if answer.expires else None,
    }  # fmt: skip


def _answer(session: Session, row: CuratedRow) -> CuratedAnswer:
    """The area stands behind an answer that names nobody."""
    area = None if row.owner else session.get(AreaRow, row.area)
    owner = area.name if area else row.owner
    return CuratedAnswer(
        row.area, tuple(row.questions), row.text, row.setting, row.audience, row.title, row.url, owner, row.review_by,
        row.expires, row.gap, row.change, row.state, row.author, row.id, row.created, row.updated,
    )  # fmt: skip


def _open_gaps(session: Session, answers: Sequence[int]) -> None:
    """Open the clusters that these answers closed: they are not live any more."""
    mine = GapRow.curated.in_(answers) & (GapRow.state == "answered")
    session.execute(update(GapRow).where(mine).values(state="new"))


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
