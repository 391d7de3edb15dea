"""The project is an ordinary Rasa 3 project: Rasa's own tools work on it unchanged."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from signpost.rasa_server import rasa_command, rasa_environment, run_rasa, trained_model
from signpost.settings import REPOSITORY
from tests.conftest import DATA
from tests.journeys.server import running

pytestmark = pytest.mark.rasa


def test_rasa_finds_nothing_wrong_with_it() -> None:
    said = run_rasa(
        [
            "data",
            "validate",
            "--domain",
            "assistant/domain.yml",
            "--config",
            "config.yml",
            "--data",
            "intents",
            "assistant/rules.yml",
        ]
    )
    assert "No story structure conflicts found" in said


def test_rasa_test_passes(tmp_path: Path) -> None:
    with running(DATA, SIGNPOST_SHARED_SECRET="for-this-test") as address:
        done = subprocess.run(
            [
                str(rasa_command()), "test", "core", "--model", str(trained_model()), "--out", str(tmp_path),
                "--stories", "tests/conversations/test_stories.yml", "--fail-on-prediction-errors",
            ],
            cwd=REPOSITORY, env=rasa_environment(address, "for-this-test"), capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, (done.stdout + done.stderr)[-2000:]
    report = json.loads((tmp_path / "story_report.json").read_text(encoding="utf-8"))
    assert report["conversation_accuracy"]["correct"] == report["conversation_accuracy"]["total"] == 9
