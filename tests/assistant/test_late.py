"""The late interaction that ships, on the encoders that ship."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant.data_files import DATA
from assistant.errors import PolicyError
from assistant.late import LateInteraction
from knowledge.encoder import OnnxEncoder, open_question_encoder
from tests.assistant.helpers import hit

CLUB = "The swimming club meets on Mondays at Larkmere pool. It costs £4 a session. Bring a towel and goggles."
ASKED = "how much is the swimming club"


@pytest.fixture(scope="module")
def late(encoder: OnnxEncoder) -> LateInteraction:
    return LateInteraction(DATA / "question_encoder", open_question_encoder(DATA / "question_encoder", encoder), encoder)


def test_the_page_that_answers_scores_more_than_others(late: LateInteraction) -> None:
    scores = late.score(ASKED, [hit(CLUB), hit("Annual reviews take place once a year."), hit("Bring a towel and goggles.")])
    assert scores[0] == max(scores)


def test_a_passage_scores_the_same_alone_and_beside_longer_ones(late: LateInteraction) -> None:
    alone = late.score(ASKED, [hit(CLUB)])
    beside = late.score(ASKED, [hit(CLUB), hit("The football club meets on Fridays. " * 12)])
    assert alone[0] == pytest.approx(beside[0], abs=1e-3)


def test_many_threads_score_the_same(late: LateInteraction) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: late.score(ASKED, [hit(CLUB)])[0], range(24)))
    assert found == pytest.approx([found[0]] * 24, abs=1e-4)


def test_nothing_found_is_nothing_compared(late: LateInteraction) -> None:
    assert late.score(ASKED, []) == []


def test_a_missing_file_says_what_to_do(encoder: OnnxEncoder, tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="run 'make train-questions'"):
        LateInteraction(tmp_path, encoder, encoder)
