"""What can go wrong before or while a conversation is run.

RunnerError
├── ProjectError     the Rasa project holds what the in-process runner does not support
└── RasaUnreachable  the Rasa server did not answer in time
"""

from __future__ import annotations

from pathlib import Path


class RunnerError(Exception):
    """The root: anything that a runner raises on purpose."""


class ProjectError(RunnerError):
    """Something in the project is not supported; says where, what, and what to do."""

    def __init__(self, path: Path, line: int, what: str, then: str) -> None:
        super().__init__(f"{path}, line {line}: the in-process runner does not support {what}; {then}")


class RasaUnreachable(RunnerError):
    """The Rasa server is down, hangs, or answered with something else than messages."""
