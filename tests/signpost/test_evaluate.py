"""`signpost evaluate`: what it writes, compares and ends with, over the real assistant and a tiny pack."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from evaluation.questions import QuestionsError
from knowledge.pack import read_pack
from signpost.commands import measuring
from signpost.settings import Settings
from signpost.wiring import Workshop
from tests.conftest import link_models

APP = typer.Typer()
measuring.register(APP)


@pytest.fixture
def workshop(tmp_path: Path, pack: Path) -> Workshop:
    link_models(tmp_path / "data")
    made = Workshop(Settings(data=tmp_path / "data"))
    made.ingester().ingest_pack(read_pack(pack))
    return made


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "asked.jsonl"
    row = {"id": "q", "text": "how much is transport to college", "audience": "parent", "area": "brookshire", "setting": None}
    path.write_text(json.dumps(row | {"expect": "handoff", "gold": [], "answer_span": None}) + "\n", encoding="utf-8")
    return path


def test_json_is_one_document_and_an_earlier_run_is_read_before_it_is_overwritten(
    workshop: Workshop, questions: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "results.jsonl"
    CliRunner().invoke(APP, ["evaluate", str(questions), "--out", str(kept)], obj=workshop)
    now = json.loads(kept.read_text(encoding="utf-8"))
    other = "handoff" if now["kind"] == "answer" else "answer"
    kept.write_text(json.dumps(now | {"kind": other}) + "\n", encoding="utf-8")
    words = ["evaluate", str(questions), "--json", "--out", str(kept), "--compare", str(kept), "--plots", str(tmp_path / "plots")]
    found = json.loads(CliRunner().invoke(APP, words, obj=workshop).stdout)
    assert [line.split(": ")[1] for line in found["compared"]] == [f"q {other} -> {now['kind']}"]
    assert [Path(each).name for each in found["pictures"]] == ["risk_coverage.png", "reliability.png"]
    assert found["failed"] == 0
    assert json.loads(kept.read_text(encoding="utf-8"))["kind"] == now["kind"]


@pytest.mark.parametrize("words", [[], ["--half"]])
def test_nothing_to_ask_is_refused(workshop: Workshop, questions: Path, words: list[str]) -> None:
    if words:  # by its id it is in the half that is trained on
        questions.write_text(questions.read_text(encoding="utf-8").replace('"id": "q"', '"id": "q2"'), encoding="utf-8")
    else:
        questions.write_text("\n", encoding="utf-8")
    done = CliRunner().invoke(APP, ["evaluate", str(questions), *words], obj=workshop)
    assert isinstance(done.exception, QuestionsError)
    assert "there is nothing to measure" in str(done.exception)


def test_a_turn_that_failed_is_told_and_ends_with_status_1(workshop: Workshop, questions: Path, tmp_path: Path) -> None:
    policy = json.loads(workshop.settings.policy_file.read_text(encoding="utf-8"))
    policy["contact"]["weights"] = [0.0]
    (tmp_path / "policy.json").write_text(json.dumps(policy), encoding="utf-8")
    broken = Workshop(workshop.settings.model_copy(update={"policy": tmp_path / "policy.json"}))
    done = CliRunner().invoke(APP, ["evaluate", str(questions)], obj=broken)
    assert "  Turns that failed: 1\n" in done.stdout
    assert "BROKEN" not in done.stdout.replace("[BROKEN", "")
    assert done.exit_code == 1
