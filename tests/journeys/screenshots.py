"""Takes the pictures of docs/images: `python -m tests.journeys.screenshots`."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.conftest import DATA
from tests.journeys.server import CHROMIUM, FLAGS, running
from tests.journeys.test_chat_page import QUESTIONS

IMAGES = Path("docs/images")
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}


def main() -> None:
    """Every state at phone and desktop width."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with running(DATA) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for size, (width, height) in SIZES.items():
            page = browser.new_page(viewport={"width": width, "height": height})
            for state in ("start", *QUESTIONS):
                page.goto(f"{address}/larkmere/chat")
                if state != "start":
                    page.get_by_label("Your question").fill(QUESTIONS[state])
                    page.get_by_role("button", name="Ask").click()
                name = "chat" if state == "answer" else f"chat-{state}"
                page.screenshot(path=str(IMAGES / f"{name}-{size}.png"), full_page=True)
        browser.close()


if __name__ == "__main__":
    main()
