"""The areas of the store, read once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from knowledge.types import Area


@dataclass
class AreaCache:
    """The areas as they were when they were last read; `clear` when the store has changed. Safe to use from many threads."""

    read: Callable[[], tuple[Area, ...]]
    _areas: tuple[Area, ...] | None = None
    _version: int | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self) -> tuple[Area, ...]:
        """The areas, by slug."""
        areas = self._areas
        if areas is None:
            with self._lock:
                areas = self._areas = self.read()
        return areas

    def clear(self) -> None:
        """Read them anew at the next call; waits for a reading that has begun, which may have read what was there before."""
        with self._lock:
            self._areas = None

    def follow(self, version: int) -> None:
        """Clear if `version` of the store is another than the last."""
        if version != self._version:
            self.clear()
            self._version = version
