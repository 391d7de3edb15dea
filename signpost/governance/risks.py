"""The risks of the impact assessment, from risks.yml; what is switched off is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from signpost.governance.wording import fill, holds

LINES = Path(__file__).resolve().parent / "risks.yml"


@dataclass(frozen=True)
class Risk:
    """One risk in the words of the ICO's form.

    `likelihood` is remote, possible or probable; `severity` minimal, significant or severe; `overall` and `left` low, medium
    or high; `effect` eliminated, reduced or accepted.
    """

    name: str
    harm: str
    likelihood: str
    severity: str
    overall: str
    measures: tuple[str, ...]
    effect: str
    left: str


def read_risks(values: Mapping[str, Any], path: Path = LINES) -> tuple[Risk, ...]:
    """The risks that this configuration has, with its numbers filled in."""
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    return tuple(
        Risk(
            row["name"], fill(row["harm"], values), row["likelihood"], row["severity"], row["overall"],
            tuple(said for each in row["measures"] if (said := fill(each, values))), row["effect"], row["left"],
        )
        for row in rows
        if holds(row.get("when", "true"), values)
    )  # fmt: skip
