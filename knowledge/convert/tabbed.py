"""Tables and tags that stand in plain text: cells parted by tabs or bars, bullets within a line, stray HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape

from knowledge.convert.html import fragment_to_markdown

_TAG = re.compile(
    r"</?(?P<name>ul|ol|li|br|p|div|span|strong|em|b|i|u|a|h[1-6]|table|tbody|thead|tr|td|th)\b[^<>]{0,300}/?>", re.IGNORECASE
)
_RULE = re.compile(r"[\s|:+-]+")  # the line under a Markdown table's head
_INLINE = ("span", "strong", "em", "b", "i", "u", "a")
_BULLET = re.compile(r"(?:^|\s+)[•●▪\uf0b7]\s+")


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
        else:
            yield _plain(lines[start])
        start = stop


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
