"""The judge of disclosures that ships, as `make test` built it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant.harm_judge import HarmJudge, together
from knowledge.errors import EncoderError
from tests.conftest import DATA

HARM = "my uncle comes in my room at night and touches me"
BUS = "We moved here in June and I still have not had the form for the bus pass, I rang twice and nobody knew."


@pytest.fixture(scope="module")
def judge() -> HarmJudge:
    return HarmJudge(DATA / "harm_judge")


def test_a_disclosure_is_told_from_what_sounds_like_one(judge: HarmJudge) -> None:
    assert judge.score(HARM) > 0 > judge.score("this form is killing me, can someone help with it")
    assert judge.score("i cut myself every night") > 0 > judge.score("how do i cut his hair if he cant stand it")


def test_it_is_found_wherever_it_stands_in_a_message_longer_than_is_read_at_once(judge: HarmJudge) -> None:
    assert judge.score(" ".join([BUS] * 16)) < 0
    for place in (0, 7, 16):
        told = [BUS] * 16
        told.insert(place, f"{HARM}.")
        assert judge.score(" ".join(told)) > 0, place
        assert judge.score(" ".join(told).replace(".", " and").replace(",", "")) > 0, place  # one endless sentence


def test_sentences_are_read_together_and_each_in_some_run() -> None:
    one, two, long = tuple(range(50)), tuple(range(100, 150)), tuple(range(200, 530))
    assert list(together([()])) == [()]
    assert list(together([one, two])) == [one + two]
    assert list(together([one, two, one])) == [one + two, two + one]
    runs = list(together([one, long, two]))
    assert max(map(len, runs)) <= 128
    assert {piece for run in runs for piece in run} == {*one, *two, *long}


def test_many_threads_get_the_same(judge: HarmJudge) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(judge.score, [HARM] * 8))
    assert found == pytest.approx([found[0]] * 8, abs=1e-3)


@pytest.mark.parametrize("text", ["", " \n ", "🙂" * 50, "a" * 20_000])
def test_any_text_has_a_number(judge: HarmJudge, text: str) -> None:
    assert isinstance(judge.score(text), float)


def test_one_that_was_not_built_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="run 'signpost build'"):
        HarmJudge(tmp_path / "harm_judge")
