"""The rows of a table with every merged cell in each place that it covers, so that each value keeps its column's heading."""

from __future__ import annotations

from itertools import pairwise, takewhile

from lxml.html import HtmlElement

_MOST_COLUMNS = 100
_MOST_ROWS = 100  # that one cell covers


def table_grid(table: HtmlElement) -> list[list[HtmlElement]]:
    """The rows of `table`; a merged cell is there once for each place, a row that is one cell over all columns has that cell."""
    grid: list[list[HtmlElement]] = []
    below: dict[int, tuple[HtmlElement, int]] = {}  # column: the cell that comes down into it, for how many rows more
    for row in table.xpath("./tr|./*/tr"):
        places, below = _placed(row.xpath("./th|./td"), below)
        if places:
            grid.append(places)
    return [row[:1] if all(cell is row[0] for cell in row) else row for row in _without_doubled_columns(grid)]


def head_rows(rows: list[list[HtmlElement]]) -> int:
    """How many rows at the top name the columns, if merged cells join them to one head; else 0."""
    marked = len(list(takewhile(lambda row: len(row) > 1 and all(cell.tag == "th" for cell in row), rows)))
    if 1 < marked < len(rows):
        return marked
    first = rows[0] if rows else []
    parted = any(a is b for a, b in pairwise(first[1:]))
    if (
        parted
        and len(rows) > 2
        and len(rows[1]) == len(first)
        and (rows[1][0] is first[0] or not "".join(first[0].itertext()).strip())
    ):
        return 2
    return 0


def _placed(
    cells: list[HtmlElement], below: dict[int, tuple[HtmlElement, int]]
) -> tuple[list[HtmlElement], dict[int, tuple[HtmlElement, int]]]:
    places: list[HtmlElement] = []
    left = {column: (cell, rows - 1) for column, (cell, rows) in below.items() if rows > 1}
    waiting = list(cells)
    while waiting or len(places) in below:
        if len(places) in below:
            places.append(below[len(places)][0])
            continue
        cell = waiting.pop(0)
        rows = _span(cell, "rowspan", _MOST_ROWS)
        for _ in range(min(_span(cell, "colspan", _MOST_COLUMNS), max(1, _MOST_COLUMNS - len(places)))):
            if rows > 1:
                left[len(places)] = (cell, rows - 1)
            places.append(cell)
    return places, left


def _span(cell: HtmlElement, name: str, most: int) -> int:
    text = cell.get(name, "").strip()
    return max(1, min(int(text), most)) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def _without_doubled_columns(grid: list[list[HtmlElement]]) -> list[list[HtmlElement]]:
    """A column that shows in no row anything but the column before it is only layout."""
    width = max((len(row) for row in grid), default=0)
    real = [
        column for column in range(width)
        if not column or any(column < len(row) and row[column] is not row[column - 1] for row in grid)
    ]  # fmt: skip
    return [[row[column] for column in real if column < len(row)] for row in grid]
