"""PDF to Markdown: headings by type size, tables by their lines, running heads and feet set aside."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfplumber.utils.exceptions import PdfminerException

from knowledge.convert.pdf_layout import Row, page_rows
from knowledge.convert.plain import Line, lines_to_markdown
from knowledge.convert.reading import Read
from knowledge.convert.tidy import first_heading
from knowledge.errors import ConversionError

_MARGIN = 0.12  # share of the page's height where running heads and feet stand
_SMALL_PRINT = 0.9  # times the body's type size
_HEADING_SIZE = 1.12  # times the body's type size
_MOST_PAGES = 400
_LEVELS = 3
_PROGRAM_TITLE = re.compile(
    r"\.(?:docx?|pptx?|xlsx?|pdf|odt|rtf|pub|indd)$|untitled|microsoft (?:word|powerpoint|office)|anonymous|"
    r"^(?:about|file|https?):|^(?:powerpoint )?presentation ?\d*$|^(?:document|slide|book|publication|doc) ?\d*$",
    re.IGNORECASE,
)
_NEW_HEADING = re.compile(r"(?:\d{1,2}|[a-z])[.)]\s|[•·▪●-]\s")


def pdf_to_markdown(content: bytes) -> Read:
    """Title and Markdown of a PDF. Raises ConversionError if it is locked, damaged or only pictures."""
    try:
        with pdfplumber.open(io.BytesIO(content)) as pdf:
            if len(pdf.pages) > _MOST_PAGES:
                raise ConversionError(f"the PDF has {len(pdf.pages)} pages, at most {_MOST_PAGES}: split it")
            title = str((pdf.metadata or {}).get("Title") or "")
            pages = [page_rows(page) for page in pdf.pages]
    except PdfminerException as error:
        if error.args and isinstance(error.args[0], PDFPasswordIncorrect):
            raise ConversionError("the PDF is locked with a password: save it without one") from error
        raise ConversionError("the PDF is damaged: open it and save it again") from error
    except ConversionError:
        raise
    except Exception as error:
        raise ConversionError(f"the PDF is damaged ({type(error).__name__}): save it again") from error
    rows, aside = _without_running_lines(pages)
    if not rows:
        raise ConversionError("the PDF holds no text (a scan?): ask for a text version")
    body = lines_to_markdown(_lines(rows))
    return Read(title if _real_title(title) else first_heading(body), body, aside)


def _real_title(title: str) -> bool:
    """False for what a program writes for want of a title: a file's name, "Document1", "PowerPoint Presentation"."""
    return bool(title.strip()) and not _PROGRAM_TITLE.search(title.strip())


def _without_running_lines(pages: Sequence[Sequence[Row]]) -> tuple[list[Row], str]:
    """Lines in the margins that come again on half of the pages, and page numbers, are not content: they are set aside."""
    body = _body_size([row for rows in pages for row in rows])
    counts = Counter(key for rows in pages for key in {_shape(row) for row in rows if _in_margin(row) and row.size <= body})
    often = {key for key, count in counts.items() if len(pages) > 1 and count >= max(2, len(pages) / 2)}
    kept: list[Row] = []
    aside: dict[str, None] = {}
    for rows in pages:
        for row in rows:
            if _in_margin(row) and _is_furniture(row, often, body):
                aside[row.text] = None
            else:
                kept.append(row)
    return kept, "\n\n".join(aside)


def _body_size(rows: Sequence[Row]) -> float:
    """The type size of most of the text, in points; 0 if there is none."""
    sizes = [row.size for row in rows for _ in range(len(row.text)) if row.size]
    return median(sizes) if sizes else 0.0


def _is_furniture(row: Row, often: set[str], body: float) -> bool:
    """A running line, a page number, or small print in the margin."""
    return _shape(row) in often or _is_page_number(row) or 0 < row.size < _SMALL_PRINT * body


def _shape(row: Row) -> str:
    return re.sub(r"\d+", "0", row.text.lower())


def _in_margin(row: Row) -> bool:
    """A table is in the margin only as a whole."""
    if row.table_bottom:
        return row.table_bottom < _MARGIN * row.page_height or row.top > (1 - _MARGIN) * row.page_height
    return row.top < _MARGIN * row.page_height or row.bottom > (1 - _MARGIN) * row.page_height


def _is_page_number(row: Row) -> bool:
    return bool(re.fullmatch(r"(?:page )?(?!999)\d{1,3}(?: (?:of|/) \d{1,3})?", row.text.strip(), re.IGNORECASE))


def _lines(rows: Sequence[Row]) -> Iterator[Line]:
    """The rows as lines, a blank one where a paragraph ends; a heading over several rows is one line."""
    body = _body_size(rows)
    gaps = [b.top - a.bottom for a, b in pairwise(rows) if 0 <= b.top - a.bottom < 40]
    wide = (median(gaps) if gaps else 0) + 0.45 * body
    sizes = sorted({round(row.size) for row in rows if _is_heading(row, body)}, reverse=True)
    before: Row | None = None
    for row in _whole_headings(rows, body, wide):
        heading = _is_heading(row, body)
        if before is not None:
            gap = row.top - before.bottom
            if gap > wide or (row.size != before.size and heading) or (gap < -body and heading) or before.size == 0:
                yield Line("")
        level = min(_LEVELS, 1 + sizes.index(round(row.size))) if heading else 1
        yield Line(row.text, 2.0 if heading else 1.0, level, done=row.size == 0)
        before = row


def _whole_headings(rows: Sequence[Row], body: float, wide: float) -> Iterator[Row]:
    held: Row | None = None
    for row in rows:
        alike = held is not None and (row.size, row.bold) == (held.size, held.bold) and -body < row.top - held.bottom <= wide
        if held is not None and alike and not _NEW_HEADING.match(row.text) and not held.text.endswith("?"):
            held = replace(row, text=f"{held.text} {row.text}")
            continue
        if held is not None:
            yield held
        held = row if _is_heading(row, body) else None
        if held is None:
            yield row
    if held is not None:
        yield held


def _is_heading(row: Row, body: float) -> bool:
    return row.size > _HEADING_SIZE * body or (row.bold and row.size >= body > 0)
