"""The widget beside published ones: size as it travels, requests, and how long it blocks a slow phone.

`python -m signpost.benches.widget [--runs 5] [--write]` fetches the published packages with `npm pack`, serves each file from
loopback (gzip -9) to Chromium with its processor slowed four times, and writes docs/reference/widget.md.
"""

from __future__ import annotations

import argparse
import gzip
import os
import statistics
import subprocess
import tarfile
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from api.routes.embed import WIDGET

PAGE = Path("docs/reference/widget.md")
_CHROMIUM = "/usr/bin/chromium"
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
_PATIENCE = 300_000  # milliseconds; a megabyte of script on a slowed, busy processor takes its time
_SLOWER = 4  # times; what Lighthouse takes for a mid-range phone
_WATCH = (
    "window.__long = []; window.__errors = []; window.addEventListener('error', (e) => __errors.push(e.message));"
    "new PerformanceObserver((list) => list.getEntries().forEach((each) => __long.push(each.duration)))"
    ".observe({ type: 'longtask', buffered: true });"
)


@dataclass(frozen=True)
class Published:
    """A package on npm with the file that a page loads."""

    package: str
    file: str
    module: bool = False


PUBLISHED = (
    Published("tock-react-kit@23.9.2", "build/tock-react-kit-standalone.umd.js"),
    Published("deep-chat@2.4.2", "dist/deepChat.bundle.js", module=True),
    Published("@typebot.io/js@0.10.7", "dist/web.js", module=True),
    Published("rasa-webchat@1.0.1", "lib/index.js"),
    Published("@botpress/webchat@4.5.2", "dist/index.umd.cjs"),
    Published("botframework-webchat@4.18.1", "dist/webchat-minimal.js"),
    Published("botframework-webchat@4.18.1", "dist/webchat.js"),
)


@dataclass(frozen=True)
class Figures:
    """What was measured of one file. Milliseconds are medians."""

    name: str
    raw: int
    packed: int
    requests: int
    ready: float
    blocked: float
    runs_alone: bool


def main() -> None:
    """Measure and print, and with --write renew the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="Write docs/reference/widget.md.")
    chosen = parser.parse_args()
    before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=_FLAGS)
        rows = [measure(browser, "Signpost `<signpost-chat>`", WIDGET, chosen.runs, module=False)]
        for each in PUBLISHED:
            file = fetched(each, Path(folder))
            rows.append(measure(browser, f"`{each.package}` {each.file}", file, chosen.runs, module=each.module))
        browser.close()
    text = page(rows, chosen.runs, before)
    print(text)
    if chosen.write:
        PAGE.write_text(text, encoding="utf-8")


def fetched(published: Published, folder: Path) -> Path:
    """The file of a package, by npm's own client."""
    said = subprocess.run(  # noqa: S603 - fixed names of packages
        ["npm", "pack", "--silent", published.package], cwd=folder, check=True, capture_output=True, text=True, timeout=300  # noqa: S607
    )  # fmt: skip
    place = folder / published.package.replace("/", "-")
    with tarfile.open(folder / said.stdout.strip().splitlines()[-1]) as pack:
        pack.extractall(place, filter="data")
    return place / "package" / published.file


def measure(browser: Browser, name: str, file: Path, runs: int, *, module: bool) -> Figures:
    """Load the file as a page would, `runs` times, each in a fresh context."""
    raw = file.read_bytes()
    with served(raw, module=module) as address:
        seen = [one(browser, address) for _ in range(runs)]
    requests = max(number for number, *_ in seen)
    ready, blocked = (statistics.median(run[place] for run in seen) for place in (1, 2))
    packed, alone = len(gzip.compress(raw, 9)), not any(run[3] for run in seen)
    return Figures(name, len(raw), packed, requests, ready, blocked, alone)


def one(browser: Browser, address: str) -> tuple[int, float, float, bool]:
    """Requests, milliseconds from the script's start to its end, milliseconds blocked (tasks beyond 50), whether it failed."""
    context = browser.new_context()
    page, asked = context.new_page(), 0
    page.set_default_timeout(_PATIENCE)

    def count(_: object) -> None:
        nonlocal asked
        asked += 1

    slow(context.new_cdp_session(page))
    page.add_init_script(_WATCH)
    page.on("request", count)
    page.goto(address)
    page.wait_for_function("performance.getEntriesByName('end').length > 0")
    page.wait_for_timeout(400)
    took, blocked, failed = figures_of(page)
    context.close()
    return asked - 1, took, blocked, failed  # the page itself is not the widget's


def slow(session: object) -> None:
    """Slow the processor down."""
    session.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})  # type: ignore[attr-defined]


def figures_of(page: Page) -> tuple[float, float, bool]:
    """What the page noted."""
    took = page.evaluate("performance.measure('all', 'begin', 'end').duration")
    blocked = page.evaluate("__long.reduce((sum, each) => sum + Math.max(0, each - 50), 0)")
    return float(took), float(blocked), bool(page.evaluate("__errors.length"))


@contextmanager
def served(raw: bytes, *, module: bool) -> Iterator[str]:
    """A page that loads the file, and the file, both from loopback."""
    kind = ' type="module"' if module else ""
    end = "performance.mark('end')"
    last = f'<script type="module">{end}</script>' if module else f"<script>{end}</script>"
    html = (
        '<!doctype html><html lang="en"><title>x</title><link rel="icon" href="data:,"><h1>x</h1>'
        f"<script>performance.mark('begin')</script><script{kind} src='/widget.js'></script>{last}"
        '<signpost-chat area="x"></signpost-chat></html>'
    )
    bodies = {"/": ("text/html", html.encode()), "/widget.js": ("text/javascript", raw)}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, body = bodies.get(self.path, ("text/plain", b""))
            self.send_response(200 if self.path in bodies else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Encoding", "gzip")
            self.end_headers()
            self.wfile.write(gzip.compress(body, 9))

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


_TOP = """# The widget beside published ones

Measured on {day} with `python -m signpost.benches.widget --runs {runs} --write`: each file is fetched with
`npm pack`, served with `gzip -9` from loopback to Chromium with its processor slowed {slower} times; medians of {runs} loads.
Sizes and requests are exact. Times depend on the machine and on what else it does: compare them within one table only.
The machine has {cores} processors; as the run began {before:.1f} processes waited for them, as it ended {after:.1f}.

| file | bytes | gzip | requests | to run (ms) | blocked (ms) |
|---|---|---|---|---|---|
"""
_BELOW = """
*Requests* are those that the file makes before anybody opens it, itself included. *To run* is from the script's start to
its end, the loading included. *Blocked* is the sum of what each task took beyond 50 ms: so long a tap is not answered.

(1) It needs other files beside it (React, as a rule) and stops with an error without them: its true cost is higher.
"""


def page(rows: list[Figures], runs: int, before: float) -> str:
    """The reference page."""
    lines = [
        f"| {row.name}{'' if row.runs_alone else ' (1)'} | {row.raw:,} | {row.packed / 1000:.1f} kB | {row.requests} "
        f"| {row.ready:.0f} | {row.blocked:.0f} |\n"
        for row in rows
    ]
    day, after, cores = date.today().isoformat(), os.getloadavg()[0], os.cpu_count()
    top = _TOP.format(day=day, runs=runs, slower=_SLOWER, cores=cores, before=before, after=after)
    return top + "".join(lines) + _BELOW


if __name__ == "__main__":
    main()
