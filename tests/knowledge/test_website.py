"""Crawls of a small fictional site, served on loopback."""

from __future__ import annotations

import gzip
import io
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from reportlab.pdfgen.canvas import Canvas
from scrapy import Request
from scrapy.http import Response

from knowledge.crawling.addresses import Kind, Site, identity
from knowledge.crawling.messages import End, Fetched, Limits, Task, from_line, to_line
from knowledge.crawling.spider import SiteSpider
from knowledge.ingest import Ingester, no_progress
from knowledge.source_list import WEBSITE, Source
from knowledge.topics import TopicExamples, TopicMapper
from knowledge.types import Area, Document, IngestionReport, Skipped
from knowledge.website import read_website
from store.passages import DatabasePassages
from tests.hashing import HashingEncoder

AREA = Area("larkmere", "Larkmere Council", "https://localoffer.larkmere.example", {})
QUICK = Limits(delay=0.0, timeout=2.0, longest_wait=5.0, retries=0)
WORDS = "Families in Larkmere can ring the SEND team on 01632 960123 about help for their child."


@dataclass(frozen=True)
class Answer:
    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: float = 0.0


@dataclass
class LittleSite:
    """Serves `pages`; a page with an ETag is not sent again to whoever has it."""

    pages: dict[str, Answer | Callable[[], Answer]]
    port: int = 0
    asked: list[tuple[str, Any, float]] = field(default_factory=list)
    sent: Counter[int] = field(default_factory=Counter)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def paths(self) -> list[str]:
        return [path for path, _, _ in self.asked]

    def read(self, fetched: Path, limits: Limits = QUICK) -> list[Document | Skipped]:
        source = Source("larkmere", WEBSITE, url=f"http://{self.host}/send", owner="SEND team")
        return list(read_website(source, AREA, fetched, limits))


def page(title: str, *links: str, head: str = "", text: str = WORDS, status: int = 200, **headers: str) -> Answer:
    listed = "".join(f'<p>See <a href="{link}">the page</a> for more about it.</p>' for link in links)
    html = f"<html><head><title>{title} | Larkmere</title>{head}</head><body><main><h1>{title}</h1><p>{text}</p>{listed}</main></body></html>"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(html.encode(), status, {"Content-Type": "text/html; charset=utf-8", **named})


def pdf(words: str) -> Answer:
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawString(60, 700, words)
    canvas.save()
    return Answer(out.getvalue(), 200, {"Content-Type": "application/pdf", "ETag": '"pdf"'})


def sitemap(*addresses: str, index: bool = False) -> bytes:
    root, row = ("sitemapindex", "sitemap") if index else ("urlset", "url")
    rows = "".join(f"<{row}><loc>{address}</loc></{row}>" for address in addresses)
    return f'<?xml version="1.0"?><{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</{root}>'.encode()


@pytest.fixture
def site() -> Iterator[LittleSite]:
    little = LittleSite({})

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            little.asked.append((self.path, self.headers, time.monotonic()))
            answer = little.pages.get(self.path, Answer(b"nothing here", 404))
            answer = answer if isinstance(answer, Answer) else answer()
            time.sleep(answer.wait)
            stamp = answer.headers.get("ETag")
            known = stamp is not None and self.headers.get("If-None-Match") == stamp
            status, body = (304, b"") if known else (answer.status, answer.body)
            little.sent[status] += 1
            try:
                self.send_response(status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                pass  # the reader has gone

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    little.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield little
    server.shutdown()
    thread.join()
    server.server_close()


def documents(items: list[Document | Skipped]) -> dict[str, Document]:
    """By what follows the host in their ids."""
    return {item.id.partition("/")[2]: item for item in items if isinstance(item, Document)}


def skipped(items: list[Document | Skipped]) -> dict[str, str]:
    """Why, by what follows the host in the id of what stays; "" for everything."""
    return {(item.document or "").partition("/")[2]: item.why for item in items if isinstance(item, Skipped)}


def a_whole_site(site: LittleSite) -> None:
    base = f"http://{site.host}"
    links = (
        "/send/travel;jsessionid=1A2B?utm_source=news#top", "/send/travel?fbclid=x", "/send/clubs/?b=2&a=1", "/send/clubs?a=1&b=2",
        "/send/print/money", "/send/money", "/send/hidden", "/send/secret", "/send/gone", "/send/broken", "/send/away", "/send/sold",
        "/send/old-name", "/sendmail", "/council-tax", "/downloads/ehcp%20guide.pdf", "/downloads/map.png", "/downloads/broken.pdf",
        "/send/login", "/send/search?q=autism", "/send/events?month=5", "/send/app", "/send/lost", "mailto:send@larkmere.example",
        "https://elsewhere.example/send/x", "/send/media/7",
    )  # fmt: skip
    site.pages.update({
        "/robots.txt": Answer(f"User-agent: *\nDisallow: /send/secret\nSitemap: {base}/maps.xml\n".encode()),
        "/maps.xml": Answer(sitemap(f"{base}/map-1.xml.gz", index=True)),
        "/map-1.xml.gz": Answer(gzip.compress(sitemap(f"{base}/send/short-breaks", f"{base}/bins", f"{base}/downloads/bins.pdf"))),
        "/send": page("Our local offer", *links, ETag='"1"'),
        "/send/travel": page("Travel to school", "/send", ETag='"2"', Cache_Control="no-store, max-age=600"),
        "/send/clubs/?a=1&b=2": page("Clubs", Last_Modified="Mon, 02 Nov 2020 10:00:00 GMT"),
        "/send/clubs?a=1&b=2": page("Clubs"),
        "/send/print/money": page("Money", head='<link rel="canonical" href="/send/money">'),
        "/send/money": page("Money", head=f'<link rel="canonical" href="{base}/send/money/">', ETag='"3"'),
        "/send/hidden": page("For staff", "/send/by-hidden", head='<meta name="robots" content="noindex">'),
        "/send/by-hidden": page("Found by a hidden page"),
        "/send/broken": page("Broken", status=500),
        "/send/away": Answer(b"", 302, {"Location": "https://login.larkmere.example/"}),
        "/send/sold": Answer(b"", 301, {"Location": "/council-tax"}),
        "/send/old-name": Answer(b"", 301, {"Location": "/send/new-name"}),
        "/send/new-name": page("A new name", ETag='"4"'),
        "/send/short-breaks": page("Short breaks"),
        "/send/app": Answer(b"<html><body><div id=app></div><script src=/x.js></script></body></html>", 200, {"Content-Type": "text/html"}),
        "/send/lost": page("Page not found"),
        "/send/media/7": pdf("This file about short breaks has no ending in its address."),
        "/downloads/ehcp guide.pdf": Answer(), "/downloads/ehcp%20guide.pdf": pdf("How we write an EHC plan with you and your child."),
        "/downloads/broken.pdf": Answer(b"%PDF-1.4", 200, {"Content-Type": "application/pdf"}),
    })  # fmt: skip


def test_a_site_is_read_once_and_then_only_what_changed(site: LittleSite, tmp_path: Path) -> None:
    a_whole_site(site)
    items = site.read(tmp_path)
    found = documents(items)
    assert set(found) == {
        "send", "send/travel", "send/clubs?a=1&b=2", "send/money", "send/by-hidden", "send/new-name", "send/short-breaks",
        "send/media/7", "downloads/ehcp%20guide.pdf",
    }  # fmt: skip
    why = skipped(items)
    assert set(why) == {"send/secret", "send/broken", "send/away", "downloads/broken.pdf", "send/app", "send/lost"}
    assert "robots.txt" in why["send/secret"]
    assert "error 500" in why["send/broken"]
    assert "https://login.larkmere.example/ for now" in why["send/away"]
    assert "without JavaScript" in why["send/app"]
    assert "'Page not found'" in why["send/lost"]
    assert "damaged" in why["downloads/broken.pdf"]
    travel = found["send/travel"]
    assert (travel.title, travel.url, travel.owner) == ("Travel to school", f"http://{site.host}/send/travel", "SEND team")
    assert "01632 960123" in travel.body
    assert "EHC plan" in found["downloads/ehcp%20guide.pdf"].body
    asked = Counter(site.paths())
    assert asked.most_common(1)[0][1] == 1
    never = "/send/secret /sendmail /council-tax /downloads/map.png /downloads/bins.pdf /bins /send/login /send/events?month=5 /sitemap.xml"
    assert not set(never.split()) & set(asked)
    agent = site.asked[0][1]["User-Agent"]
    assert agent == "Signpost (reads this council's SEND pages for its FAQ assistant; +https://localoffer.larkmere.example)"

    site.sent.clear()
    site.pages["/send/new-name"] = page("A newer name", ETag='"5"')
    site.pages.pop("/send/short-breaks")
    again = documents(site.read(tmp_path))
    assert site.sent[304] == 5  # three pages and two files
    assert again.pop("send/new-name").title == "A newer name"
    assert {name: found[name] for name in again} == again
    assert set(found) - set(again) == {"send/new-name", "send/short-breaks"}
    assert any("If-Modified-Since" in headers for path, headers, _ in site.asked if path.startswith("/send/clubs"))


@pytest.mark.parametrize(
    ("pages", "why"),
    [
        ({}, "it is not there (error 404)"),
        ({"/robots.txt": Answer(b"", 503)}, "robots.txt answers with error 503"),
        ({"/robots.txt": Answer(b"User-agent: signpost\nDisallow: /")}, "does not allow Signpost"),
        ({"/robots.txt": Answer(b"User-agent: *\nCrawl-delay: 60\n")}, "asks for 60 seconds"),
        ({"/send": Answer(b"", 301, {"Location": "https://www.larkmere.example/offer"})}, "leads to https://www.larkmere.example/offer"),
        ({"/send": page("Offer"), "/robots.txt": Answer(wait=3)}, "did not answer in time (2 seconds)"),
        ({"/send": Answer(b"<script>run()</script>", 200, {"Content-Type": "text/html"})}, "without JavaScript"),
    ],
)  # fmt: skip
def test_a_site_that_does_not_open_stays_as_it_was(site: LittleSite, tmp_path: Path, pages: dict[str, Answer], why: str) -> None:
    site.pages.update(pages)
    (item,) = site.read(tmp_path)
    assert isinstance(item, Skipped)
    assert item.document is None
    assert why in item.why


def test_a_site_may_begin_with_pictures_only(site: LittleSite, tmp_path: Path) -> None:
    tiles = Answer(b"<body><a href=/send/a><img src=/a.png></a></body>", 200, {"Content-Type": "text/html"})
    site.pages.update({"/send": tiles, "/send/a": Answer("<h1>Café visits</h1><p>They cost £5 – or nothing.".encode("cp1252"))})
    site.pages["/send/a"] = Answer(site.pages["/send/a"].body, 200, {"Content-Type": "text/html; charset=windows-1252"})  # type: ignore[union-attr]
    items = site.read(tmp_path)
    assert set(skipped(items)) == {"send"}
    assert "They cost £5 – or nothing." in documents(items)["send/a"].body


def test_a_host_that_is_not_there_says_so(tmp_path: Path) -> None:
    source = Source("larkmere", WEBSITE, url="http://127.0.0.1:9/send")
    (item,) = read_website(source, AREA, tmp_path, QUICK)
    assert isinstance(item, Skipped)
    assert (item.document, "refused the connection" in item.why) == (None, True)


def test_a_page_that_fails_stays_live_with_what_it_led_to(
    site: LittleSite, tmp_path: Path, store: DatabasePassages, hashing: HashingEncoder
) -> None:
    hub = page("Hub", "/send/leaf", "/send/gone-leaf")
    packed = Answer(gzip.compress(hub.body), 200, {**hub.headers, "Content-Encoding": "gzip"})
    site.pages.update(
        {"/send": page("Offer", "/send/hub"), "/send/hub": packed, "/send/leaf": page("Leaf"), "/send/gone-leaf": page("Gone")}
    )
    ingester = Ingester(store, hashing, TopicMapper([TopicExamples("travel", ("L2.TRAVEL",))], hashing), no_progress)
    source = Source("larkmere", WEBSITE, url=f"http://{site.host}/send")

    def take_in() -> IngestionReport:
        return ingester.ingest_documents(AREA.slug, source.key, read_website(source, AREA, tmp_path, QUICK))

    store.save_area(AREA, every_setting=True)
    assert len(take_in().created) == 4
    site.pages["/send/hub"] = Answer(b"", 503)
    site.pages.pop("/send/gone-leaf")
    report = take_in()
    assert report.deleted == (f"{site.host}/send/gone-leaf",)
    assert [item.document for item in report.skipped] == [f"{site.host}/send/hub"]
    assert len(take_in().unchanged) == 2
    assert len(store.document_digests(AREA.slug, source.key)) == 3


def test_pages_that_name_another_place_are_never_lost(site: LittleSite, tmp_path: Path) -> None:
    def named(title: str, own: str) -> Answer:
        return page(title, head=f'<link rel="canonical" href="{own}">')

    site.pages.update({
        "/send": page("Offer", *(f"/send/{name}" for name in ("a", "b", "lost", "moved", "unfilled", "outside"))),
        "/send/a": named("A", "/send/b"), "/send/b": named("B", "/send/a"), "/send/lost": named("Lost", "/send/nowhere"),
        "/send/moved": named("Moved", "/send/moves"), "/send/moves": Answer(b"", 301, {"Location": "/send/moved"}),
        "/send/unfilled": named("Unfilled", "/send"), "/send/outside": named("Outside", "https://www.larkmere.example/send/outside"),
    })  # fmt: skip
    found = documents(site.read(tmp_path))
    assert set(found) in (
        {"send", name, "send/lost", "send/moved", "send/unfilled", "send/outside"} for name in ("send/a", "send/b")
    )


def test_a_site_is_asked_as_slowly_as_it_wants(site: LittleSite, tmp_path: Path) -> None:
    busy = iter([Answer(b"", 429, {"Retry-After": "1"})])
    site.pages.update({
        "/robots.txt": Answer(b"User-agent: *\nCrawl-delay: 0.3\n"),
        "/send": page("Offer", "/send/a", "/send/b"), "/send/a": page("A"), "/send/b": lambda: next(busy, page("B")),
    })  # fmt: skip
    found = documents(site.read(tmp_path, limits=Limits(delay=0.0, timeout=2.0, longest_wait=5.0, retries=1)))
    assert set(found) == {"send", "send/a", "send/b"}
    times = [moment for path, _, moment in site.asked if path.startswith("/send")]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert min(gaps) > 0.29
    assert times[-1] - times[-2] > 0.99


def test_a_slow_page_and_a_closed_sitemap_are_told(site: LittleSite, tmp_path: Path) -> None:
    site.pages.update({
        "/send": page("Offer", "/send/slow", "/send/big.txt"), "/send/slow": Answer(wait=1.5), "/sitemap.xml": Answer(b"", 403),
        "/send/big.txt": Answer(b"word " * 60_000, 200, {"Content-Type": "text/plain"}),
    })  # fmt: skip
    why = skipped(site.read(tmp_path, limits=Limits(delay=0.0, timeout=0.7, retries=0, largest=200_000)))
    assert "in time" in why["send/slow"]
    assert "too large" in why["send/big.txt"]
    assert "sitemap can't be read (error 403)" in why[""]


def test_a_very_large_site_is_read_in_part(site: LittleSite, tmp_path: Path) -> None:
    site.pages["/send"] = page("Offer", *(f"/send/{number}" for number in range(9)))
    site.pages |= {f"/send/{number}": page(f"Page {number}") for number in range(9)}
    items = site.read(tmp_path, limits=Limits(delay=0.0, pages=5, retries=0))
    assert len(documents(items)) == 6  # and where it begins
    assert "more than 5 pages" in skipped(items)[""]


def test_a_site_that_breaks_down_is_left_alone(site: LittleSite, tmp_path: Path) -> None:
    names = [f"/send/{number}" for number in range(20)]
    site.pages |= {"/send": page("Offer", *names), **{name: Answer(b"", 500) for name in names}}
    items = site.read(tmp_path, limits=Limits(delay=0.0, failures=3, retries=0))
    assert "3 pages one after the other" in skipped(items)[""]
    assert sum(isinstance(item, Skipped) and item.document is None for item in items) == 1
    assert len(site.asked) < 9


def test_a_site_that_is_nearly_empty_is_believed_the_second_time(site: LittleSite, tmp_path: Path) -> None:
    names = [f"/send/{number}" for number in range(12)]
    site.pages |= {"/send": page("Offer", *names), **{name: page(name) for name in names}}
    assert len(documents(site.read(tmp_path))) == 13
    site.pages["/send"] = page("We will be back soon")
    assert "only 1 of the 13 addresses" in skipped(site.read(tmp_path))[""]
    assert skipped(site.read(tmp_path)) == {}


def children() -> list[int]:
    """The processes that crawl for this one."""
    found = Path("/proc/self/task").glob("*/children")
    each = [int(number) for file in found for number in file.read_text().split()]
    return [number for number in each if b"knowledge.crawling" in Path(f"/proc/{number}/cmdline").read_bytes()]


def test_a_crawl_ends_with_its_reader_and_its_end_is_told(site: LittleSite, tmp_path: Path) -> None:
    names = [f"/send/{number}" for number in range(40)]
    site.pages |= {"/send": page("Offer", *names), **{name: page(name) for name in names}}
    source = Source("larkmere", WEBSITE, url=f"http://{site.host}/send")
    items = read_website(source, AREA, tmp_path, Limits(delay=0.2))
    assert isinstance(next(items), Document)
    assert len(children()) == 1
    items.close()  # type: ignore[attr-defined]
    assert children() == []

    items = read_website(source, AREA, None, Limits(delay=0.2))
    assert isinstance(next(items), Document)
    os.kill(children()[0], signal.SIGKILL)
    last = list(items)[-1]
    assert isinstance(last, Skipped)
    assert (last.document, "broken off" in last.why) == (None, True)
    assert children() == []


SEND = Site.at("https://WWW.Larkmere.example:443/send/")


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://www.larkmere.EXAMPLE/send/a;jsessionid=9?b=2&a=1&utm_medium=x#part", "https://www.larkmere.example/send/a?a=1&b=2"),
        ("https://www.larkmere.example/send?doing_wp_cron=1&gclid=2", "https://www.larkmere.example/send"),
        ("https://www.larkmere.example/kb5/l/d/advice.page?id=ab-C&itemid=1&channel=2", "https://www.larkmere.example/kb5/l/d/advice.page?id=ab-C"),
        ("https://www.larkmere.example/send/a?channel=parents", "https://www.larkmere.example/send/a?channel=parents"),
        ("https://larkmere.example/send", ""), ("https://www.larkmere.example:8443/send", ""), ("mailto:a@larkmere.example", ""),
        ("https://user:word@www.larkmere.example/send", ""), ("https://[", ""), ("javascript:void(0)", ""),
    ],
)  # fmt: skip
def test_an_address_is_written_in_one_way(url: str, address: str) -> None:
    assert SEND.canonical(url) == address


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/send", Kind.PAGE), ("/send/", Kind.PAGE), ("/SEND/a.aspx", Kind.PAGE), ("/send/part-3.2", Kind.PAGE), ("/sendmail", None),
        ("/files/a.PDF", Kind.FILE), ("/send/a.docx", Kind.FILE), ("/send/a.jpg", None), ("/send/events.ics", None), ("/", None),
        ("/send/calendar/may", None), ("/send/login.php", None), ("/send/a?s=autism", None), ("/send/a?page=2", Kind.PAGE),
    ],
)  # fmt: skip
def test_pages_lie_at_or_below_the_start(path: str, kind: Kind | None) -> None:
    assert SEND.kind(SEND.canonical(f"https://www.larkmere.example{path}")) == kind


def test_a_site_may_begin_with_a_file_or_be_a_whole_host() -> None:
    kb5 = Site.at("https://fis.larkmere.example/kb5/larkmere/directory/localoffer.page?localofferchannel=0")
    assert kb5.base == "/kb5/larkmere/directory"
    assert kb5.kind("https://fis.larkmere.example/kb5/larkmere/directory/advice.page?id=x") == Kind.PAGE
    assert kb5.kind("https://fis.larkmere.example/kb5/larkmere/directory/results.page?qt=x") is None
    assert kb5.kind("https://fis.larkmere.example/kb5/larkmere/directory/advice.action?id=x") is None
    assert Site.at("https://localoffer.larkmere.example").kind("https://localoffer.larkmere.example/any") == Kind.PAGE


def test_ids_are_short_and_stay_apart() -> None:
    assert identity("https://www.larkmere.example/send/?a=1") == identity("https://www.larkmere.example/send?a=1")
    long = [identity(f"https://www.larkmere.example/{'x' * 400}{end}") for end in "ab"]
    assert (len(long[0]), long[0] == long[1]) == (300, False)


def test_a_site_that_moved_to_https_is_followed_there() -> None:
    spider = SiteSpider(Task("http://www.larkmere.example/send", "Signpost", "", QUICK))
    moved = Response("http://www.larkmere.example/send", 301, {"Location": "https://www.larkmere.example/send/"})
    (request,) = spider.page(moved, start=True, alone=False, hops=0)
    assert isinstance(request, Request)
    assert (request.url, request.cb_kwargs["start"]) == ("https://www.larkmere.example/send/", True)
    assert spider.site.canonical("http://www.larkmere.example/send/a") == "https://www.larkmere.example/send/a"


def test_messages_come_out_as_they_went_in() -> None:
    for message in (Fetched("a", "https://a.example", "html", b"\x00\xff", "utf-8", True), Skipped("a", "b", None), End()):
        assert from_line(to_line(message)) == message
