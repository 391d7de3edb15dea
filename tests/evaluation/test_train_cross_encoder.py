"""The command that trains the cross-encoder, on a pack small enough to train on in seconds, from the real published model."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from assistant.cross_encoder import CrossEncoder
from assistant.data_files import DATA
from knowledge.merged import CHANGES_FILE, make_merged, merged_facts
from tests.assistant.helpers import hit
from tests.evaluation.conftest import PAGES


@pytest.mark.filterwarnings("ignore")  # torch warns while it traces
def test_it_trains_and_writes_changes_that_serve(
    pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch", reason="needs the 'build' extra: pip install '.[build]'")
    from evaluation import train_cross_encoder

    changes, made = tmp_path / "changes", tmp_path / "made"
    command = ["train_cross_encoder", "--out", str(changes), "--questions", "64", str(pack)]
    monkeypatch.setattr(sys, "argv", command)
    train_cross_encoder.main()
    assert "7 questions" in capsys.readouterr().out
    assert merged_facts(changes)["digest"] != merged_facts(DATA / "cross_encoder")["digest"]
    assert (changes / CHANGES_FILE).stat().st_size < 25_000_000
    make_merged(changes, made)
    told = [hit(text, headings=(title, title)) for title, text in PAGES.values()]
    scores = CrossEncoder(made).score("when is the swimming club", told)
    assert max(scores) == scores[0]
