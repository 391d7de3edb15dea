"""The rows of a PDF page in reading order: columns one after the other, tables as headings and lists."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from itertools import pairwise
from statistics import mean, median
from typing import Any

from pdfplumber.page import Page
from pdfplumber.table import Table
from pdfplumber.utils.text import extract_text, extract_words

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
_WIDER = 1.5  # times as wide as the other side of a gutter: it may hold two columns itself
_COLUMN_WORDS = 3  # words a line on each side; cells of a table have fewer
_DOT = (1.5, 8.0)  # points across, at least and at most: a bullet that is drawn, as browsers print it
_SKEW = 0.1  # rise of a line for its length, up to which it is level
_DOT_REACH = 24.0  # points from such a bullet to its line

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
    table_bottom: float = 0.0
    """Where the table ends that it stands in; all rows of one have its top."""


def page_rows(page: Page) -> list[Row]:
    """All rows of `page`; of two or three columns, the left one first."""
    tables = [table for table in page.find_tables() if len(table.rows) > 1]
    boxes: list[_Box] = [table.bbox for table in tables]
    level = 2 * sum(map(_is_level, page.chars)) > len(page.chars)

    def is_shown(each: _Word) -> bool:
        return each["object_type"] != "char" or not (any(_inside(each, box) for box in boxes) or (level and not _is_level(each)))

    rest = page.filter(is_shown)
    words = rest.extract_words(x_tolerance_ratio=_WORD_GAP)
    gutters, across = _gutters(words)
    dots = _dots(page)
    placed: list[tuple[tuple[int, int, float], Row]] = []
    for column, part in enumerate(_parts(rest, gutters, across)):
        for row in _tables_without_lines(list(_text_rows(part, dots))):
            placed.append(((bisect_left([top for top, _ in across], row.top - 1), column, row.top), row))
    for table, box in zip(tables, boxes, strict=True):
        column = bisect_right(gutters, box[0])
        column = column if column == bisect_left(gutters, box[2]) else len(gutters) + 1
        key = (bisect_left([top for top, _ in across], box[1]), column, box[1])
        placed += [(key, row) for row in _ruled_table(_table_texts(page, table), box, float(page.height))]
    return [row for _, row in sorted(placed, key=lambda each: each[0])]


def _is_level(char: _Word) -> bool:
    """False for letters that stand askew on a level page: "DRAFT" across it, a word up its side."""
    return bool(abs(char["matrix"][1]) <= _SKEW * abs(char["matrix"][0]))


def _inside(char: _Word, box: _Box) -> bool:
    middle = (char["top"] + char["bottom"]) / 2
    return bool(box[1] <= middle <= box[3] and box[0] - 2 <= char["x0"] <= box[2])


def _gutters(words: Sequence[_Word]) -> tuple[list[float], list[tuple[float, float]]]:
    """The gaps between two or three columns, from the left, with the lines (top, bottom) that run across the widest."""
    gutter, across = _gutter(words)
    if gutter is None:
        return [], []
    inside = [word for word in words if not _is_across(word, across)]
    sides = ([word for word in inside if word["x1"] <= gutter], [word for word in inside if word["x0"] >= gutter])
    narrow, wide = sorted(sides, key=_width)
    second, broken = _gutter(wide)
    if second is None or broken or _width(wide) < _WIDER * _width(narrow):
        return [gutter], across
    return sorted((gutter, second)), across


def _width(words: Sequence[_Word]) -> float:
    return max((float(word["x1"]) for word in words), default=0.0) - min((float(word["x0"]) for word in words), default=0.0)


def _is_across(char: _Word, across: Sequence[tuple[float, float]]) -> bool:
    middle = (char["top"] + char["bottom"]) / 2
    return any(top <= middle <= bottom for top, bottom in across)


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


def _parts(page: Page, gutters: Sequence[float], across: Sequence[tuple[float, float]]) -> list[Page]:
    """The columns from the left, and what runs across; or the page as it is."""
    if not gutters:
        return [page]

    def column(each: _Word) -> int:
        if each["object_type"] != "char":
            return -1
        return len(gutters) + 1 if _is_across(each, across) else bisect_right(gutters, each["x0"])

    return [page.filter(partial(lambda number, each: column(each) == number, number)) for number in range(len(gutters) + 2)]


def _dots(page: Page) -> list[_Word]:
    """Discs, rings and small squares."""
    shapes = (shape for shape in (*page.curves, *page.rects) if abs(shape["width"] - shape["height"]) < 1)
    return [shape for shape in shapes if _DOT[0] <= shape["width"] <= _DOT[1]]


def _has_dot(line: _Word, dots: Sequence[_Word]) -> bool:
    near = (dot for dot in dots if 0 < line["x0"] - dot["x1"] < _DOT_REACH)
    return any(line["top"] < (dot["top"] + dot["bottom"]) / 2 < line["bottom"] for dot in near)


def _text_rows(page: Page, dots: Sequence[_Word]) -> Iterator[Row]:
    for line in page.extract_text_lines(return_chars=True, strip=True, x_tolerance_ratio=_WORD_GAP):
        chars = [char for char in line["chars"] if char["text"].strip()]
        if not chars:
            continue
        size = median(char["size"] for char in chars)
        bold = sum("bold" in char["fontname"].lower() for char in chars) > 0.8 * len(chars)
        cells = tuple(_cells(line["chars"], size))
        text = ("• " if _has_dot(line, dots) else "") + readable(line["text"])
        yield Row(text, line["top"], line["bottom"], size, bold, float(page.height), cells)


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
            last = rows[stop - 1]
            yield from _done([f"- {line}" for line in table_lines(cells)], rows[start].top, last.bottom, last.page_height)
        else:
            yield from rows[start:stop]
        start = stop


def _alike(first: Row, other: Row) -> bool:
    if len(first.cells) < 2 or len(first.cells) != len(other.cells) or not re.search("[A-Za-z]{2}", first.cells[0][2]):
        return False
    pairs = zip(first.cells, other.cells, strict=True)
    return all(min(abs(a[0] - b[0]), abs(a[1] - b[1]), abs(a[0] + a[1] - b[0] - b[1]) / 2) < _SAME_PLACE for a, b in pairs)


def _table_texts(page: Page, table: Table) -> list[list[str | None]]:
    """The text of each cell; words that stand on their side, as over narrow columns, in the order in which they are read."""
    texts = table.extract()
    if all(_is_level(char) for char in page.chars if _inside(char, table.bbox)):
        return texts
    for row, boxes in zip(texts, (row.cells for row in table.rows), strict=True):
        for place, box in enumerate(boxes):
            if box is not None:
                row[place] = _cell_text([char for char in page.chars if _inside(char, box)])
    return texts


def _cell_text(chars: list[dict[str, Any]]) -> str:
    if level := [char for char in chars if _is_level(char)]:
        return extract_text(level)
    upwards = bool(chars) and chars[0]["matrix"][1] > 0
    along, across = ("btt", "ltr") if upwards else ("ttb", "rtl")
    return " ".join(word["text"] for word in extract_words(chars, char_dir_rotated=along, line_dir_rotated=across))


def _ruled_table(cells: Iterable[Sequence[str | None]], box: _Box, height: float) -> list[Row]:
    rows = "".join(f"<tr>{''.join(f'<td>{_cell_html(cell or str())}</td>' for cell in row)}</tr>" for row in cells)
    return list(_done(fragment_to_markdown(f"<table>{rows}</table>").split("\n"), box[1], box[3], height))


def _cell_html(text: str) -> str:
    """The lines of a cell joined to paragraphs and list items."""
    lines = lines_to_markdown(Line(readable(line)) for line in text.split("\n")).split("\n")
    blocks = [
        f"<ul><li>{escape(line[2:])}</li></ul>" if line.startswith("- ") else f"<p>{escape(line.lstrip('# '))}</p>"
        for line in lines
    ]
    return "".join(block for block in blocks if block != "<p></p>").replace("</ul><ul>", "")


def _done(lines: Iterable[str], top: float, bottom: float, height: float) -> Iterator[Row]:
    for line in ("", *lines, ""):
        yield Row(line, top, top, 0, False, height, table_bottom=bottom)


def readable(text: str) -> str:
    """Characters that the file gives no name to are bullets at the start of a line, and nothing elsewhere."""
    return re.sub(r"\(cid:\d+\)", "", re.sub(r"^(?:\(cid:\d+\)\s*)+", "• ", text))
