"""Takes the pictures of docs/images: `python -m tests.journeys.screenshots`."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from signpost.settings import Settings
from signpost.wiring import Workshop
from store.staff import Role, StaffAccounts
from tests.conftest import DATA
from tests.journeys.server import CHROMIUM, FLAGS, running
from tests.journeys.test_chat_page import QUESTIONS

IMAGES = Path("docs/images")
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}
STAFF = {
    "doing": "/staff", "gaps": "/staff/gaps", "gap": "/staff/gaps/1", "answer": "/staff/answers/new?gap=1", "content": "/staff/content",
    "coverage": "/staff/coverage", "you-asked": "/staff/you-asked", "people": "/staff/people",
}  # fmt: skip
ASKED = (
    "does the council run a swimming session for wheelchair users",
    "is there swimming for kids in wheelchairs",
    "any swim sessions for wheelchair users",
)


def main() -> None:
    """Every state at phone and desktop width."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        shutil.copytree(DATA, data, ignore=shutil.ignore_patterns("cal*"))
        with running(data, SIGNPOST_SMTP_HOST="127.0.0.1") as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            for size, (width, height) in SIZES.items():
                page = browser.new_page(viewport={"width": width, "height": height})
                chat(page, address, size)
                widget(page, address, size)
            staff(browser, address, data)
            browser.close()


def chat(page: Page, address: str, size: str) -> None:
    """The chat page and the questions to browse."""
    for state in ("start", *QUESTIONS):
        page.goto(f"{address}/larkmere/chat")
        if state != "start":
            page.get_by_label("Your question").fill(QUESTIONS[state])
            page.get_by_role("button", name="Ask").click()
            page.get_by_role("region", name="Reply").wait_for()
            page.wait_for_timeout(600)
        name = "chat" if state == "answer" else f"chat-{state}"
        page.screenshot(path=str(IMAGES / f"{name}-{size}.png"), full_page=True)
    page.goto(f"{address}/larkmere/questions?setting=millbrook&topic=P14")
    page.screenshot(path=str(IMAGES / f"questions-{size}.png"), full_page=True)
    page.goto(f"{address}/larkmere/embed?setting=millbrook")
    page.screenshot(path=str(IMAGES / f"embed-{size}.png"), full_page=True)


def widget(page: Page, address: str, size: str) -> None:
    """The widget on a made-up school's page."""
    page.goto(f"{address}/larkmere/demo/school")
    page.screenshot(path=str(IMAGES / f"widget-closed-{size}.png"))
    page.get_by_role("button", name="Ask about SEND").click()
    page.get_by_role("textbox").fill(QUESTIONS["answer"])
    page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_role("region", name="Reply").wait_for()
    page.wait_for_timeout(400)
    page.screenshot(path=str(IMAGES / f"widget-open-{size}.png"))


def staff(browser: Browser, address: str, data: Path) -> None:
    """The staff screens, with a gap in them."""
    for text in ASKED:
        httpx.post(f"{address}/api/v1/areas/larkmere/ask", json={"text": text}, timeout=30)
    token = StaffAccounts(Workshop(Settings(data=data)).engine).add("ada@larkmere.example", "Ada Finch", Role.ADMIN, "larkmere")
    page = browser.new_page()
    page.goto(f"{address}/staff/welcome/{token}")
    page.get_by_label("New password").fill("three easy words")
    page.get_by_role("button", name="Set the password").click()
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for name, path in STAFF.items():
            page.goto(address + path)
            page.screenshot(path=str(IMAGES / f"staff-{name}-{size}.png"), full_page=name != "coverage")


if __name__ == "__main__":
    main()
