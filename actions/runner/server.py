"""The other runner: a Rasa server. If it is down or slow, the in-process runner answers, and the health page says so."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import Any, Protocol

import httpx

from actions.runner.errors import RasaUnreachable
from actions.runner.payloads import as_words

log = logging.getLogger(__name__)
Message = dict[str, Any]
_REST_AFTER = 5.0  # seconds for which a Rasa server that failed is not asked again
_RESTART = "/restart"  # an intent of Rasa's own; `as_words` keeps it from all that people type


class Runner(Protocol):
    """Runs conversations."""

    async def handle(self, sender: str, text: str, metadata: Mapping[str, Any]) -> list[Message]:
        """The messages that answer one message, as Rasa's REST channel sends them."""

    async def forget(self, sender: str) -> bool:
        """Delete the conversation; False if some of it may be kept until its time is over."""


class Standby(Runner, Protocol):
    """A runner that can go on with a conversation that another one has led so far."""

    def keep(self, sender: str, slots: Mapping[str, Any]) -> None:
        """Remember where a conversation stands."""

    def leads(self, sender: str) -> bool:
        """Whether it has answered in this conversation itself."""


class RasaRunner:
    """Talks to a Rasa server's REST channel. Raises RasaUnreachable."""

    def __init__(self, url: str, seconds: float) -> None:
        self._url = url.rstrip("/") + "/webhooks/rest/webhook"
        self._client = httpx.AsyncClient(timeout=seconds, trust_env=False)

    async def handle(self, sender: str, text: str, metadata: Mapping[str, Any]) -> list[Message]:
        """As Rasa answers. No message at all counts as a failure: every rule says something."""
        messages = await self._send({"sender": sender, "message": as_words(text), "metadata": dict(metadata)})
        if not isinstance(messages, list) or not messages:
            raise RasaUnreachable("no messages")
        return messages

    async def forget(self, sender: str) -> None:
        """Have the tracker store drop the conversation (`actions.rasa.forgetful`), after a turn that still runs."""
        await self._send({"sender": sender, "message": _RESTART})

    async def _send(self, body: Mapping[str, Any]) -> Any:
        try:
            response = await self._client.post(self._url, json=body)
            response.raise_for_status()
            return response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise RasaUnreachable(type(error).__name__) from error

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()


class SaferRunner:
    """Asks the Rasa server first; the in-process runner answers when that fails.

    It then leads that conversation to its end: the Rasa server has missed a turn, and would go on with a school or a
    voice that is no longer right. New conversations go to the Rasa server again as soon as it answers.
    """

    def __init__(self, first: RasaRunner, second: Standby, seconds: float) -> None:
        self._first = first
        self._second = second
        self._seconds = seconds
        self._asleep_until = 0.0
        self.failures = 0
        self.last_failure = ""
        """Why the last try failed; "" once the Rasa server has answered again."""

    async def handle(self, sender: str, text: str, metadata: Mapping[str, Any]) -> list[Message]:
        """The messages of whichever runner could answer in time."""
        if time.monotonic() >= self._asleep_until and not await asyncio.to_thread(self._second.leads, sender):
            try:
                messages = await asyncio.wait_for(self._first.handle(sender, text, metadata), self._seconds)
                self.last_failure = ""
                slots: dict[str, Any] = next((each["custom"]["slots"] for each in reversed(messages) if "custom" in each), {})
                await asyncio.to_thread(self._second.keep, sender, slots)
                return messages
            except (RasaUnreachable, TimeoutError) as error:
                self.failures += 1
                self.last_failure = str(error) or type(error).__name__
                self._asleep_until = time.monotonic() + _REST_AFTER
                log.warning("the Rasa server did not answer (%s); the in-process runner does", self.last_failure)
        return await self._second.handle(sender, text, metadata)

    async def forget(self, sender: str) -> bool:
        """Delete the conversation on both; False if the Rasa server did not answer."""
        await self._second.forget(sender)
        try:
            await asyncio.wait_for(self._first.forget(sender), self._seconds)
        except (RasaUnreachable, TimeoutError) as error:
            log.warning("the Rasa server was not told to forget a conversation (%s)", type(error).__name__)
            return False
        return True

    async def close(self) -> None:
        """Let go of the connections."""
        await self._first.close()
