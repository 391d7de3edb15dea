"""The chat can be put on a phone's home screen: Chromium finds nothing that stands in the way, and an iPhone finds its icon."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser

from tests.journeys.server import CHROMIUM, FLAGS

pytestmark = pytest.mark.browser


def test_a_phone_may_install_it(browser: Browser, address: str, tmp_path: Path) -> None:
    context = browser.browser_type.launch_persistent_context(tmp_path, executable_path=CHROMIUM, args=FLAGS)
    page = context.new_page()
    page.goto(f"{address}/larkmere/millbrook/chat")
    protocol = context.new_cdp_session(page)
    found = protocol.send("Page.getAppManifest")
    assert found["errors"] == []
    assert found["url"] == f"{address}/larkmere/app.webmanifest"
    assert json.loads(found["data"])["start_url"] == "/larkmere/chat"
    assert protocol.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    icon = page.locator("link[rel=apple-touch-icon]").get_attribute("href")
    assert size(httpx.get(address + str(icon)).content) == (180, 180)
    context.close()


def test_the_icons_are_what_the_manifest_says(address: str) -> None:
    manifest = httpx.get(f"{address}/larkmere/app.webmanifest")
    assert manifest.headers["content-type"] == "application/manifest+json"
    icons = [each for each in manifest.json()["icons"] if each["type"] == "image/png"]
    assert {(each["sizes"], each["purpose"]) for each in icons} == {
        ("192x192", "any"), ("192x192", "maskable"), ("512x512", "any"), ("512x512", "maskable"),
    }  # fmt: skip
    for each in icons:
        wide, high = size(httpx.get(address + each["src"]).content)
        assert each["sizes"] == f"{wide}x{high}"


def size(png: bytes) -> tuple[int, int]:
    """Width and height, from the head of a PNG."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    wide, high = struct.unpack(">II", png[16:24])
    return wide, high
