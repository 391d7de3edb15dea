"""Puts questions into clusters by meaning, one after the other, so that a cluster keeps its identity as more arrive.

Leader clustering (Hartigan, Clustering Algorithms, 1975, chapter 3): a question joins the cluster whose centre is nearest,
if the cosine is at least `JOINS_AT`; otherwise it leads a new one. The centre is the mean of its questions' vectors.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from store.tables import GapRow, UnansweredRow

JOINS_AT = 0.54  # cosine; below it different questions join, above it two wordings of one fall apart (docs/reference/gaps.md)
_OWN_SETTING = 0.1  # a cluster of the question's own setting counts as so much nearer
_STATUTORY = 1.5  # a gap under a statutory heading counts so much more
_NEED = {"confident": 0.5, "unhelpful": 0.8, "unsure": 1.0, "nothing_found": 1.2}  # `confident`: answered, but only just


class _Centres:
    """The centres of an area's clusters, with whose they are: room for as many again as there are questions to join."""

    def __init__(self, rows: list[GapRow], more: int, width: int) -> None:
        self.rows = rows
        self._codes: dict[str, int] = {"": 0}
        self._centres = np.zeros((len(rows) + more, width), dtype=np.float32)
        self._whose = np.zeros(len(rows) + more, dtype=np.int32)
        self._passed = np.zeros(len(rows) + more, dtype=bool)
        for place in range(len(rows)):
            self.note(place)

    def note(self, place: int) -> None:
        """Take over how the cluster at `place` is now."""
        row = self.rows[place]
        self._centres[place] = unit(vector_of(row.centre))
        self._whose[place] = self._code(row.setting)
        self._passed[place] = row.state == "passed"

    def nearest(self, vector: NDArray[np.float32], setting: str) -> int:
        """The place of the cluster to join; -1 if none is near enough. What was passed to a setting stays with it."""
        count, code = len(self.rows), self._code(setting)
        if not count:
            return -1
        near = self._centres[:count] @ vector
        own = self._whose[:count] == code
        may = (near >= JOINS_AT) & (own | ~self._passed[:count] | (code == 0))
        best = int(np.argmax(np.where(may, near + _OWN_SETTING * own, -1.0)))
        return best if may[best] else -1

    def _code(self, setting: str) -> int:
        return self._codes.setdefault(setting, len(self._codes))


def join(session: Session, area: str, fresh: Sequence[UnansweredRow]) -> None:
    """Put the questions `fresh` of an area into its clusters."""
    rows = list(session.scalars(select(GapRow).where(GapRow.area == area, GapRow.merged_into.is_(None)).order_by(GapRow.id)))
    centres = _Centres(rows, len(fresh), len(vector_of(fresh[0].vector or b"")))
    askers: dict[int, set[str]] = {}
    for question in fresh:
        vector = vector_of(question.vector or b"")
        place = centres.nearest(vector, question.setting)
        if place < 0:
            row = led_by(question)
            session.add(row)
            session.flush()
            rows.append(row)
            place = len(rows) - 1
        else:
            row = rows[place]
            _count(session, row, question, vector, askers)
        centres.note(place)
        askers.setdefault(row.id, set()).add(question.asker)
        question.gap = row.id


def led_by(question: UnansweredRow) -> GapRow:
    """A new cluster of one question."""
    return GapRow(
        area=question.area, setting=question.setting, topic=question.topic, label="", state="new", owner="", due=None, notes="",
        people=1, questions=1, need=_need(question), first=question.asked, last=question.asked, centre=question.vector or b"",
        merged_into=None, curated=None,
    )  # fmt: skip


def vector_of(raw: bytes) -> NDArray[np.float32]:
    """Numbers as they are stored."""
    return np.frombuffer(raw, dtype=np.float16).astype(np.float32)


def unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    """Brought to length 1."""
    return vector / max(float(np.linalg.norm(vector)), 1e-9)


def bytes_of(vector: NDArray[np.float32]) -> bytes:
    """As they are stored, brought to length 1."""
    return unit(vector).astype(np.float16).tobytes()


def _count(
    session: Session, row: GapRow, question: UnansweredRow, vector: NDArray[np.float32], askers: dict[int, set[str]]
) -> None:
    if row.id not in askers:
        askers[row.id] = set(session.scalars(select(UnansweredRow.asker).where(UnansweredRow.gap == row.id)))
    row.people += 1 if not question.asker or question.asker not in askers[row.id] else 0
    row.centre = bytes_of(vector_of(row.centre) * row.questions + vector)
    row.questions += 1
    row.last = max(row.last, question.asked)
    row.need = max(row.need, _need(question))
    row.topic = row.topic or question.topic
    row.setting = row.setting if row.setting == question.setting or row.state == "passed" else ""
    row.state = "new" if row.state == "answered" and question.reason == "unhelpful" else row.state


def _need(question: UnansweredRow) -> float:
    statutory = question.topic.startswith(("S1", "L2", "P", "Y"))
    return _NEED.get(question.reason, 1.0) * (_STATUTORY if statutory else 1.0)
