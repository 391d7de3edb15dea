"""What each table keeps, why, for how long, and how it is deleted: the tables of the store joined with retention.yml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import MetaData

from knowledge.errors import KnowledgeError
from signpost.governance.wording import fill

LINES = Path(__file__).resolve().parent / "retention.yml"
_PARTS = ("what", "why", "how_long", "deleted")


@dataclass(frozen=True)
class KeptTable:
    """One table. `personal` are the columns that can hold something about a family or a member of staff."""

    name: str
    columns: tuple[str, ...]
    personal: tuple[str, ...]
    what: str
    why: str
    how_long: str
    deleted: str


def read_lines(path: Path = LINES) -> dict[str, dict[str, Any]]:
    """The lines by table, as they are written. Raises KnowledgeError naming a line that lacks a part."""
    lines: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    for name, line in lines.items():
        if missing := [part for part in (*_PARTS, "personal") if part not in line]:
            raise KnowledgeError(f"{path}: table '{name}' lacks {', '.join(missing)}: add it")
    return lines


def kept_tables(metadata: MetaData, values: Mapping[str, Any], path: Path = LINES) -> tuple[KeptTable, ...]:
    """The tables that there are, in the order of the file. Raises KnowledgeError for a table without a line."""
    lines, tables = read_lines(path), metadata.tables
    if unknown := sorted(set(tables) - set(lines)):
        raise KnowledgeError(f"{path} has no line for the table '{unknown[0]}': say what it keeps, why, how long, how deleted")
    found = []
    for name, line in lines.items():
        if name in tables:
            parts = {part: fill(str(line[part]).strip(), values) for part in _PARTS}
            found.append(KeptTable(name, tuple(tables[name].columns.keys()), tuple(line["personal"]), **parts))
    return tuple(found)
