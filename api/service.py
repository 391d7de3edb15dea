"""What the routes work with; made in `signpost.wiring` and handed over once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from assistant.turn import Assistant


@dataclass(frozen=True)
class Service:
    """The assistant, and how to tell whether all is well."""

    assistant: Assistant
    findings: Callable[[], Sequence[object]]
    refresh: Callable[[], None]


def service_of(request: Request) -> Service:
    """The service that the application was made with."""
    service: Service = request.app.state.service
    return service


ServiceDep = Annotated[Service, Depends(service_of)]
