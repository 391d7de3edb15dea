"""The areas of the store, read once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from knowledge.types import Area


@dataclass
class AreaCache:
    """The areas as they were when they were last read; `clear` when the store has changed."""

    read: Callable[[], tuple[Area, ...]]
    _areas: tuple[Area, ...] | None = None

    def __call__(self) -> tuple[Area, ...]:
        """The areas, by slug."""
        if self._areas is None:
            self._areas = self.read()
        return self._areas

    def clear(self) -> None:
        """Read them anew at the next call."""
        self._areas = None
