"""How quickly 10,000 questions cluster, whether they stay when the next hundred arrive, and how well they cluster.

    python -m signpost.benches.gaps

The 10,000 are those of `evaluation/packs`, shuffled. How well is judged on `evaluation/gaps/paraphrases.jsonl`: wordings in
groups that want the same answer, many groups near each other. The cosine from which a question joins is chosen on one half
of the groups, and its figures are those of the other.
"""

from __future__ import annotations

import json
import os
import random
import tempfile
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from evaluation.intervals import share_text
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
_WORDINGS = REPOSITORY / "evaluation" / "gaps" / "paraphrases.jsonl"
_TRIED_AT = (0.46, 0.5, 0.54, 0.58, 0.62, 0.66)


def main() -> None:
    """Measure and print."""
    asked = [each for path in sorted(PACKS.glob("*/questions.jsonl")) for each in read_questions(path)]
    random.Random(5).shuffle(asked)  # noqa: S311 - for a bench
    asked = asked[: _FIRST + _NEXT]
    encoder = Workshop(Settings()).encoder
    _measure(asked, encoder.encode([each.text for each in asked]))
    rows = [json.loads(line) for line in _WORDINGS.read_text(encoding="utf-8").splitlines()]
    random.Random(5).shuffle(rows)  # noqa: S311 - for a bench
    used = clustering.JOINS_AT
    for half in (0, 1):
        part = [row for row in rows if int(row["group"][1:]) % 2 == half]
        vectors = encoder.encode([row["text"] for row in part])
        for at in _TRIED_AT:
            clustering.JOINS_AT = at
            print(f"half {half}, joins at {at}{' (in use)' if at == used else ''}: {_quality(part, vectors)}", flush=True)
    print(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}")


def _measure(asked: list[Question], vectors: Vectors) -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database(sqlite_url(Path(folder)))
        migrate(engine)
        _keep(engine, [("", each.text) for each in asked[:_FIRST]], vectors, 0)
        first = _timed(engine)
        before = _placed(engine)
        _keep(engine, [("", each.text) for each in asked[_FIRST:]], vectors[_FIRST:], _FIRST)
        then = _timed(engine)
        after = _placed(engine)
        engine.dispose()
    moved = sum(after[number] != gap for number, gap in before.items())
    fresh = len(set(after.values())) - len(set(before.values()))
    print(
        f"{_FIRST:,} in {first:.1f} s of processor time, the next {_NEXT} in {then:.2f} s; {moved} moved, "
        f"{fresh} new gaps of {len(set(after.values())):,}",
        flush=True,
    )


def _quality(rows: list[dict[str, str]], vectors: Vectors) -> str:
    """Of pairs in one gap, how many ask the same; of pairs that ask the same, how many are in one gap."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database(sqlite_url(Path(folder)))
        migrate(engine)
        _keep(engine, [(row["setting"], row["text"]) for row in rows], vectors, 0)
        Gaps(engine).cluster()
        placed = _placed(engine)
        engine.dispose()
    gaps = [placed[number] for number in range(1, len(rows) + 1)]
    groups = [row["group"] for row in rows]
    together, same, right = (_two(Counter(each)) for each in (gaps, groups, list(zip(gaps, groups, strict=True))))
    return (
        f"of pairs in one gap {share_text(right, together)} ask the same; of pairs that ask the same {share_text(right, same)} "
        f"are in one gap; {len(set(gaps))} gaps for {len(set(groups))} groups"
    )


def _keep(engine: Engine, asked: list[tuple[str, str]], vectors: Vectors, start: int) -> None:
    day = datetime(2026, 11, 1, 9)
    with Session(engine) as session, session.begin():
        session.add_all(
            UnansweredRow(
                area="larkmere", setting=setting, audience="parent", text=text, outcome="handoff", reason="unsure",
                probability=0.2, asked=day + timedelta(minutes=number), asker=str(number), topic="",
                vector=vectors[number - start].astype(np.float16).tobytes(),
            )
            for number, (setting, text) in enumerate(asked, start)
        )  # fmt: skip


def _timed(engine: Engine) -> float:
    began = time.process_time()  # of this process: what else runs on the machine does not count
    Gaps(engine).cluster()
    return time.process_time() - began


def _placed(engine: Engine) -> dict[int, int]:
    with Session(engine) as session:
        return {number: int(gap or 0) for number, gap in session.execute(select(UnansweredRow.id, UnansweredRow.gap))}


def _two(counted: Counter[Any]) -> int:
    return sum(number * (number - 1) // 2 for number in counted.values())


if __name__ == "__main__":
    main()
