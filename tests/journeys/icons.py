"""Draws the PNG icons of `api/static` from `icon.svg`, square to the edge as phones want it: `python -m tests.journeys.icons`."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.journeys.server import CHROMIUM, FLAGS

STATIC = Path("api/static")
SIZES = (180, 192, 512)  # pixels: an iPhone's home screen, and the two that browsers ask for before they offer to install


def main() -> None:
    """One file a size."""
    drawing = (STATIC / "icon.svg").read_text(encoding="utf-8").replace(' rx="6"', "")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for size in SIZES:
            page = browser.new_page(viewport={"width": size, "height": size})
            page.set_content(f"<style>body{{margin:0}}svg{{display:block;width:{size}px;height:{size}px}}</style>{drawing}")
            page.screenshot(path=str(STATIC / f"icon-{size}.png"))
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
