"""What the journeys share: one service over the sample area, one Chromium, and pages with and without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.conftest import DATA
from tests.journeys.server import CHROMIUM, FLAGS, running
from tests.journeys.sites import LISTED

PHONE = {"width": 390, "height": 844}
expect.set_options(timeout=15_000)  # milliseconds: a busy machine answers late, and a wrong page stays wrong


@pytest.fixture(scope="package")
def address() -> Iterator[str]:
    """A service that lets tests ask as much as they like, and that the site on port `LISTED` may embed."""
    settings = {
        "SIGNPOST_EXTRA_SITES": f"http://127.0.0.1:{LISTED}",
        "SIGNPOST_CLIENT_MESSAGES_A_MINUTE": "10000",
        "SIGNPOST_MESSAGES_A_MINUTE": "1000",
    }
    with running(DATA, **settings) as address:
        yield address


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=[True, False], ids=["script on", "script off"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A phone, with JavaScript and without."""
    context = browser.new_context(java_script_enabled=request.param, viewport=PHONE)  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


@pytest.fixture
def scripted(browser: Browser) -> Iterator[Page]:
    """A phone with JavaScript."""
    context = browser.new_context(viewport=PHONE)  # type: ignore[arg-type]
    yield context.new_page()
    context.close()
