"""The command that tunes the question encoder, on a pack small enough to train on in seconds."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from assistant.data_files import DATA
from knowledge.encoder import OnnxEncoder, open_question_encoder
from tests.evaluation.conftest import PAGES

ASKED = "what do i need to pack for him"
NEEDED = "needs the 'build' extra: pip install '.[build]'"


@pytest.mark.filterwarnings("ignore")  # torch warns while it traces
def test_it_draws_a_question_nearer_to_what_answers_it_and_ships_what_serves(
    pack: Path, tmp_path: Path, encoder: OnnxEncoder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch", reason=NEEDED)
    from evaluation import train_question_encoder

    out = tmp_path / "questions"
    monkeypatch.setattr(sys, "argv", ["train_question_encoder", "--out", str(out), "--epochs", "6", str(pack)])
    train_question_encoder.main()
    assert "7 questions of 1 packs" in capsys.readouterr().out
    tuned = open_question_encoder(out, encoder)
    told = encoder.encode([text for _, text in PAGES.values()])[0]
    assert tuned.encode([ASKED])[0] @ told > encoder.encode([ASKED])[0] @ told
    assert tuned.digest != encoder.digest


def test_the_shipped_encoder_is_the_same_in_torch() -> None:
    pytest.importorskip("torch", reason=NEEDED)
    from evaluation.train_question_encoder import as_torch

    texts = ["who pays for the taxi to school", "The council has 20 weeks to finish an EHC plan."]
    there = np.asarray(as_torch(DATA / "encoder").encode(texts, normalize_embeddings=True))
    shipped = OnnxEncoder(DATA / "encoder").encode(texts)
    assert float(np.min(np.sum(there * shipped, axis=1))) > 0.98
