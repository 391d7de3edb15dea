"""Scrapy's settings for a guest: one request at a time, with a pause, as somebody, and no door left open."""

from __future__ import annotations

import asyncio
import time
from email.utils import parsedate_to_datetime
from typing import Any

from scrapy import Request, Spider
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.http import Response

from knowledge.crawling.messages import Limits, Task

_DEEPEST = 30  # links from where the site begins
_TOO_BUSY = (429, 503)
_HERE = "knowledge.crawling"
_UNUSED = (
    "scrapy.extensions.telnet.TelnetConsole", "scrapy.extensions.remote_control.RemoteControl",
    "scrapy.extensions.feedexport.FeedExporter", "scrapy.extensions.memusage.MemoryUsage",
)  # fmt: skip
"""Doors into the process, and what loads much for nothing."""

_OURS = {
    "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": None,
    f"{_HERE}.kept.Cache": 900,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    f"{_HERE}.manners.PatientRetry": 550,
}
"""In place of Scrapy's own."""


def settings_for(task: Task) -> dict[str, Any]:
    """Scrapy's settings (version 2.19) for a task."""
    limits = task.limits
    return {
        "USER_AGENT": task.agent,
        "ROBOTSTXT_OBEY": False,  # the spider does: to Scrapy, a robots.txt that can't be fetched allows everything
        "CONCURRENT_REQUESTS": 1,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": limits.delay,
        "DOWNLOAD_DELAY_JITTER": 0,  # it would halve a delay that the site asked for
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": limits.delay,
        "AUTOTHROTTLE_MAX_DELAY": limits.longest_wait,
        "DOWNLOAD_TIMEOUT": limits.timeout,
        "DNS_TIMEOUT": limits.timeout,
        "DOWNLOAD_MAXSIZE": limits.largest,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "RETRY_TIMES": limits.retries,
        "HTTPERROR_ALLOW_ALL": True,  # the spider tells errors apart
        "METAREFRESH_ENABLED": False,
        "DEPTH_LIMIT": _DEEPEST,
        "DEPTH_PRIORITY": 1,
        "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",
        "HTTPCACHE_ENABLED": True,
        "HTTPCACHE_DIR": task.folder,
        "HTTPCACHE_POLICY": f"{_HERE}.kept.AskAgain",
        "HTTPCACHE_STORAGE": f"{_HERE}.kept.KeptPages",
        "DOWNLOADER_MIDDLEWARES": _OURS,
        "ITEM_PIPELINES": {f"{_HERE}.sender.Sender": 100},
        "LOG_ENABLED": False,
        "STATS_DUMP": False,
        "LOGSTATS_INTERVAL": 0,
        "EXTENSIONS": dict.fromkeys(_UNUSED),
        "DOWNLOAD_HANDLERS": dict.fromkeys(("data", "file", "ftp", "s3")),
    }


class PatientRetry(RetryMiddleware):
    """Scrapy's retries, after the time that a busy site asks for (`Retry-After`), or a little longer each time."""

    async def process_response(  # type: ignore[override]  # Scrapy takes either
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """The request again, or the response if there is no use."""
        result: Request | Response = super().process_response(request, response)
        if result is response or response.status not in _TOO_BUSY:
            return result
        limits = self._limits()
        asked = retry_after(response)
        if asked is not None and asked > limits.longest_wait:
            return response
        await asyncio.sleep(asked if asked is not None else limits.delay * 2 ** request.meta.get("retry_times", 0))
        return result

    def _limits(self) -> Limits:
        limits: Limits = self.crawler.spider.task.limits  # type: ignore[union-attr]
        return limits


def retry_after(response: Response) -> float | None:
    """Seconds that a response asks to wait, whether it gives seconds or a date; None if it gives neither."""
    value = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if value.isdecimal():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return None
