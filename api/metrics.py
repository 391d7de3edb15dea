"""What this process counts for Prometheus: replies by kind, how long messages took, what failed. No words, nobody's name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from actions.runner.server import Message, Runner

_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 60)


class Metrics:
    """The counts of one process, from its start."""

    def __init__(self, gauges: Mapping[str, tuple[str, Callable[[], int]]]) -> None:
        """`gauges` are read when somebody asks: name to what it is and its number."""
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._registry.register(_Gauges(gauges))
        self.seconds = Histogram(
            "signpost_message_seconds", "How long a message or a question took.", buckets=_SECONDS, registry=self._registry
        )
        self.replies = Counter(
            "signpost_replies",
            "Replies in conversations and to questions asked alone.",
            ("area", "kind", "reason"),
            registry=self._registry,
        )
        self.failed = Counter("signpost_failed_messages", "Messages that ended in an error.", registry=self._registry)

    @contextmanager
    def message(self) -> Iterator[None]:
        """Around what answers a message: its time, and whether it failed."""
        with self.failed.count_exceptions(), self.seconds.time():
            yield

    def replied(self, area: str, kind: str, reason: str | None) -> None:
        """Count one reply."""
        self.replies.labels(area, kind, reason or "").inc()

    def text(self) -> bytes:
        """All of them, as Prometheus reads them."""
        return bytes(generate_latest(self._registry))


class MeasuredRunner:
    """A runner whose replies are counted."""

    def __init__(self, runner: Runner, metrics: Metrics) -> None:
        self.within = runner
        self._metrics = metrics

    async def handle(self, sender: str, text: str, metadata: Mapping[str, Any]) -> list[Message]:
        """As the runner does."""
        with self._metrics.message():
            messages = await self.within.handle(sender, text, metadata)
        for message in messages:
            reply = message.get("custom", {})
            self._metrics.replied(metadata.get("area", ""), reply.get("kind", ""), reply.get("reason"))
        return messages

    async def forget(self, sender: str) -> bool:
        """As the runner does."""
        return await self.within.forget(sender)


class _Gauges(Collector):
    def __init__(self, gauges: Mapping[str, tuple[str, Callable[[], int]]]) -> None:
        self._gauges = gauges

    def collect(self) -> Iterator[Metric]:
        """Each with its number now."""
        for name, (what, number) in self._gauges.items():
            yield GaugeMetricFamily(name, what, number())

    def describe(self) -> Sequence[Metric]:
        """Their names alone: nothing is read at the start."""
        return [GaugeMetricFamily(name, what) for name, (what, _) in self._gauges.items()]
