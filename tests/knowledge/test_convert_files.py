"""Word processor files, PDFs and text with what their writers leave in them: pictures, comments, bad bytes."""

import io
from random import Random

import pytest
from docx import Document as Docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from odf.dc import Creator
from odf.namespaces import TEXTNS
from odf.office import Annotation
from odf.opendocument import OpenDocumentText
from odf.style import Footer, MasterPage, PageLayout, Style, TextProperties
from odf.table import CoveredTableCell, Table, TableCell, TableRow
from odf.text import ChangedRegion, Deletion, H, P, Span, TrackedChanges
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from knowledge.convert import convert_bytes, convert_text

LINE = "Ring the short breaks team on a Monday for a talk about your child."


def saved(file: object) -> bytes:
    out = io.BytesIO()
    (file.save if hasattr(file, "styles") and not hasattr(file, "text") else file.write)(out)  # type: ignore[attr-defined]
    return out.getvalue()


def word() -> Docx:  # type: ignore[valid-type]
    file = Docx()
    file.add_heading("Short breaks", 1)
    file.add_paragraph(LINE)
    return file


def test_pictures_in_a_word_document_are_left_out() -> None:
    picture = io.BytesIO()
    Image.frombytes("RGB", (40, 40), Random(1).randbytes(4800)).save(picture, "PNG")
    file = word()
    file.add_paragraph("Our hall ").add_run().add_picture(picture)
    body = convert_bytes("a.docx", saved(file)).body
    assert body.endswith(f"{LINE}\n\nOur hall")


def test_a_picture_written_into_markdown_is_left_out() -> None:
    body = convert_text("Help", f"# Help\n\n{LINE} ![map](data:image/png;base64,{'iVBOR' * 400}) Then come.").body
    assert body.endswith(f"{LINE} Then come.")


@pytest.mark.parametrize("way", ["run", "character style", "paragraph style"])
def test_hidden_words_of_a_word_document_are_left_out(way: str) -> None:
    file = word()
    paragraph = file.add_paragraph("Open on Mondays. ")
    run = paragraph.add_run("Ask Ada first.")
    if way == "run":
        run.font.hidden = True
    elif way == "character style":
        style = file.styles.add_style("Quiet", 2)
        style.font.hidden = True
        run.style = style
    else:
        style = file.styles.add_style("Quiet", 1)
        style.font.hidden = True
        file.add_paragraph("Ask Ada first.", style=style)
        run.text = ""
    shown = file.add_paragraph("Closed in ").add_run("August.")
    shown.font.hidden = False
    body = convert_bytes("a.docx", saved(file)).body
    assert "Open on Mondays." in body
    assert "Closed in August." in body
    assert "Ada" not in body


def test_a_date_in_the_foot_of_a_word_document_counts() -> None:
    file = word()
    file.sections[0].footer.paragraphs[0].text = "Oak School  Last updated: 12 May 2024"
    page = convert_bytes("a.docx", saved(file))
    assert str(page.updated) == "2024-05-12"
    assert "Oak School" not in page.body


def test_merged_cells_of_a_word_document_keep_their_columns() -> None:
    file = word()
    table = file.add_table(rows=3, cols=4)
    rows = (("Club", "Juniors", "Adults", "Phone"), ("Swimming", "Free", "", "01234 555111"), ("Chess", "£2", "£3", ""))
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    table.cell(1, 1).merge(table.cell(1, 2)).text = "Free"
    table.cell(1, 3).merge(table.cell(2, 3)).text = "01234 555111"
    body = convert_bytes("a.docx", saved(file)).body
    assert "- Swimming: Juniors: Free; Adults: Free; Phone: 01234 555111" in body
    assert "- Chess: Juniors: £2; Adults: £3; Phone: 01234 555111" in body


def test_a_merged_cell_in_a_table_without_heads_is_said_once() -> None:
    file = word()
    table = file.add_table(rows=2, cols=3)
    for place, text in enumerate(("Swimming", "", "01632 960001", "Chess", "£2", "01632 960002")):
        table.cell(place // 3, place % 3).text = text
    table.cell(0, 1).merge(table.cell(0, 2)).text = "01632 960001"
    assert "- Swimming: 01632 960001\n- Chess: £2; 01632 960002" in convert_bytes("a.docx", saved(file)).body


def test_deleted_words_of_a_word_document_are_left_out() -> None:
    file = word()
    deleted = OxmlElement("w:del")
    deleted.append(file.add_paragraph("").add_run("Ask Ada first.")._element)
    file.element.body.findall(qn("w:p"))[-1].append(deleted)
    assert "Ada" not in convert_bytes("a.docx", saved(file)).body


def open_document() -> OpenDocumentText:
    file = OpenDocumentText()
    file.text.addElement(H(outlinelevel=1, text="Short breaks"))
    file.text.addElement(P(text=LINE))
    return file


def test_comments_and_deleted_words_of_an_open_document_are_left_out() -> None:
    file = open_document()
    changes, region, deletion = (
        TrackedChanges(),
        ChangedRegion(check_grammar=False, qattributes={(TEXTNS, "id"): "c1"}),
        Deletion(),
    )
    deletion.addElement(P(text="The team is closed."))
    region.addElement(deletion)
    changes.addElement(region)
    file.text.addElement(changes)
    paragraph = P(text="Bring a letter")
    note = Annotation()
    note.addElement(Creator(text="Ada Finch"))
    note.addElement(P(text="Is this still so?"))
    paragraph.addElement(note)
    paragraph.addText(" with you.")
    file.text.addElement(paragraph)
    body = convert_bytes("a.odt", saved(file)).body
    assert body.endswith(f"{LINE}\n\nBring a letter with you.")


def test_hidden_words_of_an_open_document_are_left_out() -> None:
    file = open_document()
    style = Style(name="Quiet", family="text")
    style.addElement(TextProperties(display="none"))
    file.automaticstyles.addElement(style)
    paragraph = P(text="Open on Mondays.")
    paragraph.addElement(Span(stylename=style, text="Ask Ada first."))
    file.text.addElement(paragraph)
    assert convert_bytes("a.odt", saved(file)).body.endswith("Open on Mondays.")


def test_merged_cells_of_an_open_document_keep_their_columns() -> None:
    file = open_document()
    table = Table(name="Clubs")
    rows = (
        (("Club", {}), ("Juniors", {}), ("Adults", {}), ("Phone", {})),
        (("Swimming", {}), ("Free", {"numbercolumnsspanned": 2}), (None, {}), ("01234 555111", {"numberrowsspanned": 2})),
        (("Chess", {}), ("£2", {}), ("£3", {}), (None, {})),
    )
    for texts in rows:
        row = TableRow()
        for text, spans in texts:
            cell = TableCell(**spans) if text else CoveredTableCell()
            cell.addElement(P(text=text or ""))
            row.addElement(cell)
        table.addElement(row)
    file.text.addElement(table)
    body = convert_bytes("a.odt", saved(file)).body
    assert "- Swimming: Juniors: Free; Adults: Free; Phone: 01234 555111" in body
    assert "- Chess: Juniors: £2; Adults: £3; Phone: 01234 555111" in body


def test_a_date_in_the_foot_of_an_open_document_counts() -> None:
    file = open_document()
    layout = PageLayout(name="Page")
    file.automaticstyles.addElement(layout)
    master = MasterPage(name="Standard", pagelayoutname=layout)
    foot = Footer()
    foot.addElement(P(text="Oak School  Last updated: 12 May 2024"))
    master.addElement(foot)
    file.masterstyles.addElement(master)
    page = convert_bytes("a.odt", saved(file))
    assert str(page.updated) == "2024-05-12"
    assert "Oak School" not in page.body


@pytest.mark.parametrize(
    "title",
    [
        "PowerPoint Presentation",
        "Microsoft Word - x.doc",
        "Untitled",
        "Document1",
        "report.pptx",
        "Slide 1",
        "untitled document",
        "about:blank",
    ],
)
def test_a_title_that_a_program_gave_a_pdf_is_not_cited(title: str) -> None:
    assert convert_bytes("a.pdf", printed(title)).title == "Short breaks"


def test_a_title_that_a_person_gave_a_pdf_is_cited() -> None:
    assert convert_bytes("a.pdf", printed("Breaks for carers")).title == "Breaks for carers"


def printed(title: str) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.setTitle(title)
    canvas.setFont("Helvetica-Bold", 18)
    canvas.drawString(60, 700, "Short breaks")
    canvas.setFont("Helvetica", 11)
    for line in range(5):
        canvas.drawString(60, 670 - 14 * line, f"{LINE} {line}")
    canvas.save()
    return out.getvalue()


def test_one_byte_of_another_encoding_spoils_nothing_else() -> None:
    text = "The café costs £5 – ask José. It’s open. "
    content = text.encode("utf-8") + "Soup is £3.".encode("cp1252") + text.encode("utf-8")
    assert convert_bytes("a.txt", content).body == f"{text}Soup is £3.{text}".strip()


def test_text_of_two_bytes_a_letter_is_read() -> None:
    assert convert_bytes("a.txt", f"The café costs £5. {LINE}".encode("utf-16")).body == f"The café costs £5. {LINE}"


def test_underlines_within_an_address_stay() -> None:
    body = convert_text("Help", f"{LINE}\n\nWrite to send__team@x.example, which is __always__ read.\n\nName: ______ signed").body
    assert "Write to send__team@x.example, which is always read." in body
    assert "___" not in body
