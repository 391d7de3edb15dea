"""Labelled questions as the assistant sees them before it decides: what the decision is fitted on.

Reading the passages for one question takes a third of a second, so what was found is kept on disk: a run that was
stopped goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from assistant.turn import Assistant
from assistant.types import Audience, Context
from evaluation.questions import Expect, Question, QuestionsError
from evaluation.scoring import score
from knowledge.ingest import no_progress
from knowledge.ports import Progress

Made = TypeVar("Made")


@dataclass(frozen=True)
class Found:
    """What was found for one question.

    No features if nothing was looked up: it got the safety card or a question back, or is in another language, for example.
    """

    features: Mapping[str, float]
    right: bool
    """True if the best passage answers, so that answering would be right."""
    story: bool = False
    """True for a message that is told as a story: an answer to it is less sure (ADR 0016)."""


@dataclass(frozen=True)
class Case:
    """A labelled question, the vector of its words (384 numbers, length 1) and what was found for it, as in `Found`."""

    question: Question
    vector: NDArray[np.float32]
    features: Mapping[str, float]
    right: bool
    story: bool = False


class KeptFound:
    """What was found, in a file of JSON Lines. Safe to use from many threads of one process."""

    def __init__(self, folder: Path, made_of: str) -> None:
        """`made_of` names all that it depends on; what `folder` holds of anything else is deleted."""
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"{made_of}.jsonl"
        for old in set(folder.glob("*.jsonl")) - {self._path}:
            old.unlink()
        self._known = dict(_lines(self._path)) if self._path.exists() else {}
        self._lock = threading.Lock()

    def get(self, question: Question) -> Found | None:
        """What was found for `question`, or None if it is to be asked."""
        return self._known.get(_key(question))

    def keep(self, question: Question, found: Found) -> None:
        """Write it down at once."""
        line = json.dumps([_key(question), dict(found.features), found.right, found.story])
        with self._lock, self._path.open("a", encoding="utf-8") as handle:
            handle.write(f"\n{line}")  # a line that was cut off stands alone


def _key(question: Question) -> str:
    return hashlib.sha256(json.dumps(asdict(question)).encode()).hexdigest()[:16]


def _lines(path: Path) -> Iterator[tuple[str, Found]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            key, features, right, story = json.loads(line)
        except ValueError:  # the one that was being written when the run was killed: asked again
            continue
        yield key, Found(features, right, story)


def cases_of(
    assistant: Assistant, questions: Iterable[Question], kept: KeptFound | None = None, *, at_once: int = 1,
    progress: Progress = no_progress,
) -> list[Case]:  # fmt: skip
    """Every question that is not a disclosure, run through the code that serves up to the decision; `at_once` in parallel.

    Also those that never get as far as a search, for they count as not answered. Raises QuestionsError if a turn fails.
    """
    return list(_each(partial(_case, assistant, kept), questions, at_once, progress, "questions"))


def taught_by(
    assistant: Assistant, questions: Iterable[Question], *, at_once: int = 1, progress: Progress = no_progress
) -> list[Case]:
    """Questions of areas that the reader was trained on, for what asks for a person or is off topic: nothing is looked up."""

    def taught(question: Question) -> Case:
        return Case(question, _vector(assistant, question), {}, right=False)

    return list(_each(taught, questions, at_once, progress, "other questions"))


def _each(
    make: Callable[[Question], Made], questions: Iterable[Question], at_once: int, progress: Progress, what: str
) -> Iterator[Made]:
    asked = [question for question in questions if question.expect is not Expect.SAFEGUARDING]
    with ThreadPoolExecutor(at_once) as pool:
        try:
            yield from progress(pool.map(make, asked), len(asked), what)
        finally:
            pool.shutdown(cancel_futures=True)  # Ctrl+C does not wait for all that were to come


def _case(assistant: Assistant, kept: KeptFound | None, question: Question) -> Case:
    found = kept.get(question) if kept else None
    if found is None:
        found = _find(assistant, question)
        if kept:
            kept.keep(question, found)
    return Case(question, _vector(assistant, question), found.features, found.right, found.story)


def _find(assistant: Assistant, question: Question) -> Found:
    explained = assistant.explain(question.text, _context(question))
    scored = score(question, explained, 0.0)
    if scored.failed:
        raise QuestionsError(f"the turn of question {question.id} failed: see the log, mend it and run the same command again")
    features = dict(explained.decision.features) if explained.decision else {}
    story = explained.understanding is not None and bool(explained.understanding.asks)
    return Found(features, scored.best_right, story)


def _vector(assistant: Assistant, question: Question) -> NDArray[np.float32]:
    return assistant.understand(question.text, _context(question))[1]


def _context(question: Question) -> Context:
    return Context(question.area, question.setting, Audience(question.audience))
