"""The coverage report on the real sample area, with the real encoder and search."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from assistant.coverage import Auditor, CoverageRow, State, area_coverage, has_substance, setting_coverage, state_of, told
from assistant.coverage_rules import CoverageRules, Part, load_coverage_rules
from assistant.data_files import DATA
from assistant.errors import DataError
from assistant.intents import load_intents
from evaluation.coverage_figures import agreement, read_labels
from knowledge.encoder import OnnxEncoder
from knowledge.ingest import Ingester, no_progress
from knowledge.library import Library
from knowledge.pack import read_pack
from knowledge.topics import TopicMapper
from knowledge.types import Area, Setting
from store.database import migrate, open_database, sqlite_url
from store.passages import DatabasePassages

TODAY = date(2026, 11, 24)
INTENTS = load_intents(Path("intents"))
RULES = load_coverage_rules(DATA / "coverage.yml", INTENTS)
LABELS = Path("evaluation/coverage/labels.jsonl")


@dataclass(frozen=True)
class Larkmere:
    area: Area
    auditor: Auditor
    store: DatabasePassages

    def row(self, setting: str, item: str) -> CoverageRow:
        return next(
            row for row in setting_coverage(self.area, self.setting(setting), self.auditor, TODAY).rows if row.item == item
        )

    def setting(self, slug: str) -> Setting:
        return next(each for each in self.area.settings if each.slug == slug)


@pytest.fixture(scope="module")
def larkmere(encoder: OnnxEncoder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Larkmere]:
    folder = tmp_path_factory.mktemp("coverage")
    engine = open_database(sqlite_url(folder))
    migrate(engine)
    store = DatabasePassages(engine)
    Ingester(store, encoder, TopicMapper([], encoder), no_progress).ingest_pack(read_pack(Path("samples/larkmere")))
    yield Larkmere(store.areas()[0], Auditor(RULES, encoder, Library(store, encoder, folder / "indexes")), store)
    engine.dispose()


def test_every_item_of_the_law_and_of_se7_is_looked_for() -> None:
    numbered = [f"{voice}{number:02d}" for voice in "PY" for number in range(1, 15)]
    schedule1 = [f"S1.{name}" for name in "01 02 03a 03b 03c 03d 03e 03f 03g 04 05 06 07 08 09 10 11 12 13".split()]
    assert [item.id for item in RULES.setting_items()] == [*numbered, *schedule1]
    assert len(RULES.area_items()) == 15
    known = {topic for intent in INTENTS for topic in intent.topics}
    assert known - {item.id for item in RULES.items} == set()


def test_every_part_is_used_and_asked_in_several_ways() -> None:
    import yaml

    rows = yaml.safe_load((DATA / "coverage.yml").read_text(encoding="utf-8"))
    used = {part.name: part for item in RULES.items for part in item.parts}
    assert set(rows["parts"]) == set(used)
    assert [name for name, part in used.items() if len(set(part.questions)) < 2] == []
    families = {item.family for item in RULES.setting_items()}
    assert {family for each in RULES.phases.values() for family in each} == families == {"P", "Y", "S1"}


def test_what_is_told_is_in_place_with_its_passage_age_and_reading_age(larkmere: Larkmere) -> None:
    row = larkmere.row("millbrook", "P07")
    assert row.state is State.IN_PLACE
    assert row.passage is not None
    assert row.passage.heading == "What training have staff had?"
    assert row.wording == "Training that staff have had"
    assert row.lacks == ()
    assert row.reading_age is not None
    assert 8 <= row.reading_age <= 14


def test_what_is_not_told_is_missing(larkmere: Larkmere) -> None:
    for item in ("P07", "P11", "S1.01", "S1.13"):
        row = larkmere.row("acorn-lane", item)
        assert (row.state, row.age_months, row.reading_age, row.old) == (State.MISSING, None, None, False)
        assert row.lacks != ()


def test_what_is_told_in_part_says_what_it_lacks(larkmere: Larkmere) -> None:
    row = larkmere.row("acorn-lane", "P14")
    assert row.state is State.PARTLY
    assert row.lacks == ("where families get advice, with contact details",)


def test_a_page_past_its_review_date_is_old(larkmere: Larkmere) -> None:
    rows = setting_coverage(larkmere.area, larkmere.setting("willow-bank"), larkmere.auditor, TODAY).rows
    told_rows = [row for row in rows if row.state in (State.IN_PLACE, State.PARTLY)]
    assert told_rows
    assert all(row.old for row in told_rows)
    kestrel = larkmere.row("kestrel", "P11")
    assert (kestrel.age_months, kestrel.old) == (13, True)


def test_a_setting_is_only_asked_what_is_meant_for_it(larkmere: Larkmere) -> None:
    states = {
        slug: {
            row.item: row.state for row in setting_coverage(larkmere.area, larkmere.setting(slug), larkmere.auditor, TODAY).rows
        }
        for slug in ("acorn-lane", "willow-bank", "larkmere-college", "kestrel")
    }
    assert {item for item, state in states["kestrel"].items() if state is State.NOT_ASKED} == set()
    assert {item for item, state in states["willow-bank"].items() if state is State.NOT_ASKED} == {"S1.02", "S1.04"}
    assert {item[0] for item, state in states["acorn-lane"].items() if state is State.NOT_ASKED} == {"Y"}
    assert {item[0] for item, state in states["larkmere-college"].items() if state is State.NOT_ASKED} == {"S"}
    assert "getting ready for work and adult life" not in larkmere.row("acorn-lane", "S1.12").lacks


def test_only_the_settings_own_pages_count(larkmere: Larkmere) -> None:
    for setting in larkmere.area.settings:
        table = setting_coverage(larkmere.area, setting, larkmere.auditor, TODAY)
        pages = {row.passage.document for row in table.rows if row.passage}
        assert pages
        assert all(setting.slug.split("-")[-1] in page or setting.slug.split("-")[0] in page for page in pages), pages


def test_a_setting_without_pages_has_everything_missing(larkmere: Larkmere) -> None:
    empty = replace(larkmere.setting("millbrook"), slug="nothing-yet")
    table = setting_coverage(larkmere.area, empty, larkmere.auditor, TODAY)
    assert table.totals[State.MISSING] == 33
    assert table.totals[State.IN_PLACE] == table.totals[State.PARTLY] == table.old == 0
    assert all(row.passage is None for row in table.rows)


def test_the_area_is_asked_about_its_local_offer(larkmere: Larkmere) -> None:
    table = area_coverage(larkmere.area, larkmere.auditor, TODAY)
    states = {row.item: row.state for row in table.rows}
    assert states["L2.TRAVEL"] is states["L2.APPEAL"] is states["L2.COMPLAIN"] is State.IN_PLACE
    assert states["L2.ACCESS"] is not State.IN_PLACE
    assert (table.setting, len(table.rows)) == ("", 15)


def test_it_agrees_with_someone_who_read_the_pages(larkmere: Larkmere) -> None:
    """The bar is under what was measured (docs/reference/coverage.md), so that it fails when judging gets worse."""
    tables = [setting_coverage(larkmere.area, each, larkmere.auditor, TODAY) for each in larkmere.area.settings]
    found = agreement([area_coverage(larkmere.area, larkmere.auditor, TODAY), *tables], read_labels(LABELS))
    assert found.labels == 201
    assert found.same >= 140
    assert found.too_good <= 3


@pytest.mark.parametrize(
    "text",
    [
        "Please contact us for more details.",
        "For further information ask the school office.",
        "Our policy is available on request.",
        "See our accessibility policy.",
        "Training: to be confirmed.",
        "We will help.",
    ],
)
def test_a_promise_is_not_an_answer(text: str) -> None:
    part = Part("training", "training", ("What training have staff had?",))
    assert not has_substance(text, RULES)
    assert told(part, text, 0.9, RULES) == 0.5


@pytest.mark.parametrize(
    "text",
    [
        "See us by 30 November to ask for extra time or a reader.",
        "All staff had autism training in January 2026. For more information ask the school office.",
        "Talk to Bethan first. You can then write to our committee, which answers within 10 working days.",
    ],
)
def test_a_plain_answer_is_not_taken_for_a_promise(text: str) -> None:
    assert has_substance(text, RULES)


def test_contact_details_need_a_phone_or_an_address() -> None:
    part = next(part for item in RULES.items if item.id == "S1.04" for part in item.parts)
    assert told(part, "Ruth Abara is our SENCO. Ring 01632 960132.", 0.5, RULES) == 1.0
    assert told(part, "Ruth Abara is our SENCO. Ask at the school office for her.", 0.5, RULES) == 0.5
    assert told(part, "Ruth Abara is our SENCO. Ring 01632 960132.", 0.01, RULES) == 0.0


def test_a_text_without_what_it_must_hold_tells_nothing() -> None:
    part = next(part for item in RULES.items if item.id == "S1.09" for part in item.parts)
    assert told(part, "We hold a summer fair on the field each July, with games and cakes.", 0.9, RULES) == 0.0


@pytest.mark.parametrize(
    ("parts", "state"),
    [
        ((1.0,), State.IN_PLACE), ((0.5,), State.PARTLY), ((0.0,), State.MISSING),
        ((1.0, 0.5), State.IN_PLACE), ((1.0, 0.0), State.PARTLY), ((0.5, 0.0), State.PARTLY), ((0.5, 0.0, 0.0), State.MISSING),
    ],
)  # fmt: skip
def test_the_state_comes_from_the_parts(parts: tuple[float, ...], state: State) -> None:
    assert state_of(parts, RULES.judge) is state


def test_rules_that_do_not_fit_together_are_refused(tmp_path: Path) -> None:
    text = (DATA / "coverage.yml").read_text(encoding="utf-8")
    broken = tmp_path / "coverage.yml"
    broken.write_text(text.replace("{parts: [adapting]}", "{parts: [nowhere]}"), encoding="utf-8")
    with pytest.raises(DataError, match="nowhere"):
        load_coverage_rules(broken, INTENTS)
    broken.write_text(text.replace("told_at:", "tell_at:"), encoding="utf-8")
    with pytest.raises(DataError, match="tell_at"):
        load_coverage_rules(broken, INTENTS)
    broken.write_text("judge: [", encoding="utf-8")
    with pytest.raises(DataError, match="mend it"):
        load_coverage_rules(broken, INTENTS)


def test_phases_that_are_not_named_are_asked_as_other() -> None:
    rules: CoverageRules = RULES
    item = rules.setting_items()[0]
    assert rules.asks(item, "a new kind") == rules.asks(item, "other")
