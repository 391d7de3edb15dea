"""The rows of a PDF page in reading order: columns one after the other, tables as headings and lists."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from itertools import pairwise
from statistics import mean, median
from typing import Any

from pdfplumber.page import Page

from knowledge.convert.html import fragment_to_markdown
from knowledge.convert.plain import Line, lines_to_markdown
from knowledge.convert.tables import table_lines

_WORD_GAP = 0.15  # times the type size: a wider gap between letters parts two words
_CELL_GAP = 1.0  # times the type size: a wider gap parts two cells of a table without lines
_SAME_PLACE = 12.0  # points between the edges of cells that stand in one column
_TABLE_ROWS = 3  # rows alike from which lines with wide gaps are a table
_GUTTER_LINES = 6  # lines on each side from which a page has two columns
_GUTTER_GAP = 8.0  # points
_FULL_SHARE = 0.25  # largest share of lines that may run across the gutter
_COLUMN_WORDS = 3  # words a line on each side; cells of a table have fewer

_Word = Mapping[str, Any]
_Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Row:
    """One line of a page. `size` is 0 for a line that is Markdown already."""

    text: str
    top: float
    bottom: float
    size: float
    bold: bool
    page_height: float
    cells: tuple[tuple[float, float, str], ...] = ()


def page_rows(page: Page) -> list[Row]:
    """All rows of `page`; of two columns, the left one first."""
    tables = [table for table in page.find_tables() if len(table.rows) > 1]
    boxes: list[_Box] = [table.bbox for table in tables]
    rest = page.filter(lambda each: each["object_type"] != "char" or not any(_inside(each, box) for box in boxes))
    words = rest.extract_words(x_tolerance_ratio=_WORD_GAP)
    gutter, across = _gutter(words)
    placed: list[tuple[tuple[int, int, float], Row]] = []
    for column, part in enumerate(_parts(rest, gutter, across)):
        for row in _tables_without_lines(list(_text_rows(part))):
            placed.append(((bisect_left([top for top, _ in across], row.top - 1), column, row.top), row))
    for table, box in zip(tables, boxes, strict=True):
        column = 0 if gutter is None or box[2] <= gutter else 1 if box[0] >= gutter else 2
        key = (bisect_left([top for top, _ in across], box[1]), column, box[1])
        placed += [(key, row) for row in _ruled_table(table.extract(), box[1], float(page.height))]
    return [row for _, row in sorted(placed, key=lambda each: each[0])]


def _inside(char: _Word, box: _Box) -> bool:
    middle = (char["top"] + char["bottom"]) / 2
    return bool(box[1] <= middle <= box[3] and box[0] - 2 <= char["x0"] <= box[2])


def _gutter(words: Sequence[_Word]) -> tuple[float | None, list[tuple[float, float]]]:
    """Where the gap between two columns stands, if there are two, with the lines (top, bottom) that run across it."""
    lines = _word_lines(words)
    if len(lines) < 2 * _GUTTER_LINES:
        return None, []
    left, right = min(word["x0"] for word in words), max(word["x1"] for word in words)
    places = [left + (right - left) * step / 100 for step in range(30, 71)]
    found = [(across, place) for place in places if (across := _across(lines, place)) is not None]
    if not found:
        return None, []
    across, place = min(found, key=lambda each: len(each[0]))
    return place, sorted(across)


def _across(lines: Sequence[Sequence[_Word]], place: float) -> list[tuple[float, float]] | None:
    """The lines that run across `place`; None if it does not part two columns."""
    across: list[tuple[float, float]] = []
    sides: tuple[list[int], list[int]] = ([], [])
    for line in lines:
        before, after = [word for word in line if word["x1"] <= place], [word for word in line if word["x0"] >= place]
        parted = len(before) + len(after) == len(line)
        if before and after and min(w["x0"] for w in after) - max(w["x1"] for w in before) < _GUTTER_GAP:
            parted = False
        if not parted:
            across.append((min(word["top"] for word in line), max(word["bottom"] for word in line)))
            continue
        for side, mine in zip(sides, (before, after), strict=True):
            side.extend([len(mine)] if mine else [])
    enough = all(len(side) >= _GUTTER_LINES and mean(side) >= _COLUMN_WORDS for side in sides)
    return across if enough and len(across) <= _FULL_SHARE * len(lines) else None


def _word_lines(words: Sequence[_Word]) -> list[list[_Word]]:
    lines: list[list[_Word]] = []
    for word in sorted(words, key=lambda word: float(word["top"])):
        if lines and word["top"] - lines[-1][0]["top"] < 3:
            lines[-1].append(word)
        else:
            lines.append([word])
    return lines


def _parts(page: Page, gutter: float | None, across: Sequence[tuple[float, float]]) -> list[Page]:
    """The left column, the right column, and what runs across; or the page as it is."""
    if gutter is None:
        return [page]

    def is_across(char: _Word) -> bool:
        middle = (char["top"] + char["bottom"]) / 2
        return any(top <= middle <= bottom for top, bottom in across)

    def column(each: _Word) -> int:
        return -1 if each["object_type"] != "char" else 2 if is_across(each) else int(each["x0"] >= gutter)

    return [page.filter(partial(lambda number, each: column(each) == number, number)) for number in range(3)]


def _text_rows(page: Page) -> Iterator[Row]:
    for line in page.extract_text_lines(return_chars=True, strip=True, x_tolerance_ratio=_WORD_GAP):
        chars = [char for char in line["chars"] if char["text"].strip()]
        if not chars:
            continue
        size = median(char["size"] for char in chars)
        bold = sum("bold" in char["fontname"].lower() for char in chars) > 0.8 * len(chars)
        cells = tuple(_cells(line["chars"], size))
        yield Row(readable(line["text"]), line["top"], line["bottom"], size, bold, float(page.height), cells)


def _cells(chars: Sequence[_Word], size: float) -> Iterator[tuple[float, float, str]]:
    """The parts of a line that stand far from each other: left edge, right edge, text."""
    shown = [char for char in chars if char["text"].strip()]
    cuts = [0, *(n + 1 for n, (a, b) in enumerate(pairwise(shown)) if b["x0"] - a["x1"] > _CELL_GAP * size), len(shown)]
    for start, stop in pairwise(cuts):
        text = shown[start]["text"]
        for before, char in pairwise(shown[start:stop]):
            text += (" " if char["x0"] - before["x1"] > _WORD_GAP * size else "") + char["text"]
        yield shown[start]["x0"], shown[stop - 1]["x1"], readable(text)


def _tables_without_lines(rows: list[Row]) -> Iterator[Row]:
    """Rows in which three or more in a row have their cells in the same places become list items."""
    start = 0
    while start < len(rows):
        stop = start + 1
        while stop < len(rows) and _alike(rows[start], rows[stop]):
            stop += 1
        if stop - start >= _TABLE_ROWS:
            cells = [[text for _, _, text in row.cells] for row in rows[start:stop]]
            yield from _done([f"- {line}" for line in table_lines(cells)], rows[start].top, rows[start].page_height)
        else:
            yield from rows[start:stop]
        start = stop


def _alike(first: Row, other: Row) -> bool:
    if len(first.cells) < 2 or len(first.cells) != len(other.cells) or not re.search("[A-Za-z]{2}", first.cells[0][2]):
        return False
    pairs = zip(first.cells, other.cells, strict=True)
    return all(min(abs(a[0] - b[0]), abs(a[1] - b[1]), abs(a[0] + a[1] - b[0] - b[1]) / 2) < _SAME_PLACE for a, b in pairs)


def _ruled_table(cells: Iterable[Sequence[str | None]], top: float, height: float) -> list[Row]:
    rows = "".join(f"<tr>{''.join(f'<td>{_cell_html(cell or str())}</td>' for cell in row)}</tr>" for row in cells)
    return list(_done(fragment_to_markdown(f"<table>{rows}</table>").split("\n"), top, height))


def _cell_html(text: str) -> str:
    """The lines of a cell joined to paragraphs and list items."""
    lines = lines_to_markdown(Line(readable(line)) for line in text.split("\n")).split("\n")
    blocks = [
        f"<ul><li>{escape(line[2:])}</li></ul>" if line.startswith("- ") else f"<p>{escape(line.lstrip('# '))}</p>"
        for line in lines
    ]
    return "".join(block for block in blocks if block != "<p></p>").replace("</ul><ul>", "")


def _done(lines: Iterable[str], top: float, height: float) -> Iterator[Row]:
    for line in ("", *lines, ""):
        yield Row(line, top, top, 0, False, height)


def readable(text: str) -> str:
    """Characters that the file gives no name to are bullets at the start of a line, and nothing elsewhere."""
    return re.sub(r"\(cid:\d+\)", "", re.sub(r"^(?:\(cid:\d+\)\s*)+", "• ", text))
