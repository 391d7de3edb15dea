"""How often words are sent on, so that a stranger can't fill a mailbox through the form."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

from limits import RateLimitItemPerHour
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter


class HandOverLimits:
    """How many an hour a conversation and a client may send, and one address is told of; counted in memory only."""

    def __init__(self, conversation: int, client: int, address: int) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._conversation = RateLimitItemPerHour(conversation)
        self._client = RateLimitItemPerHour(client)
        self._address = RateLimitItemPerHour(address)
        self._one_by_one = threading.Lock()

    @contextmanager
    def counting(self, conversation: str, client: str) -> Iterator[bool]:
        """Whether one more may be sent. It is counted if what is done with that does not raise."""
        keys = ((self._conversation, "conversation", conversation), (self._client, "client", client))
        with self._one_by_one:
            yield all(self._limiter.test(*key) for key in keys)
            for key in keys:
                self._limiter.hit(*key)

    def acknowledges(self, address: str) -> bool:
        """Count one letter to an address that somebody typed; False if it is one too many."""
        return self._limiter.hit(self._address, "address", sha256(address.lower().encode()).hexdigest())
