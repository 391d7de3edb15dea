"""What the coverage report looks for and how it judges: `assistant/data/coverage.yml`, read and checked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from assistant.data_files import read_yaml
from assistant.errors import DataError
from assistant.intents import Intent


@dataclass(frozen=True)
class Part:
    """One thing that an item asks for, in several wordings.

    `says` names it for a reader. A text without each pattern of `must` says nothing on it; one without
    each of `tells` only touches on it.
    """

    name: str
    says: str
    questions: tuple[str, ...]
    must: tuple[re.Pattern[str], ...] = ()
    tells: tuple[re.Pattern[str], ...] = ()
    wants_contact: bool = False
    not_for: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Item:
    """One line of the report. `family` is P, Y, S1 or L2; phases in `not_for` are not asked it."""

    id: str
    family: str
    wording: str
    parts: tuple[Part, ...]
    not_for: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Judge:
    """The numbers of judgement; coverage.yml says what each is for. `Auditor.survey` says what evidence is."""

    told_at: float
    touched_at: float
    in_place_share: float
    partly_share: float
    found: int
    least_words: int
    old_months: int


@dataclass(frozen=True)
class CoverageRules:
    """Everything that coverage.yml says."""

    judge: Judge
    promises: tuple[re.Pattern[str], ...]
    items: tuple[Item, ...]
    phases: Mapping[str, tuple[str, ...]]

    def setting_items(self) -> tuple[Item, ...]:
        """The items that settings are asked about, in the order of the report."""
        return tuple(item for item in self.items if item.family != "L2")

    def area_items(self) -> tuple[Item, ...]:
        """The Local Offer headings."""
        return tuple(item for item in self.items if item.family == "L2")

    def asks(self, item: Item, phase: str) -> bool:
        """True if a setting of this phase is asked about the item."""
        return item.family in self.phases.get(phase, self.phases["other"]) and phase not in item.not_for


def load_coverage_rules(path: Path, intents: Sequence[Intent]) -> CoverageRules:
    """Read the file; the SE7 items take their wording from their intent. Raises DataError for what does not fit together."""
    try:
        rows = read_yaml(path)
        patterns = {name: re.compile(form) for name, form in rows["patterns"].items()}
        known = {intent.name: intent for intent in intents}
        parts = {name: _part(name, row, patterns, known) for name, row in rows["parts"].items()}
        items = tuple(_item(name, row, parts, known) for name, row in rows["items"].items())
        phases = {name: tuple(families) for name, families in rows["phases"].items()}
        promises = tuple(re.compile(form) for form in rows["promises"])
        rules = CoverageRules(Judge(**rows["judge"]), promises, items, phases)
    except KeyError as error:
        raise DataError(f"{path} names {error}, which is nowhere: add it or mend the name") from error
    except (OSError, yaml.YAMLError, re.error, TypeError, AttributeError) as error:
        raise DataError(f"{path} can't be read as coverage rules ({error}): mend it") from error
    if "other" not in rules.phases:
        raise DataError(f"{path}: phases must hold 'other', for settings of a kind that it does not name")
    return rules


def _part(name: str, row: Mapping[str, Any], patterns: Mapping[str, re.Pattern[str]], intents: Mapping[str, Intent]) -> Part:
    tells = row.get("tells") or []
    examples = [text for intent in row.get("intents") or [] for text in intents[intent].examples]
    return Part(
        name=name,
        says=row["says"],
        questions=(*row["questions"], *examples),
        must=tuple(patterns[each] for each in row.get("must") or []),
        tells=tuple(patterns[each] for each in tells),
        wants_contact="contact" in tells,
        not_for=frozenset(row.get("not_for") or ()),
    )


def _item(name: str, row: Mapping[str, Any], parts: Mapping[str, Part], intents: Mapping[str, Intent]) -> Item:
    family = name.split(".")[0].rstrip("0123456789") if name[0] in "PY" else name.split(".")[0]
    wording = row.get("wording") or intents[f"faq/{name.lower()}"].labels["parent"]
    return Item(name, family, wording, tuple(parts[each] for each in row["parts"]), frozenset(row.get("not_for") or ()))
