"""What a site's robots.txt allows Signpost."""

from __future__ import annotations

from scrapy.http import Response
from scrapy.robotstxt import ProtegoRobotParser
from scrapy.utils.sitemap import sitemap_urls_from_robots

_NAME = "Signpost"


class Robots:
    """The rules of one host. Without a response: it has none, and allows everything."""

    def __init__(self, response: Response | None = None) -> None:
        body = response.body if response is not None and response.status == 200 else b""
        self._rules = ProtegoRobotParser(body, None)
        self.delay = self._rules.crawl_delay(_NAME) or 0.0
        """Seconds to wait between two requests."""
        self.sitemaps = list(sitemap_urls_from_robots(body, response.url)) if response is not None and body else []

    def allow(self, address: str) -> bool:
        """True if the address may be read."""
        return self._rules.allowed(address, _NAME)

    @staticmethod
    def unknown(status: int) -> bool:
        """True if a robots.txt may be there but is not shown, which forbids everything until it is (RFC 9309, 2.3.1.4)."""
        return status == 429 or status >= 500
