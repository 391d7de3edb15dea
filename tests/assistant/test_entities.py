"""Stages, needs, ages, abbreviations, and slips of spelling."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant.data_files import DATA
from assistant.entities import EntityFinder
from assistant.errors import DataError
from assistant.spelling import Spelling, Spellings

SPELLINGS = Spellings(frozenset({"rett"}), {"wot": "what", "carnt": "can't"})
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
        ("Wot if he CARNT", "what if he can't"),
        ("wottle", "wottle"),
        ("the pannal", "the panel"),
        ("rett", "rett"),
        ("panels", "panels"),
    ],
)
def test_slips_are_mended_and_words_are_left_alone(typed: str, mended: str) -> None:
    spellings = Spellings(frozenset({"rett"}), {"wot": "what", "carnt": "can't"})
    spelling = Spelling(
        {"support", "autism", "list", "plan", "sport", "panels"}, ["support", "autism", "sport", "rest", "panel"], spellings
    )
    assert spelling.mend(typed) == mended


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("kept: a\nwritten: {school: skool, skull: skool}", "'skool' is there for two words"),
        ("words: {}", "written"),
        ("kept: a\nwritten: []", "items"),
        ("written: {school: skool}", "kept"),
    ],
)
def test_a_list_of_spellings_that_is_wrong_is_named(tmp_path: Path, rows: str, says: str) -> None:
    path = tmp_path / "spelling.yml"
    path.write_text(rows, encoding="utf-8")
    with pytest.raises(DataError, match=says) as raised:
        Spellings.load(path)
    assert "spelling.yml" in str(raised.value)


def test_no_listed_spelling_is_a_word_that_stands_for_itself() -> None:
    written = Spellings.load(DATA / "spelling.yml").written
    assert written["wot"] == "what"
    assert set(written).isdisjoint(" ".join(written.values()).split())


def test_no_word_of_a_message_is_kept_however_many_read_at_once() -> None:
    strings = FINDER._english.language.vocab.strings
    before = len(strings)

    def read(number: int) -> str:
        return " ".join(each.value for each in FINDER.find(f"tyler{number} is autistic and has{number} an EHCP"))

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(read, range(2000))) == {"autism education, health and care plan"}
    assert len(strings) == before
    assert "tyler7" not in strings
