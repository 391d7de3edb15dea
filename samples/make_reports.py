"""Writes the sample areas' Word and PDF reports, and one OpenDocument file, from their Markdown sources.

    python samples/make_reports.py [larkmere] [fernshire]

With no name, every area is written. Word files come from python-docx, PDF files from reportlab (with pyphen for
hyphens at line ends), the ODT file from odfpy. The Word and PDF files are the same bytes each time.
"""

from __future__ import annotations

import re
import sys
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

from docx import Document
from docx.document import Document as WordFile
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.table import _Row
from docx.text.paragraph import Paragraph as WordParagraph
from odf.opendocument import OpenDocumentText
from odf.text import H, List, ListItem, P
from reportlab.lib.colors import grey, whitesmoke
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle, StyleSheet1, getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import ListFlowable, Paragraph, SimpleDocTemplate, Table

HERE = Path(__file__).resolve().parent
SETTINGS = HERE / "larkmere" / "settings"
FERNSHIRE = HERE / "fernshire" / "settings"
_ZIP_DATE = (2026, 9, 1, 0, 0, 0)  # any fixed date: python-docx would put the present time into the file


def blocks(source: Path) -> list[tuple[str, list[str]]]:
    """(kind, lines) of a Markdown source: h1, h2, h3, list, sublist, numbered, table or text."""
    found: list[tuple[str, list[str]]] = []
    for line in source.read_text(encoding="utf-8").splitlines():
        kind, text = _kind(line)
        if not text:
            continue
        if found and found[-1][0] == kind and kind in ("list", "sublist", "numbered", "table"):
            found[-1][1].append(text)
        else:
            found.append((kind, [text]))
    return found


def _kind(line: str) -> tuple[str, str]:
    if number := re.match(r"\d+\. ", line):
        return "numbered", line[number.end() :]
    for start, kind in (
        ("### ", "h3"), ("## ", "h2"), ("# ", "h1"), ("- ", "list"), ("  - ", "sublist"), ("| ", "table"),
    ):  # fmt: skip
        if line.startswith(start):
            rule = kind == "table" and set(line) <= set("|- ")
            return kind, "" if rule else line.strip("| ") if kind == "table" else line[len(start) :]
    return "text", line.strip()


def write_docx(source: Path, target: Path) -> None:
    """A Word file with heading styles, lists (nested where the source is) and tables with a heading row."""
    document = Document()
    found = blocks(source)
    nested = _two_level_list(document) if any(kind == "sublist" for kind, _ in found) else None
    for kind, lines in found:
        if kind in ("h1", "h2", "h3"):
            document.add_heading(lines[0], int(kind[1]) - 1)
        elif kind in ("list", "sublist"):
            for line in lines:
                paragraph = document.add_paragraph(line, style="List Bullet")
                if nested is not None:
                    _set_list_level(paragraph, nested, 0 if kind == "list" else 1)
        elif kind == "numbered":
            for line in lines:
                document.add_paragraph(line, style="List Number")
        elif kind == "table":
            _add_table(document, lines, ruled=nested is not None)
        else:
            document.add_paragraph(lines[0])
    document.save(str(target))
    _fix_dates(target)


def _add_table(document: WordFile, lines: list[str], ruled: bool) -> None:
    rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    table = document.add_table(rows=len(rows), cols=len(rows[0]))
    if ruled:
        table.style = "Light Grid Accent 1"
        _mark_heading_row(table.rows[0])
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text


def _mark_heading_row(row: _Row) -> None:
    """Says in the file that the first row names the columns, so that a screen reader can tell."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _two_level_list(document: WordFile) -> int:
    """Adds a bullet list of two levels and returns its number. The default template's lists have one level."""
    numbering = document.part.numbering_part.element
    bullets = (("\u2022", 360), ("\u2013", 720))
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="{bullet}"/>'
        f'<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="{indent}" w:hanging="360"/></w:pPr></w:lvl>'
        for level, (bullet, indent) in enumerate(bullets)
    )
    abstract = parse_xml(
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90"><w:multiLevelType w:val="hybridMultilevel"/>{levels}</w:abstractNum>'
    )
    numbering.insert(0, abstract)
    return int(numbering.add_num(90).numId)


def _set_list_level(paragraph: WordParagraph, number: int, level: int) -> None:
    properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    for tag, value in (("w:ilvl", level), ("w:numId", number)):
        element = OxmlElement(tag)
        element.set(qn("w:val"), str(value))
        properties.append(element)


def _fix_dates(path: Path) -> None:
    """Writes a Word file's zip again with one fixed date, so that it is the same bytes each time."""
    with zipfile.ZipFile(path) as old:
        parts = [(name, old.read(name)) for name in old.namelist()]
    with zipfile.ZipFile(path, "w") as new:
        for name, content in parts:
            new.writestr(zipfile.ZipInfo(name, _ZIP_DATE), content, zipfile.ZIP_DEFLATED)


def write_pdf(source: Path, target: Path, header: str, footer: str = "") -> None:
    """A PDF with a running head and page numbers; with a `footer`, also ruled tables and hyphens at line ends."""
    pages = 0
    for _ in range(2 if footer else 1):  # the second time, the number of pages is known

        def furniture(canvas: Canvas, document: SimpleDocTemplate, total: int = pages) -> None:
            canvas.setFont("Helvetica", 8)
            canvas.drawString(72, A4[1] - 40, header)
            if footer:
                canvas.drawString(72, 30, footer)
            canvas.drawRightString(A4[0] - 72, 30, f"Page {document.page}" + (f" of {total}" if footer else ""))

        title = blocks(source)[0][1][0]
        template = SimpleDocTemplate(str(target), pagesize=A4, title=title, invariant=1)
        template.build(_story(source, full=bool(footer)), onFirstPage=furniture, onLaterPages=furniture)
        pages = template.page


def _story(source: Path, full: bool) -> list[object]:
    styles = getSampleStyleSheet()
    body = _hyphenated(styles) if full else styles["BodyText"]
    heads = {"h1": "Title", "h2": "Heading2", "h3": "Heading3"}
    story: list[object] = []
    for kind, lines in blocks(source):
        if kind in heads:
            head = Paragraph(escape(lines[0]), styles[heads[kind]])
            head.keepWithNext = full
            story.append(head)
        elif kind in ("list", "sublist"):
            story.append(ListFlowable([Paragraph(escape(line), body) for line in lines], bulletType="bullet"))
        elif kind == "numbered":
            story.append(ListFlowable([Paragraph(escape(line), body) for line in lines]))
        elif kind == "table":
            cells = [[cell.strip() for cell in line.split("|")] for line in lines]
            story.append(_ruled_table(cells, styles) if full else Table(cells))
        else:
            story.append(Paragraph(escape(lines[0]), body))
    return story


def _hyphenated(styles: StyleSheet1) -> ParagraphStyle:
    """Body text set to both margins, as word processors often do, so that words break at line ends."""
    return ParagraphStyle(
        "Hyphenated", parent=styles["BodyText"], fontSize=11, leading=15, alignment=4,
        hyphenationLang="en_GB", hyphenationMinWordLength=6,
    )  # fmt: skip


def _ruled_table(cells: list[list[str]], styles: StyleSheet1) -> Table:
    """A table over the whole width: a narrow first column, then the rest, with the first row shaded."""
    width = A4[0] - 144
    rest = [0.66 * width / (len(cells[0]) - 1)] * (len(cells[0]) - 1)
    names, *body = [[escape(cell) for cell in row] for row in cells]
    rows = [[Paragraph(text, styles["BodyText"]) for text in row] for row in ([f"<b>{name}</b>" for name in names], *body)]
    rules = [
        ("GRID", (0, 0), (-1, -1), 0.5, grey),
        ("BACKGROUND", (0, 0), (-1, 0), whitesmoke),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
    return Table(rows, colWidths=[0.34 * width, *rest], style=rules, repeatRows=1, spaceBefore=6, spaceAfter=6)


def write_odt(target: Path) -> None:
    """A council leaflet as an OpenDocument text."""
    file = OpenDocumentText()
    file.text.addElement(H(outlinelevel=1, text="Early Help for families in Larkmere"))
    file.text.addElement(P(text="This council is fictional. Last reviewed: 3 March 2026"))
    file.text.addElement(H(outlinelevel=2, text="What is Early Help?"))
    visits = "A family worker visits you at home for up to 12 weeks."
    topics = "They help with routines, sleep, behaviour and getting to school. It is free and you choose whether to have it."
    file.text.addElement(P(text=f"{visits} {topics}"))
    file.text.addElement(H(outlinelevel=2, text="How do I get it?"))
    items = List()
    for text in (
        "Ring the Families Desk on 01632 960140",
        "Ask school, nursery or your health visitor",
        "Drop in to Eastgate Family Hub on a weekday morning",
    ):
        item = ListItem()
        item.addElement(P(text=text))
        items.addElement(item)
    file.text.addElement(items)
    file.text.addElement(P(text="We ring you within five working days."))
    file.save(str(target))


def write_larkmere() -> None:
    """The files of `larkmere/`."""
    sources = HERE / "report_sources"
    write_docx(sources / "millbrook-report.md", SETTINGS / "millbrook" / "millbrook-sen-report.docx")
    kestrel = SETTINGS / "kestrel"
    write_pdf(sources / "kestrel-report.md", kestrel / "kestrel-send-report.pdf", "Kestrel Academy: SEND information report")
    write_docx(sources / "kestrel-exams.md", kestrel / "kestrel-exam-access.docx")
    internships = SETTINGS / "larkmere-college" / "college-internships.pdf"
    write_pdf(sources / "college-internships.md", internships, "Larkmere College")
    write_odt(HERE / "larkmere" / "content" / "early-help-leaflet.odt")


def write_fernshire() -> None:
    """The files of `fernshire/`, each named like its source."""
    sources = HERE / "fernshire" / "report_sources"
    for name in ("millbrook/millbrook-sen-report", "millbrook/millbrook-pebbles", "kestrel/kestrel-exam-access"):
        write_docx(sources / f"{name.split('/')[1]}.md", FERNSHIRE / f"{name}.docx")
    for name, header, footer in (
        ("kestrel/kestrel-send-report", "Kestrel Academy: SEND information report", "Approved 14 October 2026"),
        ("fernshire-college/college-internships", "Fernshire College", "September 2026"),
    ):
        write_pdf(sources / f"{name.split('/')[1]}.md", FERNSHIRE / f"{name}.pdf", header, footer)


def main(names: list[str]) -> int:
    """Write the files of the areas named, or of all."""
    areas = {"larkmere": write_larkmere, "fernshire": write_fernshire}
    for name in names:
        if name not in areas:
            print(f"there is no sample area '{name}': give one of {', '.join(areas)}", file=sys.stderr)
            return 2
    for name in names or areas:
        areas[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
