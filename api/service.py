"""What the routes work with; made in `signpost.wiring` and handed over once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Protocol

from fastapi import Depends, Request
from rasa_sdk import Action

from actions.runner.server import Runner
from api.hand_over_limits import HandOverLimits
from api.metrics import Metrics
from api.staff.desk import StaffDesk
from assistant.browse import Browse
from assistant.talk import Talk
from assistant.turn import Assistant
from store.follow_ups import FollowUps
from store.outbox import Outbox


class Trackers(Protocol):
    """Keeps conversations for a limited time."""

    def load(self, key: str) -> dict[str, Any] | None:
        """The tracker of a conversation; None if there is none."""

    def start(self, key: str, tracker: dict[str, Any]) -> None:
        """Keep the tracker of a new conversation."""


@dataclass(frozen=True)
class Conversation:
    """All that conversations need, on either runner."""

    talk: Talk
    actions: tuple[Action, ...]
    runner: Runner
    trackers: Trackers
    initial_slots: Mapping[str, Any]
    only_area: str
    minutes: float
    notes: Callable[[], Sequence[str]]
    """What is wrong with the Rasa server, if anything."""


@dataclass(frozen=True)
class Passing:
    """The outbox and the list of those who wait, `most_waits` for one address. `can_send` is False without a mail server."""

    outbox: Outbox
    follow_ups: FollowUps
    can_send: bool
    limits: HandOverLimits
    most_waits: int
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


@dataclass(frozen=True)
class Service:
    """The assistant, its conversations, and how to tell whether all is well."""

    assistant: Assistant
    conversation: Conversation
    browse: Browse
    passing: Passing
    """Passing questions on to a person."""
    desk: StaffDesk | None
    """What the staff screens work with; None switches them off."""
    findings: Callable[[], Sequence[object]]
    metrics: Metrics
    refresh: Callable[[], None]
    refresh_areas: Callable[[], None] = lambda: None
    """Read names and contacts anew."""
    shared_secret: str = ""
    metrics_token: str = ""
    """Whoever sends it may read the metrics; "" switches them off."""
    extra_sites: tuple[str, ...] = ()
    messages_a_minute: int = 30
    client_messages_a_minute: int = 120
    tasks: tuple[Callable[[], object], ...] = field(default=())
    """What is done every minute beside serving: forgetting what is due, sending what waits."""


def service_of(request: Request) -> Service:
    """The service that the application was made with."""
    service: Service = request.app.state.service
    return service


ServiceDep = Annotated[Service, Depends(service_of)]
