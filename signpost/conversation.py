"""Wires the conversation: the talk, its actions, and the runner that the settings ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from actions.parse import rasa_parse
from actions.runner.inprocess import InProcessRunner
from actions.runner.project import read_project
from actions.runner.server import RasaRunner, Runner, SaferRunner
from actions.talking import ACTIONS
from api.service import Conversation
from assistant.talk import Talk
from assistant.turn import Assistant
from signpost.settings import REPOSITORY, Settings, SettingsError
from store.conversations import DatabaseConversations


def make_conversation(assistant: Assistant, settings: Settings, trackers: DatabaseConversations) -> Conversation:
    """Read the Rasa project and make the runner. Raises ProjectError for what the in-process runner can't do; SettingsError."""
    talk = Talk(assistant)
    areas = [area.slug for area in assistant.parts.areas()]
    if settings.area and settings.area not in areas:
        raise SettingsError(f"SIGNPOST_AREA is '{settings.area}': name one of {', '.join(areas)}")
    only = settings.area or (areas[0] if len(areas) == 1 else "")
    actions = tuple(kind(talk, only) for kind in ACTIONS)

    def parse(text: str, metadata: Mapping[str, Any]) -> dict[str, Any]:
        return rasa_parse(talk, text, str(metadata.get("area") or only))

    project = read_project(
        REPOSITORY / "config.yml", REPOSITORY / "assistant" / "domain.yml", REPOSITORY / "assistant" / "rules.yml"
    )
    standby = InProcessRunner(project, actions, parse, trackers)
    runner: Runner = standby
    notes: Callable[[], list[str]] = list
    if settings.rasa_url:
        safer = SaferRunner(RasaRunner(settings.rasa_url, settings.rasa_seconds), standby, settings.rasa_seconds)
        runner, notes = safer, lambda: _rasa_notes(safer)
    return Conversation(talk, actions, runner, trackers, project.slots, only, settings.conversation_minutes, notes)


def _rasa_notes(runner: SaferRunner) -> list[str]:
    if not runner.last_failure:
        return []
    return [f"the Rasa server does not answer ({runner.last_failure}); the in-process runner answers instead"]
