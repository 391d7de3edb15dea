"""Tables to something that reads well line by line, and that a search can find.

A table of short cells becomes one list item a row, each cell after its column's heading. A table that
only lays out text (a school's answers beside its questions) becomes headings with the text beneath.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from statistics import mean

from lxml import etree
from lxml import html as lxml_html
from lxml.html import HtmlElement

from knowledge.convert.grid import head_rows, table_grid

_LONG_CELL = 40  # words; a table with such a cell lays out text
_HEADING_WORDS = 25
_SHORT_ROW = 14  # words; two cells as short as this are one line
_PAIR = 2
_LONGEST_NAME = 16  # words of a column's heading
_NAME_WORDS = 5
_DATA = re.compile(r"\d|,|@|://|www\.|£|\.$")
_HEADED = ("question", "questions")
_BLOCKS = ("p", "div", "br", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6")


def flatten_tables(root: HtmlElement) -> None:
    """Replace every table in `root`, the innermost first."""
    for table in reversed(root.xpath(".//table")):
        rows = [row for row in table_grid(table) if any(_text(cell) for cell in row)]
        block = _laid_out(rows) if _lays_out_text(rows) else _listed(rows)
        caption = " ".join("".join(each.itertext()) for each in table.xpath("./caption")).strip()
        if caption:
            block.insert(0, _element("p", f"{caption.rstrip('.:')}:"))
        block.tail = table.tail
        parent = table.getparent()
        if parent is not None:
            parent.replace(table, block)


def table_lines(rows: list[list[str]], *, headed: bool = False) -> list[str]:
    """A table as one line a row: `first cell: heading second; heading third`. `headed` says that the first row is the heads."""
    if not rows:
        return []
    width = max(len(row) for row in rows)
    if width == 1 or len(rows) == 1:
        return ["; ".join(cell for cell in row if cell) for row in rows]
    head, *body = rows if headed or width == _PAIR or _names_columns(rows[0]) else ([], *rows)
    lines = []
    for row in body:
        first, *rest = row
        named = [
            f"{head[i + 1]}: {cell}" if i + 1 < len(head) and head[i + 1] and width > 2 else cell
            for i, cell in enumerate(rest)
            if cell
        ]
        lines.append(f"{first}: {'; '.join(named)}" if first and named else first or "; ".join(named))
    if width == _PAIR:
        lines.insert(0, ": ".join(cell for cell in head if cell))
    return lines


def _names_columns(row: list[str]) -> bool:
    """False for a first row that is data already."""
    return all(len(cell.split()) <= _NAME_WORDS and not _DATA.search(cell) for cell in row)


def _lays_out_text(rows: list[list[HtmlElement]]) -> bool:
    return any(
        len(_text(cell).split()) > _LONG_CELL or cell.xpath(".//li | .//h2 | .//h3 | .//h4 | .//p[2]")
        for row in rows
        for cell in row
    ) or all(len(row) == 1 for row in rows)


def _listed(rows: list[list[HtmlElement]]) -> HtmlElement:
    block = _element("div")
    if len(rows) > _PAIR and len(rows[0]) == 1 and max(len(row) for row in rows) > _PAIR:
        block.append(_element("p", f"{_text(rows[0][0]).rstrip('.:')}:"))  # a heading over the whole table
        rows = rows[1:]
    items = etree.SubElement(block, "ul")
    headed = bool(rows) and len(rows[0]) > 1 and all(cell.tag == "th" for cell in rows[0])
    named = headed or (bool(rows) and _names_columns([_text(cell) for cell in rows[0]]))
    texts = [_row_texts(row, named=named) for row in rows]
    if heads := head_rows(rows):
        headed, texts = True, [_joined_heads(rows[:heads]), *texts[heads:]]
    for line in table_lines(texts, headed=headed):
        items.append(_element("li", line))
    return block


def _row_texts(row: list[HtmlElement], *, named: bool) -> list[str]:
    """The words of each cell. A merged cell is said again only if its columns have names, and it is not the first."""
    places = enumerate(zip(row, [None, *row], strict=False))
    return ["" if place and (cell is row[0] or (cell is left and not named)) else _text(cell) for place, (cell, left) in places]


def _joined_heads(heads: list[list[HtmlElement]]) -> list[str]:
    """The name of each column in a head of several rows: "Cost, Child"."""
    width = max(len(row) for row in heads)
    columns = ([_text(row[place]) for row in heads if place < len(row)] for place in range(width))
    return [", ".join(dict.fromkeys(name.rstrip(":") for name in column if name)) for column in columns]


def _laid_out(rows: list[list[HtmlElement]]) -> HtmlElement:
    """Each row's first cell as a heading if it is short and others follow, and its text beneath."""
    block = _element("div")
    names: list[str] = []
    if _is_head(rows):
        names = [_text(cell) for cell in rows[0]] if len(rows[0]) > _PAIR else []
        rows = rows[1:]
    before: list[HtmlElement] = []
    for row in rows:
        block.extend(_row_laid_out(row, names, before))
        before = row
    return block


def _row_laid_out(row: list[HtmlElement], names: list[str], before: list[HtmlElement]) -> Iterator[HtmlElement]:
    """`before` is the row above: what a merged cell said there is not said again, unless it is a short value."""
    title, rest = _text(row[0]), [cell for cell in row[1:] if _text(cell) and cell is not row[0]]
    question = title.endswith("?")
    if len(row) == _PAIR and title and rest and not question and len(f"{title} {_text(rest[0])}".split()) <= _SHORT_ROW:
        yield _list_of(f"{title.rstrip(':')}: {_text(rest[0])}")
        return
    if before and row[0] is before[0]:
        pass
    elif 0 < len(title.split()) <= _HEADING_WORDS and (rest or question):
        yield _element("h4", title)
    elif title:
        yield _contents(row[0])
    for place, cell in enumerate(row[1:], 1):
        name = names[place].rstrip(":") if place < len(names) else ""
        if (
            cell is row[0]
            or not _text(cell)
            or (_is_copy(row, place, before) and not (name and len(_text(cell).split()) <= _SHORT_ROW))
        ):
            continue
        if name and not cell.xpath(".//li | .//p[2]"):
            yield _list_of(f"{name}: {_text(cell)}")
        else:
            if name:
                yield _element("p", f"{name}:")
            yield _contents(cell)


def _is_copy(row: list[HtmlElement], place: int, before: list[HtmlElement]) -> bool:
    return row[place] is row[place - 1] or any(cell is row[place] for cell in before)


def _is_head(rows: list[list[HtmlElement]]) -> bool:
    """True if the first row names the columns: marked so, all bold, a plain "Question", or much shorter than the others."""
    row = rows[0]
    texts = [_text(cell) for cell in row]
    if len(row) < _PAIR or len(rows) < _PAIR or max(len(text.split()) for text in texts) > _LONGEST_NAME:
        return False
    others = mean(_words(each) for each in rows[1:])
    bold = all(_text(cell) == " ".join("".join(cell.xpath(".//strong//text() | .//b//text()")).split()) for cell in row)
    plain = texts[0].lower() in _HEADED or (len(row) > _PAIR and _words(row) < others / 2)
    return plain or bold or all(cell.tag == "th" for cell in row)


def _words(row: list[HtmlElement]) -> int:
    return sum(len(_text(cell).split()) for cell in row)


def _contents(cell: HtmlElement) -> HtmlElement:
    block = deepcopy(cell)
    block.tag, block.tail = "div", None
    if not block.xpath("./p | ./ul | ./ol | ./div | ./h4 | ./h5"):
        block.tag = "p"
    return block


def _text(cell: HtmlElement) -> str:
    """The words of a cell on one line; its lines, paragraphs and list items stay apart."""
    text = " ".join("".join(_pieces(cell)).split())
    return re.sub(r"(?:^|(?<=[:;.,?!]))\s*;\s", " ", text).replace(" ;", ";").strip(" ;")


def _pieces(node: HtmlElement) -> Iterator[str]:
    yield node.text or ""
    for child in node:
        yield "; " if child.tag == "li" else " " if child.tag in _BLOCKS else ""
        if isinstance(child.tag, str):
            yield from _pieces(child)
        yield " " if child.tag in _BLOCKS else ""
        yield child.tail or ""


def _list_of(text: str) -> HtmlElement:
    block = _element("ul")
    block.append(_element("li", text))
    return block


def _element(tag: str, text: str = "") -> HtmlElement:
    node: HtmlElement = lxml_html.fromstring(f"<{tag}></{tag}>")
    node.text = text or None
    return node
