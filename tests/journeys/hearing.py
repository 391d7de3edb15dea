"""The accessibility tree as Chromium hands it to a screen reader: what has which role and name, and what is read out by itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page


@dataclass(frozen=True)
class Heard:
    """One node of the tree that a screen reader can meet."""

    role: str
    name: str
    focusable: bool
    live: str
    """`polite` or `assertive` on the root of a live region."""


def heard(page: Page) -> list[Heard]:
    """Every node of the page, those that are hidden from a screen reader left out."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    return [_node(node) for node in nodes if not node["ignored"]]


def live(page: Page) -> list[tuple[str, str, str]]:
    """The live regions: how urgent, role, name."""
    return [(each.live, each.role, each.name) for each in heard(page) if each.live]


_LINE = re.compile(r"^\s*- '?(\w+)(?: \"((?:[^\"\\\\]|\\\\.)*)\")?")
_MET = {
    "banner", "button", "combobox", "dialog", "group", "heading", "img", "link", "list", "log", "main", "navigation", "radio",
    "region", "table", "textbox",
}  # fmt: skip


def read_out(page: Page) -> list[str]:
    """What a screen reader meets from top to bottom: "role name" of landmarks, headings, lists and all that can be used."""
    lines = (_LINE.match(line) for line in page.locator("body").aria_snapshot().splitlines())
    return [f"{line[1]} {line[2] or ''}".strip() for line in lines if line and line[1] in _MET]


def _node(node: dict[str, Any]) -> Heard:
    said = {each["name"]: each["value"] for each in node.get("properties", ())}
    urgent = said.get("live", {}).get("value", "off") if "root" not in said else "off"
    return Heard(
        node.get("role", {}).get("value", ""), str(node.get("name", {}).get("value", "")).strip(),
        bool(said.get("focusable", {}).get("value")), "" if urgent == "off" else urgent,
    )  # fmt: skip
