"""The reader that ships, on the encoder that ships."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.data_files import DATA
from assistant.errors import PolicyError
from assistant.read import AT_MOST, AT_ONCE, Readers, read
from assistant.reader import Reader, first_score, search_facts
from knowledge.encoder import OnnxEncoder
from knowledge.types import NATIONAL, Scope, SearchHit
from tests.assistant.helpers import hit

CLUB = "The swimming club meets on Mondays at Larkmere pool. It costs £4 a session. Bring a towel and goggles."
ASKED = "how much is the swimming club"


class Even:
    """A comparison that has no opinion."""

    def score(self, question: str, hits: Sequence[SearchHit]) -> list[float]:
        return [0.0 for _ in hits]


class ByLength:
    """A comparison that likes long passages far better than short ones."""

    def score(self, question: str, hits: Sequence[SearchHit]) -> list[float]:
        return [float(len(each.passage.text)) for each in hits]


@pytest.fixture(scope="module")
def reader(encoder: OnnxEncoder) -> Reader:
    return Reader(DATA / "reader", encoder, encoder)


def test_the_page_that_answers_is_likelier_than_one_about_the_same_thing(reader: Reader) -> None:
    tells, only_about = hit(CLUB), hit("The swimming club meets on Mondays at Larkmere pool. Bring a towel and goggles.")
    told, other = reader.read(ASKED, [tells, only_about])
    assert told.answers > other.answers


def test_the_sentence_that_answers_is_marked(reader: Reader) -> None:
    marks = reader.read(ASKED, [hit(CLUB)])[0]
    assert len(marks.evidence) == 3
    assert max(marks.evidence) == marks.evidence[1]


def test_a_pair_is_read_the_same_alone_and_beside_longer_ones(reader: Reader) -> None:
    alone = reader.read(ASKED, [hit(CLUB)])[0]
    beside = reader.read(ASKED, [hit(CLUB), hit("The football club meets on Fridays. " * 12)])[0]
    assert alone.evidence == pytest.approx(beside.evidence, abs=1e-3)


def test_many_threads_read_the_same(reader: Reader) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: reader.read(ASKED, [hit(CLUB)])[0].answers, range(24)))
    assert found == pytest.approx([found[0]] * 24, abs=1e-4)


def _clubs(count: int) -> list[SearchHit]:
    return [hit(f"Club number {n} costs £{n} a session.", dense=0.9 - n / 20, rank=n + 1) for n in range(count)]


def test_all_are_read_if_none_surely_answers_and_none_is_lost(reader: Reader) -> None:
    readings = read(ASKED, _clubs(AT_ONCE + 3), Readers(Even(), reader, Even()))
    assert sorted(each.hit.rank for each in readings) == list(range(1, AT_ONCE + 4))
    assert all(each.cross is not None for each in readings)
    assert [each.answers is None for each in readings] == [False] * AT_ONCE + [True] * 3


def test_the_others_are_not_read_if_one_surely_answers(reader: Reader) -> None:
    readings = read(ASKED, _clubs(AT_ONCE + 3), Readers(Even(), reader, ByLength()))
    assert sorted(each.hit.rank for each in readings) == list(range(1, AT_ONCE + 4))
    assert [each.cross is None for each in readings] == [False] * AT_ONCE + [True] * 3


def test_what_the_cross_encoder_likes_far_better_comes_first(reader: Reader) -> None:
    hits = [hit(CLUB, dense=0.6), hit(f"{CLUB} {CLUB} It is for all.", dense=0.6, rank=2)]
    assert read(ASKED, hits, Readers(Even(), reader, ByLength()))[0].hit.rank == 2


def test_what_the_comparison_likes_is_read_and_may_come_first(reader: Reader) -> None:
    long = "The club for children who swim meets on Mondays at the pool in Larkmere, and costs £4 a session."
    hits = [*(hit(f"Club {n}.", dense=0.9, rank=n + 1) for n in range(AT_ONCE)), hit(long, dense=0.1, rank=99)]
    readings = read(ASKED, hits, Readers(ByLength(), reader, ByLength()))
    assert (readings[0].hit.rank, readings[0].late) == (99, float(len(long)))
    assert readings[0].answers is not None


def test_of_many_passages_the_likeliest_are_kept(reader: Reader) -> None:
    long = "The club for children who swim meets on Mondays at the pool in Larkmere, and costs £4 a session."
    hits = [*(hit(f"Club {n:02}.", dense=0.9 - n / 100, rank=n + 1) for n in range(AT_MOST + 3)), hit(long, dense=0.1, rank=99)]
    readings = read(ASKED, hits, Readers(ByLength(), reader, Even()))
    assert sorted(each.hit.rank for each in readings) == [*range(1, AT_MOST), 99]


def test_an_answer_that_staff_wrote_is_kept_though_pages_look_likelier(reader: Reader) -> None:
    pages = [hit(f"The club number {n:02} for children.", dense=0.9, rank=n + 1) for n in range(AT_MOST)]
    written = hit("Yes.", dense=0.6, rank=99, kind="curated")
    readings = read(ASKED, [*pages, written, replace(written, rank=100)], Readers(ByLength(), reader, Even()))
    assert [each.hit.rank for each in readings if each.hit.document.curated] == [99]
    assert len(readings) == AT_MOST + 1


def test_what_the_area_says_comes_before_the_card_on_the_law(reader: Reader) -> None:
    card, page = hit(CLUB, scope=NATIONAL, dense=0.98), hit(CLUB, dense=0.5, rank=2)
    assert read(ASKED, [card, page], Readers(Even(), reader, Even()))[0].hit is page
    other = hit("Annual reviews take place once a year.", dense=0.1, rank=2)
    assert read(ASKED, [card, other], Readers(Even(), reader, Even()))[0].hit is card


def test_a_list_of_questions_answers_none_of_them(reader: Reader) -> None:
    asks = hit("How much is the swimming club? When does the swimming club meet? What do I bring?", dense=0.9)
    tells = hit(CLUB, dense=0.3, rank=2)
    assert read(ASKED, [asks, tells], Readers(Even(), reader, Even()))[0].hit is tells
    both = hit("How much is the swimming club? It costs £4. When does it meet? On Mondays.", dense=0.9)
    assert read(ASKED, [both, tells], Readers(Even(), reader, Even()))[0].hit is both


@pytest.mark.parametrize(
    "line", ["Last reviewed: 3 March 2026", "Page 2 of 4. Approved by governors: May 2025. Next review: May 2026."]
)
def test_when_a_page_was_reviewed_answers_nothing_unless_that_is_asked(reader: Reader, line: str) -> None:
    dated, tells = hit(line, dense=0.9), hit(CLUB, dense=0.3, rank=2)
    assert read(ASKED, [dated, tells], Readers(Even(), reader, Even()))[0].hit is tells
    assert read("when was this last reviewed", [dated, tells], Readers(Even(), reader, Even()))[0].hit is dated
    more = hit(f"{line}\n\nThe club is free for carers and costs £4 for others.", dense=0.9)
    assert read(ASKED, [more, tells], Readers(Even(), reader, Even()))[0].hit is more


@pytest.mark.parametrize("title", ["SEND jargon buster", "Words that people use", "What do all the letters mean?", "Acronyms"])
def test_what_a_word_means_is_no_help_unless_that_is_asked(reader: Reader, title: str) -> None:
    entry = hit("A child is too anxious to go to school.", dense=0.9)
    entry = replace(entry, document=replace(entry.document, title=title))
    helps = hit("Talk to the school about what makes it hard.", dense=0.5, rank=2)
    for asked, first in (("my daughter wont go to school", helps), ("what does EBSA mean", entry), ("whats ebsa", entry)):
        assert read(asked, [entry, helps], Readers(Even(), reader, Even()))[0].hit is first


@pytest.mark.parametrize("title", ["Panel: terms of reference", "Words and sounds group"])
def test_other_pages_are_no_glossary(reader: Reader, title: str) -> None:
    page = hit("The panel meets on Mondays.", dense=0.9)
    page = replace(page, document=replace(page.document, title=title))
    assert read("when do they meet", [page, hit(CLUB, rank=2)], Readers(Even(), reader, Even()))[0].hit is page


def test_nothing_found_is_nothing_read(reader: Reader) -> None:
    assert read(ASKED, [], Readers(Even(), reader, Even())) == []


def test_a_reader_of_another_encoder_is_refused(encoder: OnnxEncoder, tmp_path: Path) -> None:
    shutil.copytree(DATA / "reader", tmp_path / "reader")
    (tmp_path / "reader" / "reader.json").write_text(json.dumps({"encoder": "other", "digest": "x"}), encoding="utf-8")
    with pytest.raises(PolicyError, match=r"trained for encoder other.*make train-reader"):
        Reader(tmp_path / "reader", encoder, encoder)


@pytest.mark.parametrize("damage", [None, "{", "[]", '{"encoder": "x"}'])
def test_a_missing_or_damaged_reader_is_refused(encoder: OnnxEncoder, tmp_path: Path, damage: str | None) -> None:
    if damage is not None:
        (tmp_path / "reader.json").write_text(damage, encoding="utf-8")
    with pytest.raises(PolicyError, match="make train-reader"):
        Reader(tmp_path, encoder, encoder)


def test_a_setting_of_ones_own_counts_before_reading() -> None:
    assert first_score(0.5, 0.5, 4.0, own=True) > first_score(0.5, 0.5, 4.0, own=False)
    own = hit(CLUB, scope=Scope.of("brookshire", "oak"))
    assert search_facts(6, [own, hit(CLUB)]).shape == (2, 8)


def test_a_story_is_read_for_the_part_that_asks_too(reader: Reader) -> None:
    class Noting:
        def __init__(self) -> None:
            self.asked: list[str] = []

        def score(self, question: str, hits: Sequence[SearchHit]) -> list[float]:
            self.asked.append(question)
            return [3.0 if question == "how long" else 1.0 for _ in hits]

    noting = Noting()
    (one,) = read("a story. how long", _clubs(1), Readers(Even(), reader, noting), "how long")
    assert noting.asked == ["a story. how long", "how long"]
    assert one.cross == pytest.approx(2.0)
