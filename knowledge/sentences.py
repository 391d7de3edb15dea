"""Splits text into sentences without a model: enough for plain pages, the same every time."""

from __future__ import annotations

import re

_SHORT = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Miss|Dr|St|Prof|Rev|No|Nos|para|paras|Sch|reg|approx|e\.g|i\.e|eg|ie|etc|vs|Fig|Tel|ext)|\b[A-Z])\.$"
)
_NUMBER = re.compile(r"(?:^|[.;:?!)\]]\s+)\(?\d{1,2}\.$")  # "6." opens what follows, it does not end what came before
_END = re.compile(r"(?<=[.!?])[\"'’”)\]]?\s+(?=[\"'‘“(\[]?[A-Z0-9£])")


def sentences(text: str) -> list[str]:
    """The sentences of `text`; each list item and each line of a table is one of its own."""
    found: list[str] = []
    for line in text.split("\n"):
        line = line.strip()
        if line:
            found += _of_line(line)
    return found


def _of_line(line: str) -> list[str]:
    parts: list[str] = []
    start = 0
    for match in _END.finditer(line):
        so_far = line[start : match.start() + 1].rstrip("\"'’”)] ")
        if not _SHORT.search(so_far) and not _NUMBER.search(so_far):
            parts.append(line[start : match.end()].strip())
            start = match.end()
    parts.append(line[start:].strip())
    return [part for part in parts if part]
