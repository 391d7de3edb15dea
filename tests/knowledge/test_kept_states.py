"""States of passages on disk: the same as computed, and never worse than computing when the file can't be used."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from knowledge.encoder import OnnxEncoder, TokenStates
from knowledge.kept_states import KeptStates

TEXT = "Portage: How to get it. A visitor comes to your home each week. You can ask for it yourself."


class Counting:
    """The real encoder, and how often it was asked."""

    def __init__(self, encoder: OnnxEncoder) -> None:
        self.encoder, self.asked = encoder, 0
        self.digest, self.dimensions, self.encode = encoder.digest, encoder.dimensions, encoder.encode

    def states(self, text: str) -> TokenStates:
        self.asked += 1
        return self.encoder.states(text)


@pytest.fixture
def counting(encoder: OnnxEncoder) -> Counting:
    return Counting(encoder)


def same(one: TokenStates, other: TokenStates) -> bool:
    return all(np.array_equal(getattr(one, part), getattr(other, part)) for part in ("ids", "offsets", "states"))


def test_what_is_kept_is_what_was_computed_also_for_the_next_process(counting: Counting, tmp_path: Path) -> None:
    path = tmp_path / "states.db"
    first = KeptStates(counting, path, 100)
    assert same(first.states(TEXT), counting.encoder.states(TEXT))
    assert same(KeptStates(counting, path, 100).states(TEXT), counting.encoder.states(TEXT))
    first.keep(TEXT)
    assert counting.asked == 1
    first.keep("Another passage.")
    assert counting.asked == 2


def test_pages_that_are_gone_are_dropped(counting: Counting, tmp_path: Path) -> None:
    kept = KeptStates(counting, tmp_path / "states.db", 100)
    for text in (TEXT, "Another passage.", "A third."):
        kept.keep(text)
    assert kept.keep_only([TEXT, "A third."]) == 1
    kept.keep(TEXT)
    assert counting.asked == 3
    kept.keep("Another passage.")
    assert counting.asked == 4


def test_without_room_nothing_is_kept(counting: Counting, tmp_path: Path) -> None:
    kept = KeptStates(counting, tmp_path / "states.db", 0)
    kept.keep(TEXT)
    assert counting.asked == 0
    assert same(kept.states(TEXT), kept.states(TEXT))
    assert not list(tmp_path.iterdir())


def test_reading_ahead_stops_when_it_is_full_so_that_it_does_not_go_round_and_round(counting: Counting, tmp_path: Path) -> None:
    kept = KeptStates(counting, tmp_path / "states.db", 1)
    texts = [f"{number}. {TEXT}" for number in range(120)]
    for _ in range(2):
        for text in texts:
            kept.keep(text)
    assert 10 < counting.asked < 60


def test_the_oldest_go_when_it_is_full(counting: Counting, tmp_path: Path) -> None:
    path = tmp_path / "states.db"
    kept = KeptStates(counting, path, 4)
    for number in range(450):
        kept.states(f"{number}. {TEXT}")
    with sqlite3.connect(path) as file:
        count = file.execute("SELECT COUNT(*) FROM states").fetchone()[0]
    assert 0 < count < 450
    asked = counting.asked
    kept.states(f"449. {TEXT}")
    assert counting.asked == asked
    kept.states(f"0. {TEXT}")
    assert counting.asked == asked + 1


@pytest.mark.parametrize(
    "content", [b"not a database, but long enough to look like one" * 200, b"SQLite format 3\0" + b"x" * 5000]
)
def test_a_damaged_file_costs_time_only(
    counting: Counting, tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "states.db"
    path.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        kept = KeptStates(counting, path, 100)
        assert same(kept.states(TEXT), counting.encoder.states(TEXT))
    assert "delete the file" in caplog.text


def test_a_damaged_row_is_computed_anew(counting: Counting, tmp_path: Path) -> None:
    path = tmp_path / "states.db"
    kept = KeptStates(counting, path, 100)
    kept.states(TEXT)
    with sqlite3.connect(path) as file:
        file.execute("UPDATE states SET value = X'0102'")
    assert same(kept.states(TEXT), counting.encoder.states(TEXT))
    assert same(kept.states(TEXT), counting.encoder.states(TEXT))
    assert counting.asked == 2


def test_a_file_that_is_locked_or_in_a_folder_that_is_not_there_costs_time_only(counting: Counting, tmp_path: Path) -> None:
    kept = KeptStates(counting, tmp_path / "nowhere" / "states.db", 100)
    assert same(kept.states(TEXT), counting.encoder.states(TEXT))
    path = tmp_path / "states.db"
    kept = KeptStates(counting, path, 100)
    with sqlite3.connect(path, isolation_level=None) as file:
        file.execute("BEGIN EXCLUSIVE")
        assert same(kept.states(TEXT), counting.encoder.states(TEXT))
        file.execute("ROLLBACK")
    assert same(kept.states(TEXT), kept.states(TEXT))
    assert counting.asked == 3  # once the other is done it is kept
