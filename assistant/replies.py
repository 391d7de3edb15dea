"""The fixed sentences of `replies.yml`, by path and audience."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from assistant.data_files import read_yaml
from assistant.errors import DataError
from assistant.types import Audience


class Replies:
    """Sentences by dotted path; a path that is missing is an error that names it."""

    def __init__(self, rows: Mapping[str, Any], place: str = "replies.yml") -> None:
        self._rows = rows
        self._place = place

    @classmethod
    def load(cls, path: Path) -> Replies:
        """Read the file. Raises DataError if it is not a YAML mapping."""
        try:
            rows = read_yaml(path)
        except (OSError, yaml.YAMLError) as error:
            raise DataError(f"{path} can't be read: {error}") from error
        if not isinstance(rows, dict):
            raise DataError(f"{path} should hold 'name: sentence' lines")
        return cls(rows, str(path))

    def say(self, path: str, audience: Audience = Audience.PARENT, **values: str) -> str:
        """The sentence at `path` for `audience` with `{names}` filled in."""
        found: Any = self._rows
        for step in path.split("."):
            found = found.get(step) if isinstance(found, Mapping) else None
        if isinstance(found, Mapping):
            found = found.get(audience.value)
        if isinstance(found, Mapping):
            found = found.get("text")
        if not isinstance(found, str):
            raise DataError(f"{self._place} has no sentence '{path}' for {audience.value}: add it")
        return found.format(**values)
