"""A tracker store for Rasa that forgets: in memory, for a stated time, up to a stated number of conversations."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Any, Iterable  # noqa: UP035 - Rasa 3.6 runs on Python 3.10 and names types so

from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Restarted
from rasa.shared.core.trackers import DialogueStateTracker


class ForgetfulTrackerStore(InMemoryTrackerStore):
    """Rasa's in-memory store with limits: idle conversations and the oldest beyond `most` are dropped, and those restarted."""

    def __init__(self, domain: Domain, event_broker: Any = None, minutes: float = 60, most: int = 2000, **kwargs: Any) -> None:
        kwargs.pop("host", None)  # Rasa passes the endpoint's (absent) address to a store of one's own
        super().__init__(domain, event_broker)
        self._seconds = float(minutes) * 60
        self._most = int(most)
        self._touched: OrderedDict[str, float] = OrderedDict()

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep a conversation, unless it was just restarted, and forget those that are due."""
        if any(isinstance(event, Restarted) for event in tracker.events):
            self._touched.pop(tracker.sender_id, None)
            self.store.pop(tracker.sender_id, None)
            return
        await super().save(tracker)
        self._touched[tracker.sender_id] = time.monotonic()
        self._touched.move_to_end(tracker.sender_id)
        self._forget()

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation, if it has not been forgotten."""
        self._forget()
        return await super().retrieve(sender_id)

    async def keys(self) -> Iterable[str]:
        """The conversations that are still known."""
        self._forget()
        return list(self.store)

    def _forget(self) -> None:
        limit = time.monotonic() - self._seconds
        while self._touched:
            oldest, touched = next(iter(self._touched.items()))
            if touched >= limit and len(self._touched) <= self._most:
                return
            del self._touched[oldest]
            self.store.pop(oldest, None)
