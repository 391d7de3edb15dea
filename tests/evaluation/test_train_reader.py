"""The command that trains the reader, on a pack small enough to train on in seconds."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from assistant.data_files import DATA
from assistant.reader import Reader
from knowledge.encoder import OnnxEncoder
from tests.assistant.helpers import hit

PAGES = {
    "club": ("Swimming club", "The swimming club meets on Mondays at Larkmere pool. It costs £4 a session. Bring a towel."),
    "bus": ("School transport", "The council pays for a taxi if the school is more than three miles away. Apply by 31 May."),
    "plan": ("EHC plans", "The council has 20 weeks to finish an EHC plan. It looks at the plan again every year."),
}
ORDINARY = [
    ("when is the swimming club", "club", "The swimming club meets on Mondays"),
    ("who pays for the taxi to school", "bus", "The council pays for a taxi"),
    ("how long does an EHC plan take", "plan", "The council has 20 weeks to finish an EHC plan"),
    ("is the swimming club open in August", None, None),
]
FAMILIES = [
    ("what do i need to pack for him", "club", "Bring a towel"),
    ("We live miles out. Do I have to drive her in every morning?", "bus", "if the school is more than three miles away"),
    ("can i see the driver's papers", None, None),
]


def rows(asked: list[tuple[str, str | None, str | None]], letter: str) -> str:
    lines = []
    for number, (text, page, span) in enumerate(asked):
        line = {"id": f"{letter}{number}", "text": text, "audience": "parent", "area": "tiny", "setting": None}
        line |= {"expect": "answer" if page else "handoff", "gold": [page] if page else [], "answer_span": span}
        lines.append(json.dumps(line))
    return "\n".join(lines)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "area.yml").write_text(
        "area: tiny\nname: Tiny Council\ncontacts:\n  sendiass: {name: Tiny Advice, phone: 01632 960000}\n"
    )
    pages = [
        {"id": key, "title": title, "text": text, "url": f"https://tiny.example/{key}"} for key, (title, text) in PAGES.items()
    ]
    (folder / "pages.jsonl").write_text("\n".join(json.dumps(page) for page in pages))
    (folder / "questions.jsonl").write_text(rows(ORDINARY, "q"))
    (folder / "families.jsonl").write_text(rows(FAMILIES, "w"))
    return folder


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
