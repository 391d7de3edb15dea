"""How often the coverage report agrees with someone who read the pages: a table of counts, label by state."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.coverage import CoverageTable, State
from evaluation.intervals import wilson
from evaluation.questions import QuestionsError

STATES = (State.IN_PLACE, State.PARTLY, State.MISSING)


@dataclass(frozen=True)
class CoverageLabel:
    """What a reader found about one item of one setting (or of the area itself: `setting` is empty)."""

    area: str
    setting: str
    item: str
    label: State


@dataclass(frozen=True)
class Agreement:
    """`counts[label][state]` in the order of STATES: what was read, by what the report says."""

    counts: tuple[tuple[int, ...], ...]

    @property
    def labels(self) -> int:
        """How many items were compared."""
        return sum(map(sum, self.counts))

    @property
    def same(self) -> int:
        """How many states are as labelled."""
        return sum(self.counts[i][i] for i in range(len(STATES)))

    @property
    def too_good(self) -> int:
        """How many are shown as in place that are missing: the worst mistake."""
        return self.counts[2][0]


def read_labels(path: Path) -> list[CoverageLabel]:
    """Read JSON Lines with `area`, `setting` (or null), `item`, `label`. Raises QuestionsError naming the line."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            found.append(CoverageLabel(row["area"], row["setting"] or "", row["item"], State(row["label"])))
        except (ValueError, KeyError, TypeError) as error:
            raise QuestionsError(f"{path}:{number}: {error}; a label has area, setting, item and label") from error
    return found


def agreement(tables: Iterable[CoverageTable], labels: Sequence[CoverageLabel]) -> Agreement:
    """Compare tables with labels; labels of settings that are not among the tables are left out."""
    states = {(table.area, table.setting, row.item): row.state for table in tables for row in table.rows}
    pairs = [(each.label, states.get((each.area, each.setting, each.item))) for each in labels]
    return Agreement(tuple(tuple(pairs.count((label, state)) for state in STATES) for label in STATES))


def lines(found: Agreement) -> list[str]:
    """The figures for a person to read."""
    low, high = wilson(found.same, found.labels)
    heads = "".join(f"{state:>12}" for state in STATES)
    table = [f"{label:<12}" + "".join(f"{n:>12}" for n in row) for label, row in zip(STATES, found.counts, strict=True)]
    return [
        f"{found.labels} labels; same state: {found.same} ({found.same / max(1, found.labels):.1%}; {low:.0%} to {high:.0%})",
        f"shown as in place, but missing: {found.too_good}",
        f"{'read as':<12}{heads}  <- shown as",
        *table,
    ]
