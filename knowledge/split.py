"""Splits a document into passages along its headings.

A passage is what one heading says, at most `_MOST_WORDS` words of it; a list stays with the line
that opens it. The encoder reads 256 word pieces, so longer passages would be half unread.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.sentences import sentences

_MOST_WORDS = 100
_LEAST_WORDS = 4
_MOST_EMPTY = 3  # headings in a row that nothing follows
_A_STEP = 0.01  # how much lower each of them counts than the one before
_LEAD_WORDS = 40  # a longer opening line is not said again over each part of its list
_ITEM = re.compile(r"\s*(?:- |\(?(?:\d{1,2}|[a-z])[.)] )")
_HEADING = re.compile(r"^(#{1,6})\s+(.*)$")


@dataclass(frozen=True)
class Piece:
    """A passage that is not stored yet. `headings` run from the widest to the narrowest."""

    headings: tuple[str, ...]
    text: str

    @property
    def digest(self) -> str:
        """SHA-256 of what a reader would see of it."""
        return hashlib.sha256("\n".join((*self.headings, self.text)).encode()).hexdigest()


def split(title: str, body: str) -> list[Piece]:
    """The passages of a document in reading order."""
    pieces: list[Piece] = []
    for headings, blocks in _sections(title, body):
        pieces += [Piece(headings, text) for text in _pack(blocks)]
    told = [piece for piece in pieces if len(piece.text.split()) >= _LEAST_WORDS or len(piece.headings) > 1]
    return told or pieces  # a short answer that staff wrote is all there is


def _sections(title: str, body: str) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """Each heading path with its blocks; a heading that nothing follows goes on into the next."""
    path: list[tuple[float, str]] = []
    blocks: list[str] = []
    last = 0
    for block in re.split(r"\n\s*\n|\n(?=#)|(?<=\n)(?=#)", body):
        for part in _parts(block):
            match = _HEADING.match(part)
            if not match:
                blocks.append(part)
                continue
            level, words = len(match[1]), match[2].strip()
            if blocks:
                yield _path(title, path), blocks
            path = _under(path, level, runs_on=not blocks and level == last)
            path.append((path[-1][0] + _A_STEP if path and path[-1][0] >= level else level, words))
            blocks, last = [], level
    if blocks:
        yield _path(title, path), blocks


def _under(path: list[tuple[float, str]], level: int, *, runs_on: bool) -> list[tuple[float, str]]:
    """The headings that a new one of `level` stands under; of those that nothing follows, the last few."""
    above = [step for step in path if step[0] < level]
    return above + [step for step in path if step[0] >= level][1 - _MOST_EMPTY :] if runs_on else above


def _parts(block: str) -> Iterator[str]:
    lines = [line for line in block.strip().split("\n") if line.strip()]
    text: list[str] = []
    for line in lines:
        if _HEADING.match(line):
            if text:
                yield "\n".join(text)
            yield line
            text = []
        else:
            text.append(line)
    if text:
        yield "\n".join(text)


def _path(title: str, path: list[tuple[float, str]]) -> tuple[str, ...]:
    steps = [title]  # empty for an answer by staff
    for _, words in path:
        if words and words.lower() != steps[-1].lower():
            steps.append(words)
    return tuple(step for step in steps if step)


def _pack(blocks: list[str]) -> Iterator[str]:
    """Blocks joined up to the limit; a block over the limit is cut between its sentences."""
    current: list[str] = []
    for block in _with_their_lists(blocks):
        for part in _cut(block):
            if current and _count([*current, part]) > _MOST_WORDS:
                opening = current.pop() if len(current) > 1 and _opens(current[-1]) else ""
                yield "\n\n".join(current)
                current = [opening] if opening and _count([opening, part]) <= _MOST_WORDS else []
            current.append(part)
    if current:
        yield "\n\n".join(current)


def _count(parts: list[str]) -> int:
    return sum(len(part.split()) for part in parts)


def _opens(block: str) -> bool:
    """A line such as "They will need to:" belongs to what comes after it."""
    return block.rstrip().endswith(":") and len(block.split()) <= _LEAD_WORDS


def _with_their_lists(blocks: list[str]) -> Iterator[str]:
    """Joins a list, and the line that opens it, into one block."""
    held = ""
    for block in blocks:
        opens = held.rstrip().endswith(":") or _ITEM.match(held.rsplit("\n", 1)[-1])
        if held and opens and _ITEM.match(block):
            held = f"{held}\n{block}"
        else:
            if held:
                yield held
            held = block
    if held:
        yield held


def _cut(block: str) -> Iterator[str]:
    """A block in parts under the limit. The line that opens a list is said again over each part of the list."""
    if len(block.split()) <= _MOST_WORDS:
        yield block
        return
    lead, current = "", ""
    for line in block.split("\n"):
        item = bool(_ITEM.match(line))
        for number, part in enumerate(_short(line) if item else (each for one in sentences(line) for each in _short(one))):
            if current and len(f"{current} {part}".split()) > _MOST_WORDS:
                yield current
                current = lead if item and number == 0 else ""
            current += f"{(' ' if number else chr(10)) if current else ''}{part}"
            if not item:
                lead = part if _opens(part) else ""
    if current:
        yield current


def _short(line: str) -> Iterator[str]:
    words = line.split()
    for start in range(0, len(words), _MOST_WORDS):
        yield " ".join(words[start : start + _MOST_WORDS]) if len(words) > _MOST_WORDS else line
