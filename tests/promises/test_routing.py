"""The table of hand-overs (evaluation/routing/cases.jsonl), tried on the assistant as it ships."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from evaluation.routing_figures import Routed, cases, route, table
from signpost.settings import Settings
from signpost.wiring import Workshop
from store.records import NoRecorder
from tests.conftest import copy_data

PAGE = Path("docs/reference/routing.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def routed(tmp_path_factory: pytest.TempPathFactory) -> list[Routed]:
    folder = tmp_path_factory.mktemp("routing") / "data"
    copy_data(folder)
    assistant = Workshop(Settings(data=folder)).assistant(NoRecorder())
    return [route(assistant, case) for case in cases()]


def test_the_table_is_wide_enough() -> None:
    by_contact = Counter(case.contact for case in cases())
    assert set(by_contact) == {"senco", "sendiass", "send_team", "health", "safeguarding"}
    assert by_contact.total() >= 80
    assert len({case.text for case in cases()}) == len({case.id for case in cases()}) == by_contact.total()


def test_a_quarrel_with_a_setting_never_reaches_it(routed: list[Routed]) -> None:
    assert [each.case.text for each in routed if each.to_the_accused] == []


def test_somebody_is_always_named(routed: list[Routed]) -> None:
    assert all(each.shown for each in routed)


def test_the_page_states_what_is_measured(routed: list[Routed]) -> None:
    """Within two: processors do not round the encoder's 8-bit numbers alike."""
    for row in table(routed):
        label = row[: row.index("|", 2) + 1]
        stated = next(line for line in PAGE.splitlines() if line.startswith(label))
        (said, among), (count, total) = (re.search(r"\((\d+) of (\d+);", each).groups() for each in (stated, row))  # type: ignore[union-attr]
        assert abs(int(among) - int(total)) <= 2, row
        assert abs(int(said) - int(count)) <= 2, row
