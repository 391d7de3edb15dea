"""Writes the documents of the pack from the facts."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from signpost.governance.facts import Facts
from signpost.governance.wording import environment

DOCUMENTS = {
    "impact-assessment.md": "Data protection impact assessment",
    "transparency-record.md": "Algorithmic transparency record",
    "privacy-notice.md": "Privacy notice",
    "privacy-notice-young-people.md": "Privacy notice for young people",
    "accessibility-statement.md": "Accessibility statement",
    "retention.md": "What is kept, and for how long",
}
"""File name to title."""


def render(name: str, facts: Facts) -> str:
    """One document as Markdown."""
    values = {field.name: getattr(facts, field.name) for field in fields(facts)}
    text = environment().get_template(name).render(values, has=facts.has, title=DOCUMENTS[name])
    return text.rstrip() + "\n"


def write_pack(facts: Facts, folder: Path) -> list[Path]:
    """Write all documents into `folder`; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in DOCUMENTS:
        path = folder / name
        path.write_text(render(name, facts), encoding="utf-8")
        written.append(path)
    return written
