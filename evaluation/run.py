"""Runs labelled questions through the code that serves, and compares two runs."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from assistant.turn import Assistant
from assistant.types import Audience, Context
from evaluation.questions import Question, QuestionsError
from evaluation.scoring import Result, Scored, is_false, is_right, score


def run(assistant: Assistant, questions: Iterable[Question]) -> list[Scored]:
    """Each question asked on its own, in order. Raises AreaUnknown for an area that is not ingested."""
    rows = []
    for question in questions:
        context = Context(question.area, question.setting, Audience(question.audience))
        began = time.perf_counter()
        explained = assistant.explain(question.text, context)
        rows.append(score(question, explained, 1000 * (time.perf_counter() - began)))
    return rows


def write_results(rows: Sequence[Scored], path: Path) -> None:
    """One JSON line a question: id, kind, documents, text, probability, reason, milliseconds."""
    with path.open("w", encoding="utf-8") as handle:
        for row in rows:
            handle.write(json.dumps(row.result.row(), ensure_ascii=False) + "\n")


def read_results(path: Path) -> Mapping[str, Result]:
    """A file that `write_results` wrote, by question id. Raises QuestionsError if it is not one."""
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        results = [Result(**{**row, "documents": tuple(row["documents"])}) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise QuestionsError(f"{path} can't be read as results ({error}): give a file that --out wrote") from error
    return {result.id: result for result in results}


def compare(rows: Sequence[Scored], old: Mapping[str, Result]) -> list[str]:
    """What got better and what got worse since `old`, one line a question; a false answer is worse than another wrong reply."""
    found = []
    for row in rows:
        before = old.get(row.question.id)
        if before is None:
            continue
        was, now = (_worth(row.question, result) for result in (before, row.result))
        if was != now:
            change = "better" if now > was else "WORSE"
            found.append(f"{change}: {row.question.id} {before.kind} -> {row.result.kind}: {row.question.text[:90]}")
    return sorted(found)


def _worth(question: Question, result: Result) -> int:
    """1 for a right reply, -1 for a false answer, 0 for any other."""
    return is_right(question, result) - is_false(question, result)
