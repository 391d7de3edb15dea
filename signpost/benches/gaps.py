"""How well and how quickly 10,000 real questions cluster, and whether they stay when the next hundred arrive.

    python -m signpost.benches.gaps

The questions are those of `evaluation/packs`, shuffled. Two questions of one pack that are answered by the same words of
the same page are the same question; from these pairs the cosine from which a question joins a cluster can be judged.
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from evaluation.questions import Question, read_questions
from knowledge.types import Vectors
from signpost.settings import REPOSITORY, Settings
from signpost.wiring import Workshop
from store import clustering
from store.database import migrate, open_database, sqlite_url
from store.gaps import Gaps
from store.tables import UnansweredRow

PACKS = REPOSITORY / "evaluation" / "packs"
_FIRST, _NEXT = 10_000, 100
_TRIED_AT = (0.58, 0.5, 0.66, 0.54, 0.62)  # the one in use first


def main() -> None:
    """Measure and print."""
    asked = [each for path in sorted(PACKS.glob("*/questions.jsonl")) for each in read_questions(path)]
    random.Random(5).shuffle(asked)  # noqa: S311 - for a bench
    asked = asked[: _FIRST + _NEXT]
    vectors = Workshop(Settings()).encoder.encode([each.text for each in asked])
    for at in _TRIED_AT:
        clustering.JOINS_AT = at
        _measure(asked, vectors, at)
    print(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}")


def _measure(asked: list[Question], vectors: Vectors, at: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database(sqlite_url(Path(folder)))
        migrate(engine)
        _keep(engine, asked[:_FIRST], vectors, 0)
        first = _timed(engine)
        before = _placed(engine)
        _keep(engine, asked[_FIRST:], vectors, _FIRST)
        then = _timed(engine)
        after = _placed(engine)
        engine.dispose()
    moved = sum(after[number] != gap for number, gap in before.items())
    fresh = len(set(after.values())) - len(set(before.values()))
    together, same, right = _pairs(asked[:_FIRST], [before[number] for number in range(1, _FIRST + 1)])
    print(
        f"joins at {at}: {_FIRST:,} in {first:.1f} s of processor time, the next {_NEXT} in {then:.2f} s; {moved} moved, "
        f"{fresh} new gaps of {len(set(after.values())):,}; of pairs in one gap {100 * right / max(together, 1):.0f} % ask the "
        f"same, of pairs that ask the same {100 * right / max(same, 1):.0f} % are in one gap",
        flush=True,
    )


def _keep(engine: Engine, asked: list[Question], vectors: Vectors, start: int) -> None:
    day = datetime(2026, 11, 1, 9)
    with Session(engine) as session, session.begin():
        session.add_all(
            UnansweredRow(
                area="larkmere", setting="", audience="parent", text=each.text, outcome="handoff", reason="unsure",
                probability=0.2, asked=day + timedelta(minutes=number), asker=str(number), topic="",
                vector=vectors[number].astype(np.float16).tobytes(),
            )
            for number, each in enumerate(asked, start)
        )  # fmt: skip


def _timed(engine: Engine) -> float:
    began = time.process_time()  # of this process: what else runs on the machine does not count
    Gaps(engine).cluster()
    return time.process_time() - began


def _placed(engine: Engine) -> dict[int, int]:
    with Session(engine) as session:
        return {number: int(gap or 0) for number, gap in session.execute(select(UnansweredRow.id, UnansweredRow.gap))}


def _pairs(asked: list[Question], gaps: list[int]) -> tuple[int, int, int]:
    """Pairs of answerable questions of one pack: in one gap, asking the same, both."""
    known = [(each.area, each.gold, each.answer_span, gap) for each, gap in zip(asked, gaps, strict=True) if each.answer_span]
    in_gap, of_span, both = (Counter[object]() for _ in range(3))
    for area, gold, span, gap in known:
        in_gap[area, gap] += 1
        of_span[area, gold, span] += 1
        both[area, gold, span, gap] += 1
    return _two(in_gap), _two(of_span), _two(both)


def _two(counted: Counter[object]) -> int:
    return sum(number * (number - 1) // 2 for number in counted.values())


if __name__ == "__main__":
    main()
