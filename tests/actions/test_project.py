"""The in-process runner reads the project that ships, and refuses what it does not support, naming file and line."""

from pathlib import Path

import pytest

from actions.runner.errors import ProjectError
from actions.runner.project import read_project
from actions.runner.rules import choose
from signpost.settings import REPOSITORY

FILES = (REPOSITORY / "config.yml", REPOSITORY / "assistant" / "domain.yml", REPOSITORY / "assistant" / "rules.yml")


def changed(tmp_path: Path, which: int, old: str, new: str) -> tuple[Path, Path, Path]:
    copies = []
    for number, path in enumerate(FILES):
        text = path.read_text(encoding="utf-8")
        if number == which:
            assert old in text
            text = text.replace(old, new, 1)
        copy = tmp_path / path.name
        copy.write_text(text, encoding="utf-8")
        copies.append(copy)
    return copies[0], copies[1], copies[2]


def test_the_project_that_ships_is_supported() -> None:
    project = read_project(*FILES)
    assert project.fallback == "action_answer"
    assert {"faq", "disclosure", "choose_setting"} <= project.intents
    assert all(action in project.actions for rule in project.rules for action in rule.actions)


def test_every_intent_of_the_domain_has_a_rule() -> None:
    project = read_project(*FILES)
    assert {rule.intent for rule in project.rules} == project.intents


@pytest.mark.parametrize(
    ("which", "old", "new", "line", "what"),
    [
        (0, "  - name: RulePolicy", "  - name: TEDPolicy", 12, "policy 'TEDPolicy'"),
        (0, "  - name: actions.rasa.nlu.SignpostNLU", "  - name: DIETClassifier", 9, "pipeline step 'DIETClassifier'"),
        (1, "actions:\n", "forms:\n  a_form: {}\nactions:\n", 1, "'forms' as a key of the domain"),
        (1, "      - type: custom", "      - type: from_entity", 50, "slot mapping 'from_entity'"),
        (2, "      - action: action_safeguarding", "      - action: action_nothing", 7, "action 'action_nothing'"),
        (2, "      - intent: disclosure", "      - intent: disclosed", 6, "intent 'disclosed'"),
        (2, "    steps:\n      - intent: disclosure", "    condition:\n      - active_loop: x\n    steps:\n      - intent: disclosure", 6, "'active_loop' as a condition"),
        (2, "      - intent: feedback\n      - action: action_feedback", "      - intent: faq\n      - action: action_feedback", None, "contradicts 'A question'"),
        (2, "      - action: action_repeat", "      - checkpoint: again", None, "'checkpoint' as a step after the first"),
        (2, "rules:", "stories: []\nrules:", 1, "'stories' as a key of the rules' file"),
        (2, "rules:", "rules: [", None, "not YAML"),
    ],
)  # fmt: skip
def test_what_is_not_supported_is_refused(tmp_path: Path, which: int, old: str, new: str, line: int | None, what: str) -> None:
    files = changed(tmp_path, which, old, new)
    with pytest.raises(ProjectError) as refused:
        read_project(*files)
    assert what in str(refused.value)
    assert str(files[which]) in str(refused.value)
    if line is not None:
        assert f"line {line}" in str(refused.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"nothing\.yml"):
        read_project(tmp_path / "nothing.yml", FILES[1], FILES[2])


def test_the_rule_that_states_most_wins(tmp_path: Path) -> None:
    more = """rules:
  - rule: Yes after an answer
    condition:
      - slot_was_set:
          - last_kind: answer
    steps:
      - intent: affirm
      - action: action_smalltalk

  - rule: Yes about a school
    steps:
      - intent: affirm
        entities:
          - setting
      - action: action_choose_setting
"""
    rules = read_project(*changed(tmp_path, 2, "rules:\n", more)).rules
    after_answer = choose(rules, "affirm", [], {"last_kind": "answer"})
    named = choose(rules, "affirm", ["setting"], {})
    otherwise = choose(rules, "affirm", [], {"last_kind": "smalltalk"})
    chosen = [rule.actions[0] for rule in (after_answer, named, otherwise) if rule]
    assert chosen == ["action_smalltalk", "action_choose_setting", "action_feedback"]
    assert choose(rules, "nothing", [], {}) is None
