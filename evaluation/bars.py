"""The bars that an evaluation must hold, from `bars.yml`: a mistyped one is refused, because it would never be measured."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import yaml

from evaluation.questions import QuestionsError

AT_LEAST, AT_MOST = "at least", "at most"
Bars = Mapping[str, tuple[str, float]]
"""Figure to its side ("at least" or "at most") and share."""


def load_bars(path: Path, known: Collection[str]) -> Bars:
    """Read the bars. Raises QuestionsError for a figure that is none of `known`, for another side, or for no share."""
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise QuestionsError(f"can't read the bars in {path}: {error}") from error
    if not isinstance(rows, dict):
        raise QuestionsError(f"{path} holds no bars: give a figure a line, as in 'coverage: {{{AT_LEAST}: 0.85}}'")
    return {str(key): _bar(path, str(key), row, known) for key, row in rows.items()}


def _bar(path: Path, key: str, row: object, known: Collection[str]) -> tuple[str, float]:
    if key not in known:
        raise QuestionsError(f"{path}: no figure is called '{key}', use one of {', '.join(known)}")
    sides = list(row.items()) if isinstance(row, dict) else []
    if len(sides) != 1 or sides[0][0] not in (AT_LEAST, AT_MOST):
        raise QuestionsError(f"{path}: '{key}' needs one side, '{AT_LEAST}' or '{AT_MOST}'")
    side, value = sides[0]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise QuestionsError(f"{path}: '{key}' needs a share from 0 to 1, not {value!r}")
    return side, float(value)
