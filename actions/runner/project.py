"""Reads the Rasa project (config, domain, rules), and refuses what the in-process runner does not support.

Supported: a pipeline of `actions.rasa.nlu.SignpostNLU`; `RulePolicy`; domains with intents, entities, slots with custom
mappings, and actions; rules with `condition: slot_was_set`, one user step (an intent, with entities or not, or an `or`
of intents), and actions. Everything else is an error that names file and line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from actions.runner.errors import ProjectError
from actions.runner.rules import Rule, contradictions

NLU = "actions.rasa.nlu.SignpostNLU"
_CONFIG_KEYS = {"recipe", "assistant_id", "language", "pipeline", "policies"}
_POLICY_KEYS = {
    "name", "core_fallback_threshold", "core_fallback_action_name", "enable_fallback_prediction", "restrict_rules",
    "check_for_contradictions",
}  # fmt: skip
_DOMAIN_KEYS = {"version", "intents", "entities", "slots", "actions", "session_config"}
_SLOT_KEYS = {"type", "mappings", "influence_conversation", "values", "initial_value"}
_SLOT_TYPES = {"any", "text", "bool", "categorical", "list", "float"}
_RULE_KEYS = {"rule", "condition", "steps"}
LINE = "__line__"


@dataclass(frozen=True)
class Project:
    """What the runner needs of a Rasa project."""

    intents: frozenset[str]
    entities: frozenset[str]
    slots: Mapping[str, Any] = field(default_factory=dict)
    """Initial values by name."""
    actions: frozenset[str] = frozenset()
    rules: tuple[Rule, ...] = ()
    fallback: str = ""
    """The action of a message that no rule fits."""
    minutes: float = 60.0
    domain: Mapping[str, Any] = field(default_factory=dict)


def read_project(config: Path, domain: Path, rules: Path) -> Project:
    """The project of three files. Raises ProjectError naming file, line and the way out."""
    fallback = _fallback(config)
    project = _domain(domain, fallback)
    found = _rules(rules, project)
    return Project(
        project.intents, project.entities, project.slots, project.actions, found, fallback, project.minutes, project.domain
    )


def _fallback(path: Path) -> str:
    rows = _load(path)
    _only(path, rows, _CONFIG_KEYS, "a key of the configuration")
    for step in rows.get("pipeline") or []:
        if step.get("name") != NLU:
            raise ProjectError(path, step[LINE], f"pipeline step '{step.get('name')}'", f"use {NLU} alone, or a Rasa server")
    policies = rows.get("policies") or []
    for policy in policies:
        if policy.get("name") != "RulePolicy":
            raise ProjectError(path, policy[LINE], f"policy '{policy.get('name')}'", "use RulePolicy alone, or a Rasa server")
        _only(path, policy, _POLICY_KEYS, "a key of RulePolicy")
    if len(policies) != 1:
        raise ProjectError(path, 1, f"{len(policies)} policies", "name RulePolicy once")
    return str(policies[0].get("core_fallback_action_name") or "")


def _domain(path: Path, fallback: str) -> Project:
    rows = _load(path)
    _only(path, rows, _DOMAIN_KEYS, "a key of the domain")
    for name in ("intents", "entities", "actions"):
        for row in rows.get(name) or []:
            if not isinstance(row, str):
                raise ProjectError(path, row.get(LINE, 1), f"{name} with options", "give the name alone")
    slots: dict[str, Any] = {}
    for name, slot in _pairs(rows.get("slots")):
        _only(path, slot, _SLOT_KEYS, f"a key of slot '{name}'")
        if slot.get("type") not in _SLOT_TYPES:
            raise ProjectError(
                path, slot[LINE], f"slot type '{slot.get('type')}'", f"use one of {', '.join(sorted(_SLOT_TYPES))}"
            )
        for mapping in slot.get("mappings") or []:
            if mapping.get("type") != "custom":
                raise ProjectError(path, mapping[LINE], f"slot mapping '{mapping.get('type')}'", "use custom: actions set slots")
        slots[name] = slot.get("initial_value")
    actions = frozenset(rows.get("actions") or [])
    if fallback and fallback not in actions:
        raise ProjectError(path, 1, f"no action '{fallback}', the fallback", "add it under actions")
    minutes = float((rows.get("session_config") or {}).get("session_expiration_time", 60))
    return Project(
        frozenset(rows.get("intents") or []), frozenset(rows.get("entities") or []), slots, actions,
        minutes=minutes, domain=_plain(rows),
    )  # fmt: skip


def _rules(path: Path, project: Project) -> tuple[Rule, ...]:
    rows = _load(path)
    _only(path, rows, {"version", "rules"}, "a key of the rules' file")
    found: list[Rule] = []
    for row in rows.get("rules") or []:
        _only(path, row, _RULE_KEYS, "a key of a rule")
        found += _rule(path, row, project)
    for first, second in contradictions(found):
        raise ProjectError(
            path, second.line, f"rule '{second.name}' contradicts '{first.name}'", "let them differ in a condition"
        )
    return tuple(found)


def _rule(path: Path, row: Mapping[str, Any], project: Project) -> list[Rule]:
    name = str(row.get("rule"))
    conditions = _conditions(path, row, project)
    steps = row.get("steps") or []
    if len(steps) < 2:
        raise ProjectError(path, row[LINE], f"rule '{name}' with {len(steps)} steps", "give one intent, then actions")
    actions = []
    for step in steps[1:]:
        _only(path, step, {"action"}, "a step after the first")
        if step["action"] not in project.actions:
            raise ProjectError(path, step[LINE], f"action '{step['action']}'", "add it to the domain")
        actions.append(step["action"])
    _only(path, steps[0], {"intent", "entities", "or"}, "a first step")
    users = steps[0]["or"] if "or" in steps[0] else [steps[0]]
    made = []
    for user in users:
        _only(path, user, {"intent", "entities"}, "an intent step")
        if user.get("intent") not in project.intents:
            raise ProjectError(path, user[LINE], f"intent '{user.get('intent')}'", "add it to the domain")
        wanted = frozenset(_entity(path, user, each, project) for each in user.get("entities") or [])
        made.append(Rule(name, row[LINE], user["intent"], wanted, conditions, tuple(actions)))
    return made


def _entity(path: Path, user: Mapping[str, Any], entity: Any, project: Project) -> str:
    if not isinstance(entity, str) or entity not in project.entities:
        raise ProjectError(path, user[LINE], f"entity {entity!r} in a rule", "name an entity of the domain, without a value")
    return entity


def _conditions(path: Path, row: Mapping[str, Any], project: Project) -> tuple[tuple[str, Any], ...]:
    found: list[tuple[str, Any]] = []
    for condition in row.get("condition") or []:
        _only(path, condition, {"slot_was_set"}, "a condition")
        for slot in condition["slot_was_set"]:
            pairs = _pairs(slot) if isinstance(slot, dict) else [(slot, True)]
            for name, value in pairs:
                if name not in project.slots:
                    raise ProjectError(path, condition[LINE], f"slot '{name}'", "add it to the domain")
                found.append((name, value))
    return tuple(sorted(found))


def _only(path: Path, row: Any, known: set[str], what: str) -> None:
    if not isinstance(row, dict):
        raise ProjectError(path, 1, f"{row!r} as {what}", f"use {', '.join(sorted(known))}")
    for key in row:
        if key != LINE and key not in known:
            raise ProjectError(path, row[LINE], f"'{key}' as {what}", f"use {', '.join(sorted(known))}, or a Rasa server")


def _pairs(row: Any) -> Sequence[tuple[str, Any]]:
    return [(name, value) for name, value in (row or {}).items() if name != LINE]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items() if key != LINE}
    return [_plain(each) for each in value] if isinstance(value, list) else value


class _LineLoader(yaml.SafeLoader):
    """A safe loader that keeps the line of every mapping."""


def _mapping(loader: _LineLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    row = loader.construct_mapping(node, deep=True)
    row[LINE] = node.start_mark.line + 1
    return row


_LineLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def _load(path: Path) -> dict[str, Any]:
    try:
        rows = yaml.load(path.read_text(encoding="utf-8"), Loader=_LineLoader)  # noqa: S506 - it is a SafeLoader
    except OSError as error:
        raise ProjectError(path, 1, "a file that can't be read", f"put it there ({error.strerror})") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ProjectError(path, line, f"text that is not YAML ({error.problem})", "mend it") from error
    if not isinstance(rows, dict):
        raise ProjectError(path, 1, "no 'key: value' lines", "compare it with the file that ships")
    return rows
