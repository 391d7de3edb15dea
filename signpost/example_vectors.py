"""The vectors of the intents' examples, kept on disk: encoding them takes a second at every start."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from knowledge.encoder import Encoder
from knowledge.types import Vectors

log = logging.getLogger(__name__)


def example_vectors(texts: Sequence[str], encoder: Encoder, folder: Path) -> Vectors:
    """A row for each of `texts`, from `folder` if this encoder has made them before."""
    name = hashlib.sha256("\n".join((encoder.digest, *texts)).encode()).hexdigest()[:16]
    path = folder / f"{name}.npy"
    try:
        kept: Vectors = np.load(path)
    except (OSError, ValueError):
        kept = encoder.encode(texts)
        _keep(path, kept)
    return kept


def _keep(path: Path, vectors: Vectors) -> None:
    """Write beside, then swap; a full disk costs a second at the next start, nothing else."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.with_suffix(f".{os.getpid()}.npy")
        np.save(scratch, vectors)
        scratch.replace(path)
    except OSError as error:
        log.warning("can't keep the examples' vectors in %s (%s)", path, error.strerror)
