"""What the journeys share: one service over the sample area, one Chromium, and pages with and without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.conftest import DATA, copy_data
from tests.journeys.made_up_month import Desk, lived, taken_in
from tests.journeys.server import CHROMIUM, FLAGS, running
from tests.journeys.sites import LISTED

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
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


@dataclass(frozen=True)
class Council:
    """A service over a month of a made-up council, and what was made in it."""

    address: str
    desk: Desk


@pytest.fixture(scope="package")
def council(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Council]:
    """A service of its own, in which no screen is empty. It can send letters; they never arrive."""
    data = tmp_path_factory.mktemp("council") / "data"
    copy_data(data)
    taken_in(data)
    settings = {"SIGNPOST_CLIENT_MESSAGES_A_MINUTE": "10000", "SIGNPOST_SMTP_HOST": "127.0.0.1"}
    with running(data, **settings) as address:
        yield Council(address, lived(address, data))


def signed_in_to(browser: Browser, council: Council) -> BrowserContext:
    """A desktop on which a member of staff is signed in."""
    context = browser.new_context(viewport=DESKTOP, locale="en-GB")  # type: ignore[arg-type]
    cookies = council.desk.cookies.items()
    context.add_cookies([{"name": name, "value": value, "url": f"{council.address}/staff"} for name, value in cookies])
    context.set_default_timeout(30_000)
    return context


@pytest.fixture
def at_desk(browser: Browser, council: Council) -> Iterator[Page]:
    """A page of a member of staff who is signed in."""
    context = signed_in_to(browser, council)
    yield context.new_page()
    context.close()
