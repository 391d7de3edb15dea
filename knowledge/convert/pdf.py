"""PDF to Markdown: headings by type size, tables by their lines, running heads and feet dropped."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfplumber.page import Page
from pdfplumber.utils.exceptions import PdfminerException

from knowledge.convert.html import table_lines
from knowledge.convert.plain import Line, lines_to_markdown
from knowledge.convert.tidy import first_heading
from knowledge.errors import ConversionError

_MARGIN = 0.12  # share of the page's height where running heads and feet stand
_SMALL_PRINT = 0.9  # times the body's type size
_HEADING_SIZE = 1.12  # times the body's type size
_MOST_PAGES = 400


@dataclass(frozen=True)
class _Row:
    text: str
    top: float
    bottom: float
    size: float
    bold: bool
    page_height: float


def pdf_to_markdown(content: bytes) -> tuple[str, str]:
    """Title and Markdown of a PDF. Raises ConversionError if it is locked, damaged or only pictures."""
    try:
        with pdfplumber.open(io.BytesIO(content)) as pdf:
            if len(pdf.pages) > _MOST_PAGES:
                raise ConversionError(f"the PDF has {len(pdf.pages)} pages, at most {_MOST_PAGES}: split it")
            title = str((pdf.metadata or {}).get("Title") or "")
            pages = [list(_rows(page)) for page in pdf.pages]
    except PdfminerException as error:
        if error.args and isinstance(error.args[0], PDFPasswordIncorrect):
            raise ConversionError("the PDF is locked with a password: save it without one") from error
        raise ConversionError("the PDF is damaged: open it and save it again") from error
    except ConversionError:
        raise
    except Exception as error:
        raise ConversionError(f"the PDF is damaged ({type(error).__name__}): save it again") from error
    rows = _without_running_lines(pages)
    if not rows:
        raise ConversionError("the PDF holds no text (a scan?): ask for a text version")
    body = lines_to_markdown(_lines(rows))
    return (title if _real_title(title) else first_heading(body)), body


def _real_title(title: str) -> bool:
    return bool(title.strip()) and not re.search(r"\.docx?$|untitled|microsoft word|anonymous", title, re.IGNORECASE)


def _rows(page: Page) -> Iterator[_Row]:
    tables = [table for table in page.find_tables() if len(table.rows) > 1]
    boxes = [table.bbox for table in tables]
    found = []
    for line in page.extract_text_lines(return_chars=True, strip=True):
        middle = (line["top"] + line["bottom"]) / 2
        inside = any(box[1] <= middle <= box[3] and box[0] - 2 <= line["x0"] <= box[2] for box in boxes)
        chars = [char for char in line["chars"] if char["text"].strip()]
        if inside or not chars:
            continue
        size = median(char["size"] for char in chars)
        bold = sum("bold" in char["fontname"].lower() for char in chars) > 0.8 * len(chars)
        found.append(_Row(_readable(line["text"]), line["top"], line["bottom"], size, bold, float(page.height)))
    for table, box in zip(tables, boxes, strict=True):
        cells = [[" ".join((cell or "").split()) for cell in row] for row in table.extract()]
        for number, text in enumerate(table_lines([row for row in cells if any(row)])):
            top = box[1] + number * 0.01
            found.append(_Row(f"- {text}", top, top, 0, False, float(page.height)))
    yield from sorted(found, key=lambda row: row.top)


def _without_running_lines(pages: list[list[_Row]]) -> list[_Row]:
    """Lines in the margins that come again on half of the pages, and page numbers, are not content."""
    body = _body_size([row for rows in pages for row in rows])
    counts = Counter(key for rows in pages for key in {_shape(row) for row in rows if _in_margin(row) and row.size <= body})
    often = {key for key, count in counts.items() if len(pages) > 1 and count >= max(2, len(pages) / 2)}
    kept: list[_Row] = []
    for rows in pages:
        kept += [row for row in rows if not (_in_margin(row) and _is_furniture(row, often, body))]
    return kept


def _body_size(rows: list[_Row]) -> float:
    """The type size of most of the text, in points; 0 if there is none."""
    sizes = [row.size for row in rows for _ in range(len(row.text)) if row.size]
    return median(sizes) if sizes else 0.0


def _is_furniture(row: _Row, often: set[str], body: float) -> bool:
    """A running line, a page number, or small print in the margin."""
    return _shape(row) in often or _is_page_number(row) or 0 < row.size < _SMALL_PRINT * body


def _readable(text: str) -> str:
    """Characters that the file gives no name to are bullets at the start of a line, and nothing elsewhere."""
    return re.sub(r"\(cid:\d+\)", "", re.sub(r"^(?:\(cid:\d+\)\s*)+", "• ", text))


def _shape(row: _Row) -> str:
    return re.sub(r"\d+", "0", row.text.lower())


def _in_margin(row: _Row) -> bool:
    return row.top < _MARGIN * row.page_height or row.bottom > (1 - _MARGIN) * row.page_height


def _is_page_number(row: _Row) -> bool:
    return bool(re.fullmatch(r"(?:page )?\d{1,3}(?: (?:of|/) \d{1,3})?", row.text.strip(), re.IGNORECASE))


def _lines(rows: list[_Row]) -> Iterator[Line]:
    body = _body_size(rows)
    gaps = [b.top - a.bottom for a, b in pairwise(rows) if 0 <= b.top - a.bottom < 40]
    usual = median(gaps) if gaps else 0
    before: _Row | None = None
    for row in rows:
        heading = row.size > _HEADING_SIZE * body or (row.bold and row.size >= body)
        if before is not None:
            gap = row.top - before.bottom
            if gap > usual + 0.45 * body or (row.size != before.size and heading) or (gap < -body and heading):
                yield Line("")
        yield Line(row.text, 2.0 if heading else 1.0)
        before = row
