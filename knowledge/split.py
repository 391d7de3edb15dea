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
    return [piece for piece in pieces if len(piece.text.split()) >= _LEAST_WORDS or len(piece.headings) > 1]


def _sections(title: str, body: str) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """Each heading path with its blocks; a heading that nothing follows goes on into the next."""
    path: list[tuple[int, str]] = []
    blocks: list[str] = []
    for block in re.split(r"\n\s*\n|\n(?=#)|(?<=\n)(?=#)", body):
        for part in _parts(block):
            match = _HEADING.match(part)
            if not match:
                blocks.append(part)
                continue
            level, words = len(match[1]), match[2].strip()
            if blocks:
                yield _path(title, path), blocks
                blocks = []
                path = [step for step in path if step[0] < level]
            else:
                path = [step for step in path if step[0] <= level][-2:]
            path.append((level, words))
    if blocks:
        yield _path(title, path), blocks


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


def _path(title: str, path: list[tuple[int, str]]) -> tuple[str, ...]:
    steps = [title]
    for _, words in path:
        if words and words.lower() != steps[-1].lower():
            steps.append(words)
    return tuple(step for step in steps if step)


def _pack(blocks: list[str]) -> Iterator[str]:
    """Blocks joined up to the limit; a block over the limit is cut between its sentences."""
    current: list[str] = []
    count = 0
    for block in _with_their_lists(blocks):
        for part in _cut(block):
            words = len(part.split())
            if current and count + words > _MOST_WORDS:
                yield "\n\n".join(current)
                current, count = [], 0
            current.append(part)
            count += words
    if current:
        yield "\n\n".join(current)


def _with_their_lists(blocks: list[str]) -> Iterator[str]:
    """Joins a list, and the line that opens it, into one block."""
    held = ""
    for block in blocks:
        listed = block.lstrip().startswith("- ")
        opens = held.rstrip().endswith(":") or held.rsplit("\n", 1)[-1].lstrip().startswith("- ")
        if held and listed and opens:
            held = f"{held}\n{block}"
        else:
            if held:
                yield held
            held = block
    if held:
        yield held


def _cut(block: str) -> Iterator[str]:
    if len(block.split()) <= _MOST_WORDS:
        yield block
        return
    lead = block.split("\n", 1)[0] if "\n- " in block and not block.startswith("- ") else ""
    lines = [part for line in block.split("\n") for part in ([line] if line.lstrip().startswith("- ") else sentences(line))]
    current: list[str] = []
    for line in lines:
        for part in _short(line):
            if current and len(" ".join([*current, part]).split()) > _MOST_WORDS:
                yield _lines(current)
                current = [lead] if lead.endswith(":") and part.lstrip().startswith("- ") else []
            current.append(part)
    if current:
        yield _lines(current)


def _short(line: str) -> Iterator[str]:
    words = line.split()
    for start in range(0, len(words), _MOST_WORDS):
        yield " ".join(words[start : start + _MOST_WORDS]) if len(words) > _MOST_WORDS else line


def _lines(parts: list[str]) -> str:
    text = parts[0]
    for part in parts[1:]:
        text += ("\n" if part.lstrip().startswith("- ") else " ") + part
    return text
