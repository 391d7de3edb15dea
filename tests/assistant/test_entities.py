"""Stages, needs, ages, abbreviations, and slips of spelling."""

from pathlib import Path

import pytest

from assistant.entities import EntityFinder
from assistant.errors import DataError
from assistant.spelling import Spelling

FINDER = EntityFinder(Path("assistant/data/entities.yml"), {"ehcp": "education, health and care plan"})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("my 7 year old is autistic", [("age", "7"), ("need", "autism")]),
        (
            "hes 14 with an EHCP and in year 9",
            [("age", "14"), ("abbreviation", "education, health and care plan"), ("stage", "secondary")],
        ),
        ("a supported internship", [("stage", "post_16")]),
        ("nothing here", []),
    ],
)
def test_what_a_message_names(text: str, found: list[tuple[str, str]]) -> None:
    entities = FINDER.find(text)
    assert [(each.kind, each.value) for each in entities] == found
    assert all(text[each.start : each.end] for each in entities)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.yml").write_text("stage: [a]", encoding="utf-8")
    with pytest.raises(DataError, match=r"x\.yml"):
        EntityFinder(tmp_path / "x.yml", {})


@pytest.mark.parametrize(
    ("typed", "mended"),
    [
        ("autisim list", "autism list"),
        ("suport plan", "support plan"),
        ("Xaviers support", "Xaviers support"),
        ("supports", "supports"),
        ("zzzzzz", "zzzzzz"),
    ],
)
def test_slips_are_mended_and_words_are_left_alone(typed: str, mended: str) -> None:
    spelling = Spelling({"support", "autism", "list", "plan", "sport"}, ["support", "autism", "sport"])
    assert spelling.mend(typed) == mended
