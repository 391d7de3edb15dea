"""Chooses a rule as Rasa's RulePolicy does: all that a rule states must hold, and the rule that states most wins."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Rule:
    """One user step and the actions that follow; `conditions` are slots with the value that they must have.

    A value of None asks that the slot is empty, True that it is filled.
    """

    name: str
    line: int
    intent: str
    entities: frozenset[str]
    conditions: tuple[tuple[str, Any], ...]
    actions: tuple[str, ...]

    def fits(self, intent: str, entities: Collection[str], slots: Mapping[str, Any]) -> bool:
        """True if all that the rule states holds."""
        if intent != self.intent or not self.entities <= set(entities):
            return False
        return all(_holds(slots.get(name), value) for name, value in self.conditions)

    @property
    def weight(self) -> int:
        """How much it states."""
        return len(self.entities) + len(self.conditions)


def choose(rules: Sequence[Rule], intent: str, entities: Collection[str], slots: Mapping[str, Any]) -> Rule | None:
    """The rule for a message; None if no rule fits."""
    fitting = [rule for rule in rules if rule.fits(intent, entities, slots)]
    return max(fitting, key=lambda rule: rule.weight, default=None)


def contradictions(rules: Sequence[Rule]) -> Iterator[tuple[Rule, Rule]]:
    """Pairs that state the same and do different things."""
    seen: dict[tuple[Any, ...], Rule] = {}
    for rule in rules:
        key = (rule.intent, rule.entities, rule.conditions)
        first = seen.setdefault(key, rule)
        if first.actions != rule.actions:
            yield first, rule


def _holds(value: Any, wanted: Any) -> bool:
    if wanted is None:
        return value is None
    return value is not None if wanted is True else value == wanted
