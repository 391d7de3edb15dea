"""What families ask about the law is answered with the right statutory card (evaluation/law.jsonl), or handed over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.turn import Assistant
from assistant.types import Context, Kind
from signpost.settings import Settings
from signpost.wiring import Workshop
from store.records import NoRecorder
from tests.assistant.helpers import area
from tests.conftest import copy_data

ASKED = [json.loads(line) for line in Path("evaluation/law.jsonl").read_text(encoding="utf-8").splitlines()]
WHERE = Context("brookshire")  # an area that has published nothing


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    workshop = Workshop(Settings(data=copy_data(tmp_path_factory.mktemp("law") / "data")))
    workshop.store.save_area(area())
    return workshop.assistant(NoRecorder())


def test_the_right_card_is_nearest_and_answers(assistant: Assistant) -> None:
    right: list[str] = []
    wrong: list[str] = []
    nearest = 0
    for each in ASKED:
        found = assistant.explain(each["text"], WHERE)
        nearest += bool(found.readings) and found.readings[0].hit.document.title == each["card"]
        if found.reply.kind is Kind.ANSWER:
            told = [cited.title for cited in found.reply.citations]
            (right if each["card"] in told else wrong).append(f"{each['text']} -> {told}")
    assert len(right) >= 44
    assert len(wrong) <= 1, wrong
    assert nearest >= 52
