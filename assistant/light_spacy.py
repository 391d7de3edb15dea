"""spaCy without the deep-learning packages that it would pull in.

spaCy's thinc imports torch, TensorFlow and MXNet when they are installed: 600 MB and two seconds for
parts that a blank pipeline never uses. They are hidden while spaCy is imported, and found again after.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

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
