"""spaCy without the deep-learning packages that it would pull in, and without a memory of what it reads.

spaCy's thinc imports torch, TensorFlow and MXNet when they are installed: 600 MB and two seconds for
parts that a blank pipeline never uses. They are hidden while spaCy is imported, and found again after.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Doc

_HIDDEN = ("torch", "tensorflow", "mxnet", "cupy")


def import_spacy() -> ModuleType:
    """The spaCy package; packages of `_HIDDEN` that were not imported before are not imported by it."""
    hidden = [name for name in _HIDDEN if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        module = importlib.import_module("spacy")
        importlib.import_module("spacy.matcher")
    finally:
        for name in hidden:
            del sys.modules[name]
    return module


class ForgetfulEnglish:
    """A blank English pipeline that keeps no word of what it reads.

    spaCy's vocabulary holds every new word for good, unless it is read in a memory zone; zones can't overlap, so threads wait.
    """

    def __init__(self) -> None:
        self.language = import_spacy().blank("en")
        self._lock = Lock()

    @contextmanager
    def reading(self, text: str) -> Iterator[Doc]:
        """`text` as a document, which ends with the block, as all that it holds: take plain values out of it."""
        with self._lock, self.language.memory_zone():
            yield self.language(text)
