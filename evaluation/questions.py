"""Reads labelled questions (JSON Lines, the format of evaluation/README.md)."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Expect(StrEnum):
    """The kind of reply that a question should get."""

    ANSWER = "answer"
    HANDOFF = "handoff"
    CONTACT = "contact"
    SAFEGUARDING = "safeguarding"
    OUT_OF_SCOPE = "out_of_scope"


RATED = (Expect.ANSWER, Expect.HANDOFF, Expect.OUT_OF_SCOPE)
"""What the policy's figures count: questions that a page answers, and those that must not get an answer."""
ORDINARY, FAMILIES, STORIES = "questions.jsonl", "families.jsonl", "stories.jsonl"
"""Of an area pack. In the second, questions share hardly a word with the page that answers them; the third has some of both, told
as stories."""
EVERY = (ORDINARY, FAMILIES, STORIES)


class QuestionsError(Exception):
    """A file of labelled questions that can't be used; names file, line and what to do."""


@dataclass(frozen=True)
class Question:
    """One labelled question. `gold` are the ids of documents that answer it."""

    id: str
    text: str
    audience: str
    area: str
    setting: str | None
    expect: Expect
    gold: tuple[str, ...]
    answer_span: str | None
    near: str | None = None
    why: str | None = None


def read_questions(path: Path) -> list[Question]:
    """All questions of a file. Raises QuestionsError on the first line that is wrong."""
    try:
        return list(_lines(path))
    except OSError as error:
        raise QuestionsError(f"can't read {path}: {error.strerror}") from error


def questions_of(pack: Path, names: Sequence[str] = (ORDINARY, FAMILIES)) -> list[Question]:
    """The questions of an area pack; a file that it does not have is left out."""
    return [question for name in names if (pack / name).exists() for question in read_questions(pack / name)]


def _lines(path: Path) -> Iterator[Question]:
    with path.open(encoding="utf-8") as handle:
        for number, line in enumerate(handle, 1):
            if line.strip():
                yield _question(path, number, line)


def _question(path: Path, number: int, line: str) -> Question:
    try:
        row = json.loads(line)
        return Question(
            id=str(row["id"]),
            text=str(row["text"]),
            audience=str(row["audience"]),
            area=str(row["area"]),
            setting=row["setting"],
            expect=Expect(row["expect"]),
            gold=tuple(row["gold"]),
            answer_span=row["answer_span"],
            near=row.get("near"),
            why=row.get("why"),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise QuestionsError(f"{path}, line {number}: {type(error).__name__} {error}; see evaluation/README.md") from error


def is_training_half(question: Question) -> bool:
    """Deals questions by their id: half for training, half held out."""
    return zlib.crc32(question.id.encode()) % 2 == 0
