"""Docs that agree with the code, and links that lead somewhere."""

import re
from pathlib import Path

import pytest

from signpost.reference import PAGES, pages

DOCS = [Path(name) for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")] + sorted(
    Path("docs").rglob("*.md")
)


@pytest.mark.parametrize("name", sorted(pages()))
def test_reference_pages_are_current(name: str) -> None:
    assert (PAGES / name).read_text(encoding="utf-8") == pages()[name], "run: python -m signpost.reference"


@pytest.mark.parametrize("path", DOCS, ids=str)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (path.parent / target).exists(), f"{path} points at {target}"


def test_commands_in_the_docs_exist() -> None:
    known = set(re.findall(r"^## ([\w-]+)(?: \w+)?$", pages()["commands.md"], re.MULTILINE))
    for path in DOCS:
        for name in re.findall(r"(?:^|bin/|`)signpost ([a-z]+(?:-[a-z]+)*)", path.read_text(encoding="utf-8"), re.MULTILINE):
            assert name in known, f"{path}: signpost {name}"


def test_every_feature_of_the_decision_is_explained() -> None:
    import json

    text = Path("docs/reference/decision.md").read_text(encoding="utf-8")
    policy = json.loads(Path("assistant/data/policy.json").read_text(encoding="utf-8"))
    assert [name for name in policy["answers"]["names"] if f"`{name}`" not in text and not name.startswith("kind_")] == []
