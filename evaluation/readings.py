"""Readings that were recorded by readers which had not seen the question's area.

The reader that ships was trained on all packs, so its own scores on them are too good to calibrate
with. `evaluation/cross_fit.py` trains one reader a fold and records what each says about the areas
left out; `with_recorded` puts those readings in place of the live ones.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from assistant.reader import OnnxReader, Reader
from assistant.reading import flat
from assistant.turn import Assistant
from assistant.types import Reading
from knowledge.sentences import sentences
from knowledge.types import SearchHit

Recorded = Mapping[str, Mapping[str, Sequence[float]]]
"""Question text, then the first 12 digits of the passage's digest, to score and sentence evidence."""

_DIGITS = 12


class RecordedReader:
    """Gives recorded readings, and asks the live reader for passages that have none."""

    def __init__(self, live: Reader, recorded: Recorded) -> None:
        self._live = live
        self._recorded = recorded

    @property
    def digest(self) -> str:
        """The live reader's digest: it is the one that will serve."""
        return self._live.digest

    def read(self, question: str, hits: Sequence[SearchHit]) -> list[Reading]:
        """One reading a hit, in the same order."""
        known = self._recorded.get(question, {})
        missing = [hit for hit in hits if hit.passage.digest[:_DIGITS] not in known]
        fresh = {reading.hit.passage.id: reading for reading in self._live.read(question, missing)}
        return [fresh.get(hit.passage.id) or _reading(hit, known[hit.passage.digest[:_DIGITS]]) for hit in hits]


class FoldReader:
    """Reads with the reader that was trained without the passages' area, and keeps what it said."""

    def __init__(self, live: Reader, folds: Mapping[str, Reader]) -> None:
        self._live = live
        self._folds = folds
        self.said: dict[str, dict[str, list[float]]] = {}

    @property
    def digest(self) -> str:
        """The live reader's digest: it is the one that will serve."""
        return self._live.digest

    def read(self, question: str, hits: Sequence[SearchHit]) -> list[Reading]:
        """One reading a hit, in the same order."""
        area = next((hit.document.scope.area for hit in hits if hit.document.scope.area), "")
        readings = self._folds.get(area, self._live).read(question, hits)
        kept = self.said.setdefault(question, {})
        for reading in readings:
            marks = [round(mark, 3) for mark in reading.evidence]
            kept[reading.hit.passage.digest[:_DIGITS]] = [round(reading.score, 3), *marks]
        return readings

    def save(self, path: Path) -> None:
        """Write what was said, one question a line."""
        with gzip.GzipFile(path, "wb", mtime=0) as handle:
            for question, readings in sorted(self.said.items()):
                row = {"question": question, "readings": readings}
                handle.write((json.dumps(row, ensure_ascii=False) + "\n").encode())


def with_recorded(assistant: Assistant, path: Path | None) -> Assistant:
    """The assistant with recorded readings, if a file of them is given."""
    if path is None:
        return assistant
    with gzip.open(path, "rt", encoding="utf-8") as handle:
        recorded = {row["question"]: row["readings"] for row in map(json.loads, handle)}
    return Assistant(replace(assistant.parts, reader=RecordedReader(assistant.parts.reader, recorded)))


def with_folds(assistant: Assistant, folder: Path) -> tuple[Assistant, FoldReader]:
    """The assistant with the readers that `evaluation.cross_fit` trained into `folder`."""
    folds: dict[str, Reader] = {}
    for fold in sorted(folder.glob("fold*")):
        reader = OnnxReader(fold)
        for area in json.loads((fold / "held_out.json").read_text(encoding="utf-8")):
            folds[area] = reader
    chosen = FoldReader(assistant.parts.reader, folds)
    return Assistant(replace(assistant.parts, reader=chosen)), chosen


def _reading(hit: SearchHit, row: Sequence[float]) -> Reading:
    parts = tuple(flat(sentence) for sentence in sentences(hit.passage.text))
    return Reading(hit, row[0], parts, tuple(row[1:]))
