"""Writes the sample area's Word and PDF reports, and one OpenDocument file, from their Markdown sources.

    python samples/make_reports.py

Word files come from python-docx, PDF files from reportlab, the ODT file from odfpy (extra `samples`).
"""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

from docx import Document
from odf.opendocument import OpenDocumentText
from odf.text import H, List, ListItem, P
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import ListFlowable, Paragraph, SimpleDocTemplate, Table

HERE = Path(__file__).resolve().parent
SETTINGS = HERE / "larkmere" / "settings"


def blocks(name: str) -> list[tuple[str, list[str]]]:
    """(kind, lines) of a Markdown source: h1, h2, list, table or text."""
    found: list[tuple[str, list[str]]] = []
    for line in (HERE / "report_sources" / name).read_text(encoding="utf-8").splitlines():
        kind, text = _kind(line)
        if not text:
            continue
        if found and found[-1][0] == kind and kind in ("list", "table"):
            found[-1][1].append(text)
        else:
            found.append((kind, [text]))
    return found


def _kind(line: str) -> tuple[str, str]:
    for start, kind in (("## ", "h2"), ("# ", "h1"), ("- ", "list"), ("| ", "table")):
        if line.startswith(start):
            rule = kind == "table" and set(line) <= set("|- ")
            return kind, "" if rule else line.strip("| ") if kind == "table" else line[len(start) :]
    return "text", line.strip()


def write_docx(name: str, target: Path) -> None:
    """A Word file with heading styles, lists and a table."""
    document = Document()
    for kind, lines in blocks(name):
        if kind in ("h1", "h2"):
            document.add_heading(lines[0], 0 if kind == "h1" else 1)
        elif kind == "list":
            for line in lines:
                document.add_paragraph(line, style="List Bullet")
        elif kind == "table":
            rows = [[cell.strip() for cell in line.split("|")] for line in lines]
            table = document.add_table(rows=len(rows), cols=len(rows[0]))
            for row, cells in zip(table.rows, rows, strict=True):
                for cell, text in zip(row.cells, cells, strict=True):
                    cell.text = text
        else:
            document.add_paragraph(lines[0])
    document.save(str(target))


def write_pdf(name: str, target: Path, header: str) -> None:
    """A PDF with a running head and page numbers."""
    styles = getSampleStyleSheet()
    story: list[object] = []
    for kind, lines in blocks(name):
        if kind in ("h1", "h2"):
            story.append(Paragraph(escape(lines[0]), styles["Title" if kind == "h1" else "Heading2"]))
        elif kind == "list":
            story.append(ListFlowable([Paragraph(escape(line), styles["BodyText"]) for line in lines], bulletType="bullet"))
        elif kind == "table":
            story.append(Table([[cell.strip() for cell in line.split("|")] for line in lines]))
        else:
            story.append(Paragraph(escape(lines[0]), styles["BodyText"]))

    def furniture(canvas: Canvas, document: SimpleDocTemplate) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(72, A4[1] - 40, header)
        canvas.drawRightString(A4[0] - 72, 30, f"Page {document.page}")

    template = SimpleDocTemplate(str(target), pagesize=A4, title=blocks(name)[0][1][0], invariant=1)
    template.build(story, onFirstPage=furniture, onLaterPages=furniture)


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


def main() -> None:
    """Write every file."""
    write_docx("millbrook-report.md", SETTINGS / "millbrook" / "millbrook-sen-report.docx")
    write_pdf("kestrel-report.md", SETTINGS / "kestrel" / "kestrel-send-report.pdf", "Kestrel Academy: SEND information report")
    write_docx("kestrel-exams.md", SETTINGS / "kestrel" / "kestrel-exam-access.docx")
    write_pdf("college-internships.md", SETTINGS / "larkmere-college" / "college-internships.pdf", "Larkmere College")
    write_odt(HERE / "larkmere" / "content" / "early-help-leaflet.odt")


if __name__ == "__main__":
    main()
