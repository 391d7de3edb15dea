"""The default runner: parses, chooses the rule, runs its actions by rasa-sdk's executor, keeps the slots."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from rasa_sdk import Action
from rasa_sdk.executor import ActionExecutor

from actions.runner.payloads import parse_payload
from actions.runner.project import Project
from actions.runner.rules import choose

log = logging.getLogger(__name__)
Message = dict[str, Any]
Parse = Callable[[str, Mapping[str, Any]], dict[str, Any]]
_MOST_EVENTS = 40


class Trackers(Protocol):
    """Keeps a conversation's tracker for a limited time."""

    def load(self, key: str) -> dict[str, Any] | None:
        """The tracker; None if there is none, or its time is over."""

    def save(self, key: str, tracker: dict[str, Any]) -> None:
        """Keep the tracker, and count its time anew; a conversation that was deleted meanwhile stays deleted."""

    def delete(self, key: str) -> None:
        """Forget a conversation at once."""


class InProcessRunner:
    """Runs conversations, once they are started, over one Rasa project.

    `parse` is what Rasa's pipeline is: text and metadata to parse data.
    """

    def __init__(self, project: Project, actions: Sequence[Action], parse: Parse, trackers: Trackers) -> None:
        self._project = project
        self._parse = parse
        self._trackers = trackers
        self._executor = ActionExecutor()
        for action in actions:
            self._executor.register_action(action)
        missing = project.actions - set(self._executor.actions)
        if missing:
            raise LookupError(f"the domain names actions that do not exist: {', '.join(sorted(missing))}")

    async def handle(self, sender: str, text: str, metadata: Mapping[str, Any]) -> list[Message]:
        """The messages that answer one message, as Rasa's REST channel sends them. A thread does the work."""
        return await asyncio.to_thread(self._handle, sender, text, metadata)

    async def forget(self, sender: str) -> bool:
        """Delete the conversation; always True."""
        await asyncio.to_thread(self._trackers.delete, sender)
        return True

    def keep(self, sender: str, slots: Mapping[str, Any]) -> None:
        """Remember where a conversation stands that another runner leads."""
        tracker = self._tracker(sender)
        self._trackers.save(sender, {**tracker, "slots": {**tracker["slots"], **slots}})

    def leads(self, sender: str) -> bool:
        """Whether this runner has answered in the conversation: only it writes events."""
        return bool(self._tracker(sender)["events"])

    def _tracker(self, sender: str) -> dict[str, Any]:
        return self._trackers.load(sender) or {"slots": dict(self._project.slots), "events": []}

    def _handle(self, sender: str, text: str, metadata: Mapping[str, Any]) -> list[Message]:
        tracker = self._tracker(sender)
        parsed = parse_payload(text) or self._parse(text, metadata)
        parsed = {**parsed, "metadata": dict(metadata)}
        slots = tracker["slots"]
        events: list[dict[str, Any]] = [{"event": "user", "timestamp": time.time(), "parse_data": _without_words(parsed)}]
        messages: list[Message] = []
        for name in self._actions(parsed, slots):
            result = asyncio.run(self._executor.run(self._call(name, sender, parsed, slots, tracker["events"] + events)))
            events.append({"event": "action", "timestamp": time.time(), "name": name, "policy": "RulePolicy"})
            for event in result.events if result else []:
                _apply(event, slots, self._project.slots)
                events.append({"timestamp": time.time(), **{key: value for key, value in event.items() if value is not None}})
            for response in result.responses if result else []:
                messages += rest_messages(sender, response)
        events.append({"event": "action", "timestamp": time.time(), "name": "action_listen"})
        kept = (tracker["events"] + events)[-_MOST_EVENTS:]
        self._trackers.save(sender, {"sender_id": "", "slots": slots, "events": kept})
        return messages

    def _actions(self, parsed: Mapping[str, Any], slots: Mapping[str, Any]) -> tuple[str, ...]:
        intent = str(parsed["intent"]["name"])
        rule = choose(self._project.rules, intent, [each["entity"] for each in parsed["entities"]], slots)
        if rule:
            return rule.actions
        log.warning("no rule for intent %s", intent)
        return (self._project.fallback,) if self._project.fallback else ()

    def _call(
        self, name: str, sender: str, parsed: Mapping[str, Any], slots: Mapping[str, Any], events: list[dict[str, Any]]
    ) -> dict[str, Any]:
        tracker = {
            "sender_id": sender, "slots": dict(slots), "latest_message": dict(parsed), "events": events, "paused": False,
            "followup_action": None, "active_loop": {}, "latest_action_name": "action_listen",
        }  # fmt: skip
        return {"next_action": name, "sender_id": sender, "tracker": tracker, "domain": self._project.domain}


def rest_messages(recipient: str, response: Mapping[str, Any]) -> list[Message]:
    """One dispatched response as the messages that Rasa's REST channel makes of it (its `CollectingOutputChannel`)."""
    made: list[Message] = []
    if response.get("buttons"):
        made.append({"recipient_id": recipient, "text": response.get("text"), "buttons": response["buttons"]})
    elif response.get("text"):
        made.append({"recipient_id": recipient, "text": response["text"]})
    if response.get("custom"):
        made.append({"recipient_id": recipient, "custom": response["custom"]})
    return made


def _apply(event: Mapping[str, Any], slots: dict[str, Any], initial: Mapping[str, Any]) -> None:
    if event["event"] == "slot" and event["name"] in initial:
        slots[event["name"]] = event["value"]
    elif event["event"] == "reset_slots":
        slots.update(initial)


def _without_words(parsed: Mapping[str, Any]) -> dict[str, Any]:
    """What the tracker keeps of a message: what it meant, never what it said."""
    return {"intent": parsed["intent"], "entities": [{"entity": each["entity"]} for each in parsed["entities"]]}
