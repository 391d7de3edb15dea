from pathlib import Path

import numpy as np
import pytest

from assistant.data_files import DATA
from assistant.errors import PolicyError
from assistant.message_model import GramWeights, MessageModel, grams
from knowledge.encoder import OnnxEncoder

SMALL = MessageModel(
    "enc", ("school", "transport"), np.array([[1.0, 0.0], [0.0, 1.0]], dtype=np.float32), np.zeros(2, dtype=np.float32),
    GramWeights({"bus": 0, "^ bus": 1}, np.ones(2, dtype=np.float32), np.array([[0.0, 4.0], [0.0, 4.0]], dtype=np.float32)), 0.3,
)  # fmt: skip


def test_meaning_and_words_are_added_and_shares_sum_to_one() -> None:
    school = np.array([1.0, 0.0], dtype=np.float32)
    assert SMALL.probabilities("lessons", school)["school"] > 0.5
    shares = SMALL.probabilities("bus", school)
    assert shares["transport"] > 0.9
    assert sum(shares.values()) == pytest.approx(1)


def test_grams_are_stems_with_the_one_before() -> None:
    assert grams("They never listened") == ["they", "never", "listen", "^ they", "they never", "never listen"]


def test_saving_and_loading_keeps_it(tmp_path: Path) -> None:
    SMALL.save(tmp_path / "model.json")
    again = MessageModel.load(tmp_path / "model.json")
    vector = np.array([0.6, 0.8], dtype=np.float32)
    assert again.probabilities("a bus", vector) == pytest.approx(SMALL.probabilities("a bus", vector), abs=1e-3)
    assert (again.classes, again.at) == (SMALL.classes, SMALL.at)


def test_what_cannot_be_used_is_refused_with_the_command_that_mends_it(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"no message model .*make fit"):
        MessageModel.load(tmp_path / "none.json")
    (tmp_path / "bad.json").write_text("{}", encoding="utf-8")
    with pytest.raises(PolicyError, match="damaged"):
        MessageModel.load(tmp_path / "bad.json")
    with pytest.raises(PolicyError, match="fitted for encoder enc"):
        SMALL.fits("another")


def test_the_one_that_ships_was_fitted_for_the_encoder_that_ships() -> None:
    MessageModel.load(DATA / "routing_model.json").fits(OnnxEncoder(DATA / "encoder").digest)
