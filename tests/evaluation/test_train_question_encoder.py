"""The command that tunes the question encoder, on a pack small enough to train on in seconds."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from assistant.data_files import DATA
from assistant.late import LateInteraction, feed_of
from evaluation.questions import Expect, Question
from knowledge.encoder import OnnxEncoder, TokenStates, open_question_encoder, open_session
from tests.assistant.helpers import hit
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
    pages = [hit(text, headings=(title,)) for title, text in PAGES.values()]
    scores = LateInteraction(out, tuned, encoder).score(ASKED, pages)
    assert scores[0] == max(scores)


def test_late_interaction_is_shown_what_scores_best() -> None:
    pytest.importorskip("torch", reason=NEEDED)
    from evaluation.train_question_encoder import Asked, Training, compared

    question = Question("q", "who", "parent", "a", None, Expect.ANSWER, ("p",), "x", None, None)
    asked = Asked(question, np.array([4]), np.array([], dtype=np.int64), np.zeros(6, dtype=np.float32))
    scores = np.array([[0.1, 0.9, -9.0, 0.5, 0.2, 0.7]], dtype=np.float32)
    assert compared(scores, [asked], Training(compared=3)) == [[4, 1, 5]]
    assert compared(scores, [asked], Training(compared=12)) == [[4, 1, 5, 3, 0]]


@pytest.mark.filterwarnings("ignore")
def test_what_serves_scores_as_the_torch_module_does(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason=NEEDED)
    from evaluation.late_graph import LateGraph, export_late

    torch.manual_seed(1)
    graph = LateGraph().eval()
    torch.nn.init.normal_(graph.weighed[3].weight)
    asked, told = np.random.default_rng(1).random((7, 2, 384)), np.random.default_rng(2).random((11, 2, 384))
    words = [TokenStates(np.arange(len(each)), np.zeros((len(each), 2)), each.astype(np.float16)) for each in (asked, told)]
    export_late(graph, tmp_path)
    feed = feed_of(words[0], [words[1], words[0]])
    served = open_session(tmp_path / "late.onnx", 1).run(["scores"], feed)[0]
    question, passages, real = (torch.from_numpy(feed[name]) for name in ("question", "passages", "real"))
    with torch.no_grad():
        there = graph(question, passages, real, torch.ones((1, 7), dtype=torch.bool), torch.zeros(2, dtype=torch.int64))
    assert there.numpy() == pytest.approx(served, abs=1e-3)


def test_the_shipped_encoder_is_the_same_in_torch() -> None:
    pytest.importorskip("torch", reason=NEEDED)
    from evaluation.train_question_encoder import as_torch

    texts = ["who pays for the taxi to school", "The council has 20 weeks to finish an EHC plan."]
    there = np.asarray(as_torch(DATA / "encoder").encode(texts, normalize_embeddings=True))
    shipped = OnnxEncoder(DATA / "encoder").encode(texts)
    assert float(np.min(np.sum(there * shipped, axis=1))) > 0.98
