"""The command that trains the reader, on a pack small enough to train on in seconds."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from assistant.data_files import DATA
from assistant.reader import Reader
from knowledge.encoder import OnnxEncoder
from tests.assistant.helpers import hit
from tests.evaluation.conftest import PAGES


@pytest.mark.filterwarnings("ignore")  # torch warns while it traces
def test_it_trains_on_both_files_and_writes_a_reader_that_serves(
    pack: Path, tmp_path: Path, encoder: OnnxEncoder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch", reason="needs the 'build' extra: pip install '.[build]'")
    from evaluation import train_reader

    taught: list[list[str]] = []
    really = train_reader.loss_of
    monkeypatch.setattr(
        train_reader,
        "loss_of",
        lambda graph, batch, training: (
            taught.append([each.question.id for _, each, _ in batch]),
            really(graph, batch, training),
        )[1],
    )
    monkeypatch.setattr(sys, "argv", ["train_reader", "--out", str(tmp_path / "reader"), "--epochs", "6", str(pack)])
    train_reader.main()
    assert "7 questions" in capsys.readouterr().out
    assert not any(each.startswith("w") for each in taught[0])
    assert {"w0", "w1", "w2"} <= set(taught[-1])
    marks = Reader(tmp_path / "reader", encoder, encoder).read("when is the swimming club", [hit(PAGES["club"][1])])
    assert len(marks[0].evidence) == 3
    assert (tmp_path / "reader" / "reader.onnx").read_bytes() != (DATA / "reader" / "reader.onnx").read_bytes()
