"""The data folder that a bench works on."""

from __future__ import annotations

import shutil
from pathlib import Path

from signpost.settings import Settings


def data_copy(folder: Path) -> Path:
    """A copy of the data folder in `folder`, so that a bench leaves no counts and no questions in the real one."""
    shutil.copytree(Settings().data, folder / "data", ignore=shutil.ignore_patterns("calibrate", "tuned", ".*"))
    return folder / "data"
