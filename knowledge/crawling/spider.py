"""Walks through one site: its robots.txt, where it begins, its sitemaps, then every page and file that they lead to.

Each address is asked for once. What becomes of it is said by one message, or by none if it is gone:
the absence of a document is what deletes it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any

from scrapy import Request, Spider
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import CloseSpider, IgnoreRequest
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response
from twisted.python.failure import Failure

from knowledge.crawling.addresses import Kind, Site, identity
from knowledge.crawling.kept import Cache, KeptPages
from knowledge.crawling.messages import Fetched, Task
from knowledge.crawling.places import Places
from knowledge.crawling.reading import HTML, canonical_of, cause, ending_of, links_of, robots_say, sitemap_of
from knowledge.crawling.robots import Robots
from knowledge.types import Skipped

Output = Iterator[Request | Fetched | Skipped]
_HOPS = 5  # redirects from an address to itself
_GONE, _FOR_GOOD = (404, 410), (301, 308)
_FOR_THIS_PAGE = (*_GONE, 401)  # an error that says nothing of how the site is
_MOST_SITEMAPS = 200
_FEW = 10  # pages, of which half may go without a question
_LATER = "try again later, or ask who runs the site to mend it"
_BY_HAND = "or save its pages and use kind 'folder'"


class SiteSpider(Spider):
    """One crawl."""

    name = "site"

    def __init__(self, task: Task, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.task = task
        self.site = Site.at(task.url)
        self.allowed_domains = [self.site.host.partition(":")[0]]
        self._robots = Robots()
        self._seen: set[str] = set()
        self._sitemaps: set[str] = set()
        self._places = Places(self.site.canonical(task.url))
        self._asked = self._failures = 0
        self._begun = self._full = self._stopped = False

    async def start(self) -> AsyncIterator[Any]:
        """Scrapy's first requests."""
        yield Request(f"{self.site.origin}/robots.txt", self.robots, errback=self.no_robots)

    def robots(self, response: Response) -> Output:
        """Read the rules, then go to where the site begins."""
        if Robots.unknown(response.status):
            yield from self._stop(f"its robots.txt answers with error {response.status}: {_LATER}")
        else:
            yield from self._enter(Robots(response))

    def no_robots(self, failure: Failure) -> Output:
        """Without an answer, nothing may be read; a robots.txt that leads elsewhere is none."""
        if isinstance(failure.value, IgnoreRequest):
            yield from self._enter(Robots())
        else:
            yield from self._stop(f"its robots.txt can't be read ({self._cause(failure)}): mend the address, or {_LATER}")

    def _enter(self, robots: Robots) -> Output:
        self._robots = robots
        longest = self.task.limits.longest_wait
        address = self.site.canonical(self.task.url)
        if not robots.allow(address):
            yield from self._stop(
                f"its robots.txt does not allow Signpost: ask who runs the site to allow 'Signpost' in it, {_BY_HAND}"
            )
        elif robots.delay > longest:
            yield from self._stop(
                f"its robots.txt asks for {robots.delay:g} seconds between two pages, at most {longest:g} are waited: "
                f"ask who runs the site for a shorter Crawl-delay for 'Signpost', {_BY_HAND}"
            )
        else:
            self._slow_down(robots.delay)
            self._seen.add(identity(address))
            yield self._request(address, start=True)

    def _slow_down(self, delay: float) -> None:
        throttle = self.crawler.get_extension(AutoThrottle)
        if throttle is not None and delay > throttle.mindelay:
            throttle.mindelay = delay
            for slot in self.crawler.engine.downloader.slots.values():
                slot.delay = delay

    def page(self, response: Response, start: bool, alone: bool, hops: int) -> Output:
        """What a page, file or error means. `alone`: under this address, whatever it calls its own."""
        try:
            yield from self._answer(response, start, alone, hops)
        except CloseSpider:
            raise
        except Exception as error:  # Scrapy would leave the page out without a word, and so delete it
            yield from self._failed(response.url, f"it can't be read ({type(error).__name__})", start)

    def _answer(self, response: Response, start: bool, alone: bool, hops: int) -> Output:
        status = response.status
        if status < 400 or status in _FOR_THIS_PAGE:
            self._failures = 0
        if 200 <= status < 300:
            yield from self._take(response, start, alone)
        elif 300 < status < 400 and "Location" in response.headers:
            yield from self._moved(response, start, hops)
        elif status in _GONE and start:
            yield from self._stop(f"it is not there (error {status}): mend the address in sources.yml")
        elif status in _GONE:
            yield from self._release(response.url)
        else:
            yield from self._failed(response.url, f"the site answers with error {status}", start)

    def no_page(self, failure: Failure) -> Output:
        """What it means that nothing came."""
        request: Request = failure.request  # type: ignore[attr-defined]
        yield from self._failed(request.url, self._cause(failure), request.cb_kwargs["start"])

    def _take(self, response: Response, start: bool, alone: bool) -> Output:
        address, ending, wishes = response.url, ending_of(response), robots_say(response)
        name = identity(address)
        if not ending or (ending == HTML and not self.site.holds(address)):
            what = "it holds no page" if not ending else "it leads to a page, not to a file"
            if start:
                yield from self._stop(f"{what}: mend the address in sources.yml")
            elif self.site.kind(address) == Kind.FILE:
                yield Skipped(address, f"{what}: mend the link to it", name)
            return
        before = self._asked
        if "nofollow" not in wishes:
            yield from self._follow(links_of(response))
        leads_on = self._asked > before
        if start:
            yield from self._begin()
        own = "" if alone else self._places.elsewhere(self.site, address, canonical_of(response))
        if own and self._robots.allow(own):
            self._places.believe(address, own)
            yield from self._ask(own, start)
        elif "noindex" not in wishes:
            encoding = str(getattr(response, "encoding", "")) if ending == HTML else ""
            yield Fetched(name, address, ending, response.body, encoding, start and not leads_on)

    def _begin(self) -> Output:
        """Once the site is open: its sitemaps."""
        if not self._begun:
            self._begun = True
            listed = self._robots.sitemaps
            yield from self._read_sitemaps(listed or [f"{self.site.origin}/sitemap.xml"], bool(listed))

    def _read_sitemaps(self, urls: Iterable[str], listed: bool) -> Output:
        for url in urls:
            address = self.site.canonical(url)
            if address and address not in self._sitemaps and len(self._sitemaps) < _MOST_SITEMAPS and self._robots.allow(address):
                self._sitemaps.add(address)
                yield Request(address, self.sitemap, errback=self.no_sitemap, cb_kwargs={"listed": listed}, priority=1)

    def sitemap(self, response: Response, listed: bool) -> Output:
        """Ask for what a sitemap lists, and for the sitemaps that it lists."""
        if response.status in _GONE:
            return
        try:
            if response.status != 200:
                raise ValueError(f"error {response.status}")
            urls, more = sitemap_of(response, self.task.limits.largest)
        except ValueError as error:
            if listed or response.status != 200:
                yield from self._no_sitemap(response.url, str(error))
            return
        if more:
            yield from self._read_sitemaps(urls, listed=True)
        else:
            yield from self._follow(url for url in urls if self.site.holds(self.site.canonical(url)))

    def no_sitemap(self, failure: Failure) -> Output:
        """A sitemap that does not come."""
        yield from self._no_sitemap(failure.request.url, self._cause(failure))  # type: ignore[attr-defined]

    def _no_sitemap(self, url: str, why: str) -> Output:
        yield Skipped(url, f"this sitemap can't be read ({why}), so pages that only it lists stay as they were: {_LATER}", None)

    def _follow(self, urls: Iterable[str]) -> Output:
        for url in urls:
            address = self.site.canonical(url)
            if address:
                yield from self._ask(address)

    def _ask(self, address: str, start: bool = False) -> Output:
        """Ask for an address, if it is read at all and has not been asked for."""
        name = identity(address)
        if self._stopped or name in self._seen or self.site.kind(address) is None:
            return
        if self._asked >= self.task.limits.pages:
            self._full = True
            return
        self._seen.add(name)
        if not self._robots.allow(address):
            yield Skipped(address, "the site's robots.txt does not allow it: ask who runs the site, or leave it", name)
            return
        self._asked += 1
        yield self._request(address, start=start)

    def _request(self, address: str, start: bool = False, alone: bool = False, hops: int = 0) -> Request:
        told = {"start": start, "alone": alone, "hops": hops}
        again = alone or bool(hops)
        return Request(address, self.page, errback=self.no_page, cb_kwargs=told, meta={"dont_redirect": True}, dont_filter=again)

    def _moved(self, response: Response, start: bool, hops: int) -> Output:
        address, name = response.url, identity(response.url)
        target = response.urljoin((response.headers["Location"] or b"").decode("utf-8", "replace"))
        if target.startswith("https:") and self.site.canonical(target):
            self.site = self.site.secured()
        own = self.site.canonical(target)
        inside = bool(own) and self.site.kind(own) is not None
        if inside and identity(own) == name and hops < _HOPS:
            yield self._request(own, start, hops=hops + 1)
        elif inside and identity(own) == name:
            yield from self._failed(address, "it leads to itself again and again", start)
        elif inside:
            yield from self._ask(own, start)
            yield from self._release(address)
        elif start:
            yield from self._stop(f"it leads to {target[:200]}: use that address in sources.yml, if it is the right one")
        elif response.status in _FOR_GOOD:
            yield from self._release(address)
        else:
            yield from self._failed(address, f"it leads to {target[:200]} for now, which is not read here", start)

    def _release(self, address: str) -> Output:
        """An address that holds no page: the pages that called it their own place are taken where they are."""
        for other in self._places.without(address):
            yield self._request(other, alone=True)

    def _failed(self, address: str, why: str, start: bool) -> Output:
        """It stays as it was, and so do the pages that it led to last time, unless they are gone themselves."""
        if start:
            yield from self._stop(f"{why}: mend the address, or {_LATER}")
            return
        yield Skipped(address, f"{why}: {_LATER}", identity(address))
        yield from self._release(address)
        yield from self._follow(self._links_before(address))
        self._failures += 1
        if self._failures >= self.task.limits.failures:
            yield from self._stop(f"{self._failures} pages one after the other could not be fetched ({why}): {_LATER}")

    def _links_before(self, address: str) -> list[str]:
        request, unpack = Request(address), self.crawler.get_downloader_middleware(HttpCompressionMiddleware)
        kept = self._kept().retrieve_response(self, request)
        if kept is None or unpack is None:
            return []
        self._kept().keep(request)
        before = unpack.process_response(request, kept)
        return links_of(before) if isinstance(before, Response) else []

    def _stop(self, why: str) -> Output:
        """Leave the site; all that is live from it stays."""
        if not self._stopped:
            self._stopped = True
            yield Skipped(self.task.url, f"{why}; what is live from it stays", None)
        raise CloseSpider("stopped")

    def _kept(self) -> KeptPages:
        cache = self.crawler.get_downloader_middleware(Cache)
        if cache is None or not isinstance(cache.storage, KeptPages):
            raise TypeError("the settings of knowledge.crawling.manners are needed")
        return cache.storage

    def _cause(self, failure: Failure) -> str:
        error = failure.value
        return cause(error, self.task.limits.timeout) if isinstance(error, Exception) else type(error).__name__

    def last_words(self) -> Iterator[Skipped]:
        """What a crawl that came to its end has to say about all of it."""
        if self._full:
            most = self.task.limits.pages
            why = f"it has more than {most:,} pages: name its parts as sources of their own, each with a longer path in its 'url'"
            yield Skipped(self.task.url, f"{why}; what was not read this time stays live", None)
        elif not self._stopped:
            before, still = self._kept().forget_others()
            if before >= _FEW and still < before / 2:
                why = f"only {still} of the {before} addresses of last time are left, so nothing of it is deleted yet"
                yield Skipped(self.task.url, f"{why}: look at the site; if it is right, take it in once more", None)
