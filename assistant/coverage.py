"""What a setting and an area tell families, item by item: in place, partly, or missing.

Each part of an item is asked for in several wordings, by the search that serves families, in the setting's own
passages only (or the area's own). How sure one can be of the result is measured: docs/reference/coverage.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from assistant.coverage_rules import CoverageRules, Item, Judge, Part
from assistant.reading_level import reading_age
from knowledge.encoder import Encoder
from knowledge.library import Library
from knowledge.search import SearchQuery, SearchWeights, search
from knowledge.sentences import sentences
from knowledge.types import Area, Scope, SearchHit, Setting


class State(StrEnum):
    """How well an item is covered. `not_asked`: it is not meant for this kind of setting."""

    IN_PLACE = "in_place"
    PARTLY = "partly"
    MISSING = "missing"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True)
class PassageLink:
    """Where the best passage on an item is."""

    document: str
    title: str
    heading: str
    url: str
    updated: date | None
    review_by: date | None


@dataclass(frozen=True)
class CoverageRow:
    """One item, with what is not fully told of it (`lacks`).

    `passage` is the nearest one; of a missing item it does not tell it, and is only there for a reader to check.
    `age_months` and `reading_age` (in years) are of that passage, for an item that is told at least in part. `old`: it
    is past its review date, or as old as `old_months`.
    """

    item: str
    family: str
    wording: str
    state: State
    passage: PassageLink | None = None
    age_months: int | None = None
    reading_age: int | None = None
    old: bool = False
    lacks: tuple[str, ...] = ()
    evidence: float = 0.0


@dataclass(frozen=True)
class CoverageTable:
    """All items of one setting, or of an area itself (`setting` is then empty)."""

    area: str
    area_name: str
    setting: str
    name: str
    made_on: date
    rows: tuple[CoverageRow, ...]

    @property
    def totals(self) -> Mapping[State, int]:
        """How many items are in each state."""
        counted = Counter(row.state for row in self.rows)
        return {state: counted[state] for state in State}

    @property
    def old(self) -> int:
        """How many items rest on a page that is old or past its review date."""
        return sum(row.old for row in self.rows)


@dataclass(frozen=True)
class PartFinding:
    """How well one part is told: 1 told, 0.5 touched on, 0 not; with the passage that comes nearest."""

    part: Part
    told: float
    evidence: float
    hit: SearchHit | None


class Auditor:
    """Asks for the parts of items. Made once: it encodes every wording when it is made."""

    def __init__(self, rules: CoverageRules, encoder: Encoder, library: Library, weights: SearchWeights | None = None) -> None:
        self.rules = rules
        self._library = library
        self._weights = weights or SearchWeights()
        parts = {part.name: part for item in rules.items for part in item.parts}
        questions = [question for part in parts.values() for question in part.questions]
        vectors = iter(encoder.encode(questions))
        self._queries = {
            name: [SearchQuery.of(question, next(vectors)) for question in part.questions] for name, part in parts.items()
        }

    def survey(self, parts: Sequence[Part], scope: Scope) -> Mapping[str, PartFinding]:
        """How well the passages of `scope` tell each part, by its name.

        The evidence of a passage for a part is how much higher it scores for that part than for the others: its mean
        search score over the part's wordings, less its mean over all parts. Some passages are near to every question.
        """
        near = {part.name: self._scores(part, scope) for part in parts}
        seen: dict[int, list[float]] = {}
        for each in near.values():
            for key, (_, score) in each.items():
                seen.setdefault(key, []).append(score)
        usual = {key: sum(values) / len(values) for key, values in seen.items()}
        return {part.name: self._finding(part, near[part.name], usual) for part in parts}

    def _scores(self, part: Part, scope: Scope) -> dict[int, tuple[SearchHit, float]]:
        """By passage: a hit, and the mean search score over the wordings that found it."""
        hits: dict[int, SearchHit] = {}
        scores: dict[int, list[float]] = {}
        for query in self._queries[part.name]:
            for hit in search(self._library, (scope,), query, self.rules.judge.found, self._weights):
                hits[hit.passage.id] = hit
                scores.setdefault(hit.passage.id, []).append(hit.score)
        return {key: (hits[key], sum(each) / len(each)) for key, each in scores.items()}

    def _finding(self, part: Part, near: Mapping[int, tuple[SearchHit, float]], usual: Mapping[int, float]) -> PartFinding:
        best = PartFinding(part, 0.0, 0.0, None)
        for key, (hit, score) in near.items():
            evidence = score - usual[key]
            finding = PartFinding(part, told(part, hit.passage.text, evidence, self.rules), evidence, hit)
            if best.hit is None or (finding.told, finding.evidence) > (best.told, best.evidence):
                best = finding
        return best


def told(part: Part, text: str, evidence: float, rules: CoverageRules) -> float:
    """1 if a passage with this evidence tells the part, 0.5 if it only touches on it, else 0."""
    if evidence < rules.judge.touched_at or not all(pattern.search(text) for pattern in part.must):
        return 0.0
    holds = all(pattern.search(text) for pattern in part.tells)
    hollow = not part.wants_contact and not has_substance(text, rules)
    return 1.0 if evidence >= rules.judge.told_at and holds and not hollow else 0.5


def has_substance(text: str, rules: CoverageRules) -> bool:
    """True if enough words are left without the sentences that only send the reader on."""
    kept = [part for part in sentences(text) if not any(promise.search(part) for promise in rules.promises)]
    return sum(len(part.split()) for part in kept) >= rules.judge.least_words


def setting_coverage(area: Area, setting: Setting, auditor: Auditor, today: date) -> CoverageTable:
    """What the setting's own passages tell of Schedule 1 and of the SE7 questions."""
    scope, rules = Scope.of(area.slug, setting.slug), auditor.rules
    rows = _rows(rules.setting_items(), scope, auditor, today, setting.phase)
    return CoverageTable(area.slug, area.name, setting.slug, setting.name, today, rows)


def area_coverage(area: Area, auditor: Auditor, today: date) -> CoverageTable:
    """What the area's own passages tell of the Local Offer's headings."""
    rows = _rows(auditor.rules.area_items(), Scope.of(area.slug, None), auditor, today, "")
    return CoverageTable(area.slug, area.name, "", area.name, today, rows)


def _rows(items: Sequence[Item], scope: Scope, auditor: Auditor, today: date, phase: str) -> tuple[CoverageRow, ...]:
    parts = {part.name: part for item in items for part in item.parts}
    found = auditor.survey(tuple(parts.values()), scope)
    rows = []
    for item in items:
        if phase and not auditor.rules.asks(item, phase):
            rows.append(CoverageRow(item.id, item.family, item.wording, State.NOT_ASKED))
        else:
            findings = [found[part.name] for part in item.parts if phase not in part.not_for]
            rows.append(_row(item, findings, auditor.rules.judge, today))
    return tuple(rows)


def _row(item: Item, findings: Sequence[PartFinding], judge: Judge, today: date) -> CoverageRow:
    state = state_of([finding.told for finding in findings], judge)
    best = max(findings, key=lambda finding: (finding.told, finding.evidence))
    lacks = tuple(finding.part.says for finding in findings if finding.told < 1)
    row = CoverageRow(item.id, item.family, item.wording, state, lacks=lacks, evidence=round(best.evidence, 3))
    if best.hit is None:
        return row
    row = replace(row, passage=_link(best.hit))
    if state is State.MISSING:
        return row
    document = best.hit.document
    age = _months(document.updated, today)
    past = document.review_by is not None and document.review_by < today
    old = past or (age is not None and age >= judge.old_months)
    return replace(row, age_months=age, reading_age=reading_age(best.hit.passage.text), old=old)


def _link(hit: SearchHit) -> PassageLink:
    document, headings = hit.document, hit.passage.headings
    heading = headings[-1] if len(headings) > 1 else ""
    return PassageLink(document.id, document.title, heading, document.url, document.updated, document.review_by)


def state_of(told_parts: Sequence[float], judge: Judge) -> State:
    """The state of an item from how well each of its parts is told."""
    share = sum(told_parts) / len(told_parts)
    if share >= judge.in_place_share:
        return State.IN_PLACE
    return State.PARTLY if share >= judge.partly_share else State.MISSING


def _months(day: date | None, today: date) -> int | None:
    """Whole months since `day`."""
    if day is None:
        return None
    return max(0, (today.year - day.year) * 12 + today.month - day.month - (today.day < day.day))
