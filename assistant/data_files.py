"""Where the assistant's data files lie, and how they are read."""

from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).resolve().parent / "data"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is ten times as fast, where PyYAML was built with it


def read_yaml(path: Path) -> Any:
    """What a YAML file says. Raises OSError if it can't be read, yaml.YAMLError if it is not YAML."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - both loaders are safe
