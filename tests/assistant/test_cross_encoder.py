"""The cross-encoder that ships, as `make test` built it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant.cross_encoder import CrossEncoder, pairs_feed
from knowledge.errors import EncoderError
from tests.assistant.helpers import hit
from tests.conftest import DATA

CLUB = "The swimming club meets on Mondays at Larkmere pool. It costs £4 a session. Bring a towel and goggles."
NO_PRICE = "The swimming club meets on Mondays at Larkmere pool. Bring a towel and goggles."
ASKED = "how much is the swimming club"


@pytest.fixture(scope="module")
def cross() -> CrossEncoder:
    return CrossEncoder(DATA / "cross_encoder")


def test_the_passage_that_answers_is_likelier_than_one_about_the_same_thing(cross: CrossEncoder) -> None:
    tells, only_about, other = cross.score(ASKED, [hit(CLUB), hit(NO_PRICE), hit("Families pay £300 a year for transport.")])
    assert tells > 0
    assert tells > only_about + 1
    assert tells > other + 1


def test_a_pair_is_read_the_same_alone_and_beside_others(cross: CrossEncoder) -> None:
    alone = CrossEncoder(DATA / "cross_encoder").score(ASKED, [hit(CLUB)])[0]
    assert cross.score(ASKED, [hit(CLUB * 4), hit(CLUB)])[1] == pytest.approx(alone, abs=1e-3)


def test_no_passages_are_no_numbers(cross: CrossEncoder) -> None:
    assert cross.score(ASKED, []) == []


def test_a_long_passage_and_an_endless_question_are_cut(cross: CrossEncoder) -> None:
    assert len(cross.score("how much is it " * 500, [hit(CLUB * 100)])) == 1


def test_many_threads_get_the_same(cross: CrossEncoder) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: cross.score(ASKED, [hit(CLUB)])[0], range(8)))
    assert found == pytest.approx([found[0]] * 8, abs=1e-3)


def test_what_is_fed_marks_the_passage_only() -> None:
    feed = pairs_feed([((7, 8), (9,)), ((7,), tuple(range(20, 24)))], multiple=4)
    assert feed["ids"].tolist() == [[0, 7, 8, 2, 2, 9, 2, 1, 1, 1, 1, 1], [0, 7, 2, 2, 20, 21, 22, 23, 2, 1, 1, 1]]
    assert feed["real"].tolist() == [[1] * 7 + [0] * 5, [1] * 9 + [0] * 3]
    assert feed["told"].tolist() == [[0] * 5 + [1] + [0] * 6, [0] * 4 + [1] * 4 + [0] * 4]


def test_one_that_was_not_built_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="run 'signpost build'"):
        CrossEncoder(tmp_path)
