"""Statutory cards: short dated facts of law, valid in all of England, each with its source.

`statutory_cards.yml` is written by us from checked facts; a card that is marked unverified is
never loaded.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import yaml

from knowledge.errors import KnowledgeError
from knowledge.types import NATIONAL, Document

CARDS_SOURCE = "cards:statutory_cards.yml"


def read_cards(path: Path) -> Iterator[Document]:
    """Every verified card as a document of the national scope. Raises KnowledgeError if the file is wrong."""
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
        as_at, rows = loaded["as_at"], loaded["cards"]
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise KnowledgeError(f"{path} can't be read as cards ({error}): restore it from the repository") from error
    for row in rows:
        if row.get("verified", True):
            yield Document(
                id=row["id"],
                scope=NATIONAL,
                title=row["title"],
                body=row["text"],
                url=row["source"],
                owner=row["owner"],
                updated=as_at if isinstance(as_at, date) else None,
                kind="card",
            )
