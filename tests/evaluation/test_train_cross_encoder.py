"""The command that trains the cross-encoder, on a pack small enough to train on in seconds, from the real published model."""

from __future__ import annotations

import math
import random
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.cross_encoder import CrossEncoder
from assistant.data_files import DATA
from evaluation.questions import ORDINARY, Expect
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
    command = ["train_cross_encoder", "--out", str(changes), "--questions", "32", str(pack)]
    monkeypatch.setattr(sys, "argv", command)
    train_cross_encoder.main()
    assert "8 questions, 0 of them judged" in capsys.readouterr().out
    assert merged_facts(changes)["digest"] != merged_facts(DATA / "cross_encoder")["digest"]
    assert (changes / CHANGES_FILE).stat().st_size < 25_000_000
    make_merged(changes, made)
    told = [hit(text, headings=(title, title)) for title, text in PAGES.values()]
    scores = CrossEncoder(made).score("when is the swimming club", told)
    assert len(set(scores)) == len(told)  # two steps teach it nothing yet: that it tells them apart is all there is to see
    assert all(map(math.isfinite, scores))


@pytest.mark.filterwarnings("ignore")
def test_it_goes_on_with_what_it_is_wrong_on(
    pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch", reason="needs the 'build' extra: pip install '.[build]'")
    from evaluation import train_cross_encoder

    command = ["train_cross_encoder", "--out", str(tmp_path), "--questions", "16", "--further", "--judge", "1", str(pack)]
    monkeypatch.setattr(sys, "argv", command)
    train_cross_encoder.main()
    assert "8 questions, 8 of them judged" in capsys.readouterr().out
    assert merged_facts(tmp_path)["digest"] != merged_facts(DATA / "cross_encoder")["digest"]


def test_what_is_wrong_and_what_misleads_are_shown_more_often() -> None:
    pytest.importorskip("torch", reason="needs the 'build' extra: pip install '.[build]'")
    from evaluation.train_cross_encoder import FURTHER, Asked, Told, drawn, shown

    likely, unlikely = Told((1,), logit=3.0), Told((2,), logit=-5.0)
    wrong = Asked((7,), Expect.HANDOFF, ORDINARY, (), (unlikely, likely), lost=3.0)
    right = Asked((8,), Expect.HANDOFF, ORDINARY, (), (unlikely, likely), lost=0.0)
    training, order = replace(FURTHER, shortened=0.0, wrong_passages=1), random.Random(1)
    first = [next(drawn([right, wrong], training, order)) for _ in range(200)]
    assert first.count(wrong) > 3 * first.count(right) > 0
    seen = [shown(wrong, training, order)[0][0] for _ in range(200)]
    assert seen.count(likely) > 5 * seen.count(unlikely) > 0
