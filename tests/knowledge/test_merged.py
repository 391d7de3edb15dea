"""Making the cross-encoder of the published model and our changes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from assistant.data_files import DATA
from knowledge.errors import EncoderError
from knowledge.merged import CHANGES_FILE, FACTS_FILE, GRAPH_FILE, MADE_FILE, eight_bit, make_merged, merged_facts

SHIPPED = DATA / "cross_encoder"


def test_it_is_made_once_and_again_if_it_is_broken(tmp_path: Path) -> None:
    made = tmp_path / "cross_encoder"
    assert make_merged(SHIPPED, made)
    assert not make_merged(SHIPPED, made)
    assert merged_facts(made) == merged_facts(SHIPPED)
    weights = made / MADE_FILE
    whole = weights.read_bytes()
    weights.write_bytes(whole[:1000])
    assert make_merged(SHIPPED, made)
    assert weights.read_bytes() == whole


def test_what_ships_is_small() -> None:
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 25_000_000


@pytest.mark.parametrize(
    ("text", "words"),
    [("{", "is damaged"), ("[]", "lacks what a model needs"), (json.dumps({"digest": "1"}), "lacks what")],
)
def test_facts_that_can_not_be_read_say_what_to_do(tmp_path: Path, text: str, words: str) -> None:
    shutil.copy(SHIPPED / GRAPH_FILE, tmp_path / GRAPH_FILE)
    (tmp_path / FACTS_FILE).write_text(text, encoding="utf-8")
    with pytest.raises(EncoderError, match=f"{FACTS_FILE}.*{words}.*signpost build --again"):
        merged_facts(tmp_path)


def test_a_folder_without_one_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"no model in .*: run 'signpost build'"):
        merged_facts(tmp_path)


def test_numbers_are_rounded_to_steps_and_kept_within_8_bits() -> None:
    matrix = np.array([[0.1, -9.0], [0.26, 9.0]], dtype=np.float32)
    signed = eight_bit(matrix, np.array([0.1, 0.05], dtype=np.float32), 0, -128)
    assert signed.dtype == np.int8
    assert signed.tolist() == [[1, -128], [3, 127]]
    unsigned = eight_bit(matrix, np.array(0.1, dtype=np.float32), 100, 0)
    assert unsigned.dtype == np.uint8
    assert unsigned.tolist() == [[101, 10], [103, 190]]


def test_changes_that_are_damaged_are_refused_by_name(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(SHIPPED, broken)
    (broken / CHANGES_FILE).write_bytes(b"cut")
    with pytest.raises(EncoderError, match=rf"{CHANGES_FILE} can't be read"):
        make_merged(broken, tmp_path / "made")
    assert not (tmp_path / "made").exists()
