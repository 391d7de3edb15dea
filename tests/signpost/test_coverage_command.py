"""`signpost coverage`: what it says, and the files that it writes, over a data folder of its own."""

import csv
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from api.coverage import coverage_csv, coverage_map, coverage_page
from assistant.coverage import CoverageRow, CoverageTable, PassageLink, State
from signpost.commands import coverage
from signpost.output import first_line
from signpost.settings import Settings
from signpost.wiring import Workshop
from tests.conftest import link_models

SETTINGS = ("acorn-lane", "kestrel", "larkmere-college", "millbrook", "willow-bank")
APP = typer.Typer()
coverage.register(APP)


@APP.callback()
def common() -> None:
    """A group, as `signpost` is."""


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    from knowledge.pack import read_pack

    data = tmp_path_factory.mktemp("data")
    link_models(data)
    workshop = Workshop(Settings(data=data))
    workshop.ingester().ingest_pack(read_pack(Path("samples/larkmere")))
    return workshop


def run(workshop: Workshop, *words: str) -> Result:
    return CliRunner().invoke(APP, ["coverage", *words], obj=workshop)


def test_an_area_is_summed_up_and_written_as_csv_and_as_a_map(workshop: Workshop, tmp_path: Path) -> None:
    done = run(workshop, "larkmere", "--csv", str(tmp_path / "c.csv"), "--html", str(tmp_path / "c.html"))
    assert done.exit_code == 0, done.output
    assert re.search(r"^Acorn Lane Nursery: \d+ in place, \d+ partly, \d+ missing; 0 on old pages$", done.output, re.MULTILINE)
    with (tmp_path / "c.csv").open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert len(rows) == 15 + 5 * 47
    assert {row["setting"] for row in rows} == {"", *SETTINGS}
    training = next(row for row in rows if (row["setting"], row["item"]) == ("millbrook", "P07"))
    assert (training["state"], training["heading"]) == ("in_place", "What training have staff had?")
    page = (tmp_path / "c.html").read_text(encoding="utf-8")
    assert '<link rel="stylesheet" href="coverage.css">' in page
    assert (tmp_path / "coverage.css").read_text(encoding="utf-8") == Path("api/static/coverage.css").read_text(encoding="utf-8")
    assert page.count('<table class="map"') == 3
    assert page.count("Millbrook Primary School</th>") == 3


def test_one_setting_is_listed_item_by_item(workshop: Workshop, tmp_path: Path) -> None:
    done = run(workshop, "larkmere", "--setting", "millbrook", "--html", str(tmp_path / "m.html"))
    assert done.exit_code == 0, done.output
    assert "  P07    in_place   Training that staff have had" in done.output
    assert "  Y01    not_asked " in done.output
    page = (tmp_path / "m.html").read_text(encoding="utf-8")
    assert "<h1>What Millbrook Primary School tells families</h1>" in page
    assert "What training have staff had?" in page
    assert "What young people ask" not in page


def test_labels_given_by_hand_are_compared(workshop: Workshop) -> None:
    done = run(workshop, "larkmere", "--labels", "evaluation/coverage/labels.jsonl")
    assert re.search(r"^201 labels; same state: \d+ \(", done.output, re.MULTILINE)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("nowhere",), "area 'nowhere' is not known: give one of larkmere"),
        (("larkmere", "--setting", "oak"), "setting 'oak' is not in area 'larkmere': give one of acorn-lane, kestrel"),
    ],
)
def test_what_is_not_known_is_refused_in_one_line(workshop: Workshop, words: tuple[str, ...], says: str) -> None:
    done = run(workshop, *words)
    assert done.exception is not None
    assert says in first_line(done.exception)


def test_labels_that_cannot_be_read_are_named(workshop: Workshop, tmp_path: Path) -> None:
    labels = tmp_path / "labels.jsonl"
    labels.write_text('{"area": "larkmere", "setting": null, "item": "P01", "label": "fine"}\n', encoding="utf-8")
    done = run(workshop, "larkmere", "--labels", str(labels))
    assert done.exception is not None
    assert "labels.jsonl:1" in first_line(done.exception)


def test_pages_obey_the_strict_policy_and_escape_what_they_show() -> None:
    for page in (coverage_page(ODD), coverage_map([ODD], links={"odd": "/staff/coverage/x/odd"})):
        assert "<script" not in page
        assert " style=" not in page
        assert "<style" not in page
        assert not re.search(r"\son[a-z]+=", page)
        assert "<b>Odd</b>" not in page
        assert "&lt;b&gt;Odd&lt;/b&gt;" in page
        assert 'href="/static/coverage.css"' in page
    assert "javascript:" not in coverage_page(ODD)
    assert 'href="/staff/coverage/x/odd"' in coverage_map([ODD], links={"odd": "/staff/coverage/x/odd"})


def test_every_state_has_a_word_of_its_own() -> None:
    page = coverage_page(ODD)
    for mark in ("Yes", "Part", "No", "–"):
        assert page.count(f">{mark}</span>") >= 1
    cells = re.findall(r'<td role="cell" class="(\w+)"><span class="label">(\S+) </span>(\S+)</td>', coverage_map([ODD]))
    assert cells == [
        ("in_place", "P01", "Yes"), ("partly", "P02", "Part"), ("missing", "P03", "No"), ("not_asked", "S1.02", "–"), ("in_place", "S1.03a", "Yes"),
    ]  # fmt: skip


def test_totals_dates_and_what_is_lacking_are_shown() -> None:
    page = coverage_page(ODD)
    assert "2 in place" in page
    assert "1 on a page that is old" in page
    assert "Made on 24 November 2026" in page
    assert "1 October 2025 (13 months ago)" in page
    assert "Old: over a year" in page
    assert "Old: was to be reviewed by 1 September 2026" in coverage_page(replace(ODD, rows=(PAST,)))
    assert "Not fully told: who plans; who helps" in page
    assert "Nearest, but does not seem to tell it" in page


def test_a_spreadsheet_runs_nothing_that_a_page_says() -> None:
    rows = list(csv.DictReader(coverage_csv([ODD]).splitlines()))
    assert rows[0]["page"] == "'=HYPERLINK(1)"
    assert rows[0]["age_months"] == "13"
    assert [row["missing"] for row in rows[:3]] == ["", "who plans; who helps", "lessons"]


def test_a_map_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one table"):
        coverage_map([])


def test_a_map_without_settings_or_without_the_area_is_whole() -> None:
    assert "All settings" not in coverage_map([replace(ODD, setting="")])
    assert "The Local Offer</h2>" not in coverage_map([ODD])


LINK = PassageLink("d", "=HYPERLINK(1)", "A <i>heading</i>", "javascript:alert(1)", date(2025, 10, 1), None)
PAST = CoverageRow(
    "P04", "P", "Progress", State.IN_PLACE, replace(LINK, updated=date(2026, 8, 1), review_by=date(2026, 9, 1)), 3, 9, True
)
ODD = CoverageTable(
    "x", "X Council", "odd", "<b>Odd</b> School", date(2026, 11, 24),
    (
        CoverageRow("P01", "P", "Spotting", State.IN_PLACE, LINK, 13, 10, True),
        CoverageRow("P02", "P", "Who helps", State.PARTLY, LINK, 1, 11, False, ("who plans", "who helps")),
        CoverageRow("P03", "P", "Lessons", State.MISSING, LINK, lacks=("lessons",)),
        CoverageRow("S1.02", "S1", "Finding", State.NOT_ASKED),
        CoverageRow("S1.03a", "S1", "Judging", State.IN_PLACE, LINK, 0, None),
    ),
)  # fmt: skip
