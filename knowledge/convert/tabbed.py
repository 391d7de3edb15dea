"""Tables and tags that stand in plain text: cells parted by tabs, bars or wide gaps, bullets within a line, stray HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape
from statistics import mean

from knowledge.convert.html import fragment_to_markdown

_TAG = re.compile(
    r"</?(?P<name>ul|ol|li|br|p|div|span|strong|em|b|i|u|a|h[1-6]|table|tbody|thead|tr|td|th)\b[^<>]{0,300}/?>", re.IGNORECASE
)
_RULE = re.compile(r"[\s|:+-]+")  # the line under a Markdown table's head
_INLINE = ("span", "strong", "em", "b", "i", "u", "a")
_BULLET = re.compile(r"(?:^|\s+)[•●▪\uf0b7]\s+")

_GAP = re.compile(r"(?<=\S) {3,}(?=\S)")  # between cells without a sign
_ROWS_ALIKE = 3  # lines with their gaps in the same places, from which they are a table
_CELL_WORDS = 4  # mean words of a cell; lines of two columns of text have more


def unfold(text: str) -> str:
    """`text` with its tables as headings and lists, and with every bullet on a line of its own."""
    return "\n".join(_blocks(text.split("\n")))


def _blocks(lines: list[str]) -> Iterator[str]:
    start = 0
    while start < len(lines):
        width = len(_cells(lines[start]))
        stop = start + 1
        while width > 1 and stop < len(lines) and len(_cells(lines[stop])) == width:
            stop += 1
        if stop - start > 1:
            yield f"\n{_table([_cells(line) for line in lines[start:stop] if not _RULE.fullmatch(line)])}\n"
        elif rows := _spaced_rows(lines, start):
            yield "\n".join(("", *(f"- {first}: {'; '.join(rest)}" for first, *rest in rows), ""))
            stop = start + len(rows)
        else:
            yield _plain(lines[start])
        start = stop


def _spaced_rows(lines: list[str], start: int) -> list[list[str]]:
    """The rows of the table that begins at line `start`, if its cells stand below each other with wide gaps between."""
    rows: list[list[str]] = []
    places = _places(lines[start])
    while places and start + len(rows) < len(lines) and _places(line := lines[start + len(rows)]) == places:
        rows.append(_GAP.split(line.strip()))
    named = all(re.search("[A-Za-z]{2}", row[0]) for row in rows)
    if len(rows) < _ROWS_ALIKE or not named or mean(len(cell.split()) for row in rows for cell in row) >= _CELL_WORDS:
        return []
    return rows


def _places(line: str) -> list[int]:
    return [gap.end() for gap in _GAP.finditer(line)]


def _cells(line: str) -> list[str]:
    """The cells of a line, none if it is no row of a table (an indent is not a cell)."""
    line = line.strip(" ")
    cells = line.split("\t") if "\t" in line else line.strip("|").split("|")
    return cells if len(cells) > 1 and sum(bool(cell.strip()) for cell in cells) > 1 else []


def _table(rows: list[list[str]]) -> str:
    html = "".join(f"<tr>{''.join(f'<td>{_cell(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return fragment_to_markdown(f"<table>{html}</table>")


def _cell(text: str) -> str:
    opening, *items = _BULLET.split(_without_tags(text, " "))
    listed = "".join(f"<li>{escape(item.strip())}</li>" for item in items if item.strip())
    return escape(opening.strip()) + (f"<ul>{listed}</ul>" if listed else "")


def _plain(line: str) -> str:
    line = _without_tags(line, "\n") if "<" in line else line
    return _BULLET.sub("\n• ", line) if len(_BULLET.findall(line)) > 1 else line


def _without_tags(text: str, gap: str) -> str:
    if "<" not in text:
        return text
    return unescape(_TAG.sub(lambda tag: "" if tag["name"].lower() in _INLINE else gap, text))
