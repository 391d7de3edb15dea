import io
import zipfile

import pytest
from docx import Document as Docx
from odf.opendocument import OpenDocumentText
from odf.text import H, List, ListItem, P
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from knowledge.convert import convert_bytes, convert_html, convert_text
from knowledge.errors import ConversionError

CMS_PAGE = """<!doctype html><html><head><title>Short breaks | Brookshire Council</title></head><body>
<div class="cookie-banner">We use cookies. <button>Accept all cookies</button></div>
<a class="skip-link" href="#main">Skip to main content</a>
<nav><ul><li>Home</li><li>Schools</li></ul></nav>
<ol class="breadcrumb"><li>Home</li><li>Short breaks</li></ol>
<main><h1>Short breaks</h1><p>Short breaks give your child fun, and give you a rest from caring. They are for families in our area.</p>
<h2>What you can get</h2><ul><li>Saturday club</li><li>Overnight stays<ul><li>at Fern House</li></ul></li></ul>
<h2>Costs</h2><table><tr><th>Club</th><th>Ages</th><th>Price</th></tr><tr><td>Saturday club</td><td>5 to 11</td><td>£6</td></tr></table>
<h3><button aria-expanded="false">How do I apply?</button></h3><div><p>Fill in the form by 1 March.</p></div>
<div class="share-links"><a>Share on Facebook</a></div><p>Last updated: 3 June 2026</p></main>
<footer>Contact us</footer></body></html>"""


def test_a_council_page_keeps_its_content_and_loses_its_menus() -> None:
    page = convert_html("", CMS_PAGE)
    assert page.title == "Short breaks"
    assert str(page.updated) == "2026-06-03"
    for kept in (
        "## What you can get",
        "- Saturday club",
        "at Fern House",
        "Saturday club: Ages: 5 to 11; Price: £6",
        "How do I apply?",
    ):
        assert kept in page.body
    for lost in ("cookies", "Skip to", "Home", "Share", "Contact us"):
        assert lost not in page.body


def test_a_page_without_a_main_part_still_gives_its_text() -> None:
    body = "".join(f"<p>Paragraph {n} says something that families want to know about help.</p>" for n in range(6))
    page = convert_html("", f"<html><body><div class='menu'>Menu</div><h1>Help</h1><div>{body}</div></body></html>")
    assert "Paragraph 3" in page.body
    assert "Menu" not in page.body


def test_word_documents_keep_headings_lists_and_tables() -> None:
    file = Docx()
    file.add_heading("SEN report", 0)
    file.add_heading("Who helps?", 1)
    file.add_paragraph("Our SENCO is Ada Finch.")
    file.add_paragraph("Reading group", style="List Bullet")
    table = file.add_table(rows=2, cols=2)
    for cell, text in zip((c for row in table.rows for c in row.cells), ("Group", "Day", "Talk", "Monday"), strict=True):
        cell.text = text
    out = io.BytesIO()
    file.save(out)
    page = convert_bytes("report.docx", out.getvalue())
    assert page.title == "SEN report"
    assert "Who helps?" in page.body
    assert "- Reading group" in page.body
    assert "Talk: Monday" in page.body


def test_open_document_text_is_read() -> None:
    file = OpenDocumentText()
    file.text.addElement(H(outlinelevel=1, text="Getting help"))
    file.text.addElement(P(text="Ring us on Mondays for a chat about your child."))
    items = List()
    item = ListItem()
    item.addElement(P(text="Bring any letters"))
    items.addElement(item)
    file.text.addElement(items)
    out = io.BytesIO()
    file.write(out)
    page = convert_bytes("help.odt", out.getvalue())
    assert "# Getting help" in page.body
    assert "- Bring any letters" in page.body


def pdf(encrypt: str | None = None) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, encrypt=StandardEncryption(encrypt) if encrypt else None)
    for number in (1, 2, 3):
        canvas.setFont("Helvetica", 8)
        canvas.drawString(60, 820, "Oak School SEN report")
        canvas.drawString(300, 20, f"Page {number} of 3")
        canvas.setFont("Helvetica-Bold", 16)
        canvas.drawString(60, 760, f"Question {number}: what happens?")
        canvas.setFont("Helvetica", 11)
        canvas.drawString(60, 730, f"This is the answer to question number {number}, which goes on for a whole")
        canvas.drawString(60, 716, "line and then ends on the next one.")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def test_pdf_headings_are_found_and_running_lines_dropped() -> None:
    body = convert_bytes("report.pdf", pdf()).body
    assert "# Question 2: what happens?" in body
    assert "goes on for a whole line and then ends on the next one." in body
    assert "Page 2" not in body
    assert "SEN report" not in body


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.pdf", pdf("secret"), "password"),
        ("a.pdf", b"%PDF-1.4 broken", "damaged"),
        ("a.docx", b"not a zip", "damaged"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "password"),
        ("a.xls", b"x", "no reader"),
        ("a.txt", b"  \n ", "no text"),
        ("a.html", b"<html><body></body></html>", "no text"),
    ],
)
def test_bad_files_say_what_is_wrong(name: str, content: bytes, says: str) -> None:
    with pytest.raises(ConversionError, match=says):
        convert_bytes(name, content)


def test_a_zip_bomb_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 100_000_001)
    with pytest.raises(ConversionError, match="unpacks to"):
        convert_bytes("bomb.docx", out.getvalue())


def test_old_encodings_are_read() -> None:
    page = convert_bytes("a.txt", "The café costs £5 – bring “cash” on the day.".encode("cp1252"))
    assert "café costs £5" in page.body


def test_plain_text_gets_its_structure_back() -> None:
    text = "Getting help\n\nThe team can help with many things and the line is\nbroken here.\n\n• ring us\n• write to us\n\nToggle menu\n"
    body = convert_text("Help", text).body
    assert "# Getting help" in body
    assert "many things and the line is broken here." in body
    assert "- ring us\n- write to us" in body
    assert "Toggle" not in body
