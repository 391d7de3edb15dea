"""Many conversations at once over HTTP: turns a second, the time of a turn, errors."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles

import httpx


@dataclass(frozen=True)
class Load:
    """What came of it; times in milliseconds."""

    conversations: int
    turns_a_second: float
    p50_ms: float
    p95_ms: float
    errors: int


def hold(address: str, area: str, texts: Sequence[str], conversations: int, turns: int) -> Load:
    """Hold `conversations` at once, each of `turns` questions from `texts`."""
    return asyncio.run(_hold(address, area, texts, conversations, turns))


async def _hold(address: str, area: str, texts: Sequence[str], conversations: int, turns: int) -> Load:
    times: list[float] = []
    errors = 0
    limits = httpx.Limits(max_connections=conversations)
    async with httpx.AsyncClient(base_url=address, timeout=60, trust_env=False, limits=limits) as client:
        tokens = [
            (await client.post("/api/v1/conversations", json={"area": area})).json()["conversation"] for _ in range(conversations)
        ]

        async def one(number: int, token: str) -> None:
            nonlocal errors
            for turn in range(turns):
                body = {"text": texts[(number * turns + turn) % len(texts)]}
                began = time.perf_counter()
                answer = await client.post(
                    "/api/v1/conversation/messages", json=body, headers={"Authorization": f"Bearer {token}"}
                )
                times.append(1000 * (time.perf_counter() - began))
                errors += answer.status_code != httpx.codes.OK or not answer.json().get("replies")

        began = time.perf_counter()
        await asyncio.gather(*(one(number, token) for number, token in enumerate(tokens)))
        took = time.perf_counter() - began
    return Load(conversations, len(times) / took, median(times), quantiles(times, n=20)[18], errors)
