"""Takes the pictures of docs/images: `python -m tests.journeys.screenshots [STATE ...] [--out FOLDER] [--dark]`.

Every state of the chat page, the widget and the staff screens (tests/journeys/states.py), on a phone and on a desktop.
"""

from __future__ import annotations

import argparse
import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.conftest import copy_data
from tests.journeys.made_up_month import Desk, lived, taken_in
from tests.journeys.server import CHROMIUM, FLAGS, running
from tests.journeys.states import ALL, reach

IMAGES = Path("docs/images")
PAGE = Path("docs/reference/screens.md")
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}
_COLOURS = 128  # small text stays clean, and a picture is a third of its size
_TALLEST = 1800  # pixels; what is longer goes on like that
_GALLERY = """# Every screen

All that a family and staff can see, on a phone and on a desktop. `python -m tests.journeys.screenshots` takes the pictures again, from a
service over the sample area with a made-up month behind it (`tests/journeys/made_up_month.py`), and writes this page. The same
states are tried by the tests of accessibility (`tests/journeys/test_access.py`).

| state | phone | desktop |
|---|---|---|
"""
_SCREEN_ONLY = ("chat-", "widget-")  # as much as fits; the staff screens are shown whole


def main() -> None:
    """Every state, or those that are named, at phone and desktop width."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("states", nargs="*", help="Pictures to take, by name; all of them if none is named.")
    parser.add_argument("--out", type=Path, default=IMAGES)
    parser.add_argument("--dark", action="store_true", help="In the dark look.")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        copy_data(data)
        taken_in(data)
        limits = {"SIGNPOST_CLIENT_MESSAGES_A_MINUTE": "10000", "SIGNPOST_SMTP_HOST": "127.0.0.1"}
        with running(data, **limits) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            desk = lived(address, data)
            for size in SIZES:
                take(browser, address, desk, size, chosen)
            browser.close()
    if not chosen.states and chosen.out == IMAGES:
        PAGE.write_text(gallery(), encoding="utf-8")


def take(browser: Browser, address: str, desk: Desk, size: str, chosen: argparse.Namespace) -> None:
    """The pictures of one width."""
    width, height = SIZES[size]
    viewport, look = {"width": width, "height": height}, "dark" if chosen.dark else "light"
    context = browser.new_context(viewport=viewport, color_scheme=look, reduced_motion="reduce", locale="en-GB")  # type: ignore[arg-type]
    context.add_cookies([{"name": key, "value": value, "url": f"{address}/staff"} for key, value in desk.cookies.items()])
    for state in reversed(ALL):  # staff first: before they count what the other pictures ask
        name = state.replace(" ", "-")
        if chosen.states and name not in chosen.states:
            continue
        page = context.new_page()
        reach(state, desk, page, address)
        at_last_reply(page)
        keep(page, chosen.out / f"{name}-{size}.png", whole=not name.startswith(_SCREEN_ONLY))
        page.close()
    context.close()


def gallery() -> str:
    """The page that shows every picture."""
    lines = [
        f"| {state} | ![{state}, on a phone](../images/{name}-phone.png) | ![{state}, on a desktop](../images/{name}-desktop.png) |\n"
        for state, name in ((state, state.replace(" ", "-")) for state in ALL)
    ]
    return _GALLERY + "".join(lines)


def at_last_reply(page: Page) -> None:
    """Scroll so that the last question and its reply are seen from their top."""
    page.wait_for_timeout(400)
    page.evaluate(
        "() => { const last = [...document.querySelectorAll('.talk > .said, .talk > .reply')];"
        " const said = last.filter((e) => e.matches('.said')).pop(); const reply = last.filter((e) => e.matches('.reply')).pop();"
        " const top = said && reply && said.nextElementSibling === reply ? said : reply; if (top) top.scrollIntoView(); }"
    )


def keep(page: Page, file: Path, *, whole: bool) -> None:
    """Write a picture with few colours, cut where it gets too long."""
    picture = Image.open(io.BytesIO(page.screenshot(full_page=whole))).convert("RGB")
    picture = picture.crop((0, 0, picture.width, min(picture.height, _TALLEST)))
    picture.quantize(_COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)


if __name__ == "__main__":
    main()
