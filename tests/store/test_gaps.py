"""Clusters of unanswered questions: quick, stable, and silent about few people."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from store.curated import LIVE, CuratedAnswer, CuratedAnswers
from store.gaps import Gaps
from store.reports import Reports
from store.tables import GapRow, UnansweredRow

DIMENSIONS = 64
START = datetime(2026, 11, 1, 9, 0)


def unit(seed: int) -> np.ndarray:
    vector = np.random.default_rng(seed).normal(size=DIMENSIONS)
    return vector / np.linalg.norm(vector)


def near(seed: int, noise: int) -> bytes:
    vector = unit(seed) + 0.4 * unit(100_000 + noise)
    return (vector / np.linalg.norm(vector)).astype(np.float16).tobytes()


def ask(engine: Engine, seeds: list[int], first: int = 0, **facts: object) -> None:
    with Session(engine) as session, session.begin():
        for number, seed in enumerate(seeds, first):
            row = {
                "area": "brookshire", "setting": "", "audience": "parent", "text": f"question {seed} worded {number}", "outcome": "handoff",
                "reason": "unsure", "probability": 0.3, "asked": START + timedelta(minutes=number), "asker": f"person {number}",
                "topic": "P08", "vector": near(seed, number),
            }  # fmt: skip
            session.add(UnansweredRow(**{**row, **facts}))


def test_questions_of_one_meaning_are_one_gap(engine: Engine) -> None:
    ask(engine, [1, 2, 1, 1, 2, 3])
    gaps = Gaps(engine)
    assert gaps.cluster() == 6
    assert [(gap.people, gap.questions) for gap in gaps.all("brookshire")] == [(3, 3), (2, 2), (1, 1)]
    assert gaps.cluster() == 0


def test_fewer_than_three_people_are_not_quoted(engine: Engine) -> None:
    ask(engine, [1, 1])
    gaps = Gaps(engine)
    gaps.cluster()
    gap = gaps.all("brookshire")[0]
    assert (gap.examples, gaps.wordings(gap.id), gaps.question_rows(gap.id)) == ((), [], [])
    ask(engine, [1], first=2)
    gaps.cluster()
    assert len(gaps.wordings(gap.id)) == 3


def test_one_person_who_asks_five_times_is_one_person(engine: Engine) -> None:
    ask(engine, [1] * 5, asker="the same")
    gaps = Gaps(engine)
    gaps.cluster()
    assert [(gap.people, gap.questions) for gap in gaps.all("brookshire")] == [(1, 5)]


def test_workers_that_cluster_at_once_count_nothing_twice(engine: Engine) -> None:
    for turn in range(5):
        ask(engine, [turn] * 4, first=10 * turn)
        with ThreadPoolExecutor(4) as workers:
            done = [workers.submit(Gaps(engine).cluster) for _ in range(4)]
        assert sum(each.result() for each in done) == 4
    assert [(gap.people, gap.questions) for gap in Gaps(engine).all("brookshire")] == [(4, 4)] * 5


def test_who_asked_both_kinds_still_counts_in_both_after_a_split(engine: Engine) -> None:
    ask(engine, [1] * 3)
    ask(engine, [1] * 2, first=3, asker="the same")
    gaps = Gaps(engine)
    gaps.cluster()
    gap = gaps.all("brookshire")[0]
    assert gap.people == 4
    newest = gaps.question_rows(gap.id)[0][0]  # one of the two of the same person
    fresh = gaps.split("brookshire", gap.id, [newest])
    assert fresh is not None
    assert [gaps.get("brookshire", each).people for each in (gap.id, fresh)] == [4, 1]  # type: ignore[union-attr]


def test_the_most_pressing_come_first_each_with_its_own_newest_words(engine: Engine) -> None:
    ask(engine, [1] * 4 + [2] * 3 + [3] * 5 + [4] * 2)
    gaps = Gaps(engine)
    gaps.cluster()
    found = gaps.all("brookshire", most=3)
    assert [(gap.people, len(gap.examples)) for gap in found] == [(5, 3), (4, 3), (3, 3)]
    assert found[0].examples == ("question 3 worded 11", "question 3 worded 10", "question 3 worded 9")
    assert found == gaps.all("brookshire")[:3] == [gaps.get("brookshire", gap.id) for gap in found]
    assert gaps.wordings(found[0].id, 1) == ["question 3 worded 11"]
    assert gaps.all("brookshire")[3].examples == ()


def test_merging_never_shows_one_setting_what_is_about_another(engine: Engine) -> None:
    ask(engine, [1, 1, 1], setting="oak")
    ask(engine, [2, 2, 2], first=3, setting="elm")
    gaps = Gaps(engine)
    gaps.cluster()
    oak, elm = gaps.all("brookshire", "oak")[0], gaps.all("brookshire", "elm")[0]
    gaps.change(elm.id, notes="Ask the pool.")
    gaps.merge("brookshire", oak.id, [elm.id])
    assert gaps.all("brookshire", "oak") == []
    assert gaps.get("brookshire", oak.id).notes == "Ask the pool."  # type: ignore[union-attr]
    assert gaps.asked_about(oak.id) == {"oak": 3, "elm": 3}
    fresh = gaps.split_by_setting("brookshire", oak.id)
    assert [gaps.get("brookshire", each).setting for each in (oak.id, *fresh)] == ["oak", "elm"]  # type: ignore[union-attr]


def test_merge_and_split(engine: Engine) -> None:
    ask(engine, [1, 1, 1, 2, 2, 2])
    gaps = Gaps(engine)
    gaps.cluster()
    first, second = (gap.id for gap in gaps.all("brookshire"))
    gaps.merge("brookshire", first, [second])
    assert [(gap.id, gap.people) for gap in gaps.all("brookshire")] == [(first, 6)]
    assert gaps.get("brookshire", second).id == first  # type: ignore[union-attr]
    rows = gaps.question_rows(first)
    fresh = gaps.split("brookshire", first, [rows[0][0], rows[1][0]])
    assert fresh is not None
    assert gaps.get("brookshire", fresh).questions == 2  # type: ignore[union-attr]
    assert gaps.split("brookshire", first, []) is None
    assert gaps.get("elsewhere", first) is None


def test_an_unhelpful_answer_opens_a_gap_again(engine: Engine) -> None:
    ask(engine, [1])
    gaps = Gaps(engine)
    gaps.cluster()
    gap = gaps.all("brookshire")[0]
    gaps.change(gap.id, state="answered")
    ask(engine, [1], first=1)
    gaps.cluster()
    assert gaps.get("brookshire", gap.id).state == "answered"  # type: ignore[union-attr]
    ask(engine, [1], first=2, reason="unhelpful")
    gaps.cluster()
    assert gaps.get("brookshire", gap.id).state == "new"  # type: ignore[union-attr]


def test_ten_thousand_questions_cluster_and_stay_stable(engine: Engine) -> None:
    rng = np.random.default_rng(7)
    ask(engine, [int(seed) for seed in rng.integers(0, 1500, 10_000)])
    gaps = Gaps(engine)
    started = time.process_time()  # of this process: what else runs does not count
    assert gaps.cluster() == 10_000
    took = time.process_time() - started
    assert took < 20, f"{took:.1f} seconds"
    with Session(engine) as session:
        before = dict(session.execute(select(UnansweredRow.id, UnansweredRow.gap)).tuples().all())
        known = {gap for (gap,) in session.execute(select(GapRow.id))}
    ask(engine, [int(seed) for seed in rng.integers(0, 1500, 100)], first=10_000)
    assert gaps.cluster() == 100
    with Session(engine) as session:
        after = dict(session.execute(select(UnansweredRow.id, UnansweredRow.gap)).tuples().all())
        fresh = {gap for (gap,) in session.execute(select(GapRow.id))} - known
    assert all(after[number] == gap for number, gap in before.items())
    assert len(fresh) <= 5


@pytest.mark.parametrize("area", ["elsewhere", ""])
def test_areas_do_not_mix(engine: Engine, area: str) -> None:
    ask(engine, [1, 1])
    gaps = Gaps(engine)
    gaps.cluster()
    assert gaps.all(area) == []


@pytest.mark.parametrize("end", ["withdrawn", "expired"])
def test_an_answer_that_ends_opens_its_gap_in_the_same_breath(engine: Engine, end: str) -> None:
    ask(engine, [1, 1, 2])
    gaps, curated = Gaps(engine), CuratedAnswers(engine)
    gaps.cluster()
    closed, other = gaps.all("brookshire")
    answer = curated.save(CuratedAnswer("brookshire", ("Is there a hoist?",), "Yes.", expires=date(2026, 1, 1)), "rev@x.example")
    curated.set_state(answer.id, LIVE)
    for gap, by in ((closed, answer.id), (other, answer.id + 1)):
        gaps.change(gap.id, state="answered", curated=by)
    if end == "expired":
        assert [each.state for each in curated.expire(date(2026, 1, 2))] == [end]
    else:
        curated.set_state(answer.id, end)
    assert [gap.state for gap in gaps.all("brookshire")] == ["new", "answered"]


def test_what_changed_counts_all_who_asked_although_their_gap_was_merged(engine: Engine) -> None:
    ask(engine, [1, 1, 2, 2, 2])
    gaps, curated = Gaps(engine), CuratedAnswers(engine)
    gaps.cluster()
    most, few = gaps.all("brookshire")
    answer = curated.save(CuratedAnswer("brookshire", ("Is there a hoist?",), "Yes, at the pool.", gap=few.id), "rev@x.example")
    curated.set_state(answer.id, LIVE)
    gaps.merge("brookshire", most.id, [few.id])
    year = datetime.now().year
    (changed,) = Reports(engine).changes("brookshire", date(year, 1, 1), date(year + 1, 1, 1))
    assert changed.people == 5
