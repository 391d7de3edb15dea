"""A pack that is small enough to train on in seconds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

PAGES = {
    "club": ("Swimming club", "The swimming club meets on Mondays at Larkmere pool. It costs £4 a session. Bring a towel."),
    "bus": ("School transport", "The council pays for a taxi if the school is more than three miles away. Apply by 31 May."),
    "plan": ("EHC plans", "The council has 20 weeks to finish an EHC plan. It looks at the plan again every year."),
}
_ORDINARY = [
    ("when is the swimming club", "club", "The swimming club meets on Mondays"),
    ("who pays for the taxi to school", "bus", "The council pays for a taxi"),
    ("how long does an EHC plan take", "plan", "The council has 20 weeks to finish an EHC plan"),
    ("is the swimming club open in August", None, None),
]
_FAMILIES = [
    ("what do i need to pack for him", "club", "Bring a towel"),
    ("We live miles out. Do I have to drive her in every morning?", "bus", "if the school is more than three miles away"),
    ("can i see the driver's papers", None, None),
]
_STORIES = [
    (
        "Where do I start. His nan died in March and she was the one who took him everywhere, so it is all down to me now, and I "
        "work nights. What he really misses is the splashing about with the others. Which day do they meet?",
        "club", "The swimming club meets on Mondays",
    ),
]  # fmt: skip


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """Three pages; four ordinary questions, three in families' own words, and one told as a story."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "area.yml").write_text(
        "area: tiny\nname: Tiny Council\ncontacts:\n  sendiass: {name: Tiny Advice, phone: 01632 960000}\n"
    )
    pages = [
        {"id": key, "title": title, "text": text, "url": f"https://tiny.example/{key}"} for key, (title, text) in PAGES.items()
    ]
    (folder / "pages.jsonl").write_text("\n".join(json.dumps(page) for page in pages))
    (folder / "questions.jsonl").write_text(_rows(_ORDINARY, "q"))
    (folder / "families.jsonl").write_text(_rows(_FAMILIES, "w"))
    (folder / "stories.jsonl").write_text(_rows(_STORIES, "s"))
    return folder


def _rows(asked: list[tuple[str, str | None, str | None]], letter: str) -> str:
    lines = []
    for number, (text, page, span) in enumerate(asked):
        line = {"id": f"{letter}{number}", "text": text, "audience": "parent", "area": "tiny", "setting": None}
        line |= {"expect": "answer" if page else "handoff", "gold": [page] if page else [], "answer_span": span}
        lines.append(json.dumps(line))
    return "\n".join(lines)
