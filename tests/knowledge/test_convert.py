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


def docx(file: Docx) -> bytes:  # type: ignore[valid-type]
    out = io.BytesIO()
    file.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def test_a_table_that_lays_out_questions_and_answers_becomes_headings_with_text() -> None:
    file = Docx()
    table = file.add_table(rows=4, cols=2)
    rows = [
        ("Question", "Our answer"),
        ("How accessible is the school?", ""),
        ("SENCO", "Ada Finch"),
        ("How are staff trained?", "Each year."),
    ]
    for cells, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(cells.cells, texts, strict=True):
            cell.text = text
    cell = table.rows[1].cells[1]
    cell.text = "We have:"
    cell.add_paragraph("a ramp", style="List Bullet")
    cell.add_paragraph("a lift", style="List Bullet")
    body = convert_bytes("report.docx", docx(file)).body
    assert "#### How accessible is the school?\n\nWe have:\n\n- a ramp\n- a lift" in body
    assert "#### How are staff trained?\n\nEach year." in body
    assert "- SENCO: Ada Finch" in body
    assert "Our answer" not in body


def test_bold_lines_are_headings_and_a_table_of_contents_is_left_out() -> None:
    file = Docx()
    file.add_paragraph().add_run("Our SEN report").bold = True
    file.add_paragraph("Who helps? ........................ 3")
    file.add_paragraph().add_run("Who helps?").bold = True
    file.add_paragraph("The SENCO helps you on Mondays and on Tuesdays.")
    body = convert_bytes("report.docx", docx(file)).body
    assert body.count("Who helps?") == 1
    assert "##### Who helps?" in body


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


def columns(places: dict[str, int], page: tuple[float, float] = A4) -> bytes:
    """A page with a column of fourteen lines at each of the places (points from the left) by its name."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=page)
    for name, left in places.items():
        canvas.setFont("Helvetica-Bold", 14)
        canvas.drawString(left, 520, f"The {name} heading")
        canvas.setFont("Helvetica", 10)
        for line in range(14):
            canvas.drawString(left, 490 - 14 * line, f"In the {name} column words stand in line {line} coun-")
    canvas.save()
    return out.getvalue()


def test_a_page_of_two_columns_is_read_one_column_after_the_other() -> None:
    body = convert_bytes("report.pdf", columns({"left": 60, "right": 320})).body
    assert body.index("left column words stand in line 13") < body.index("# The right heading") < body.index("right column")


def test_a_table_without_lines_keeps_its_rows() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    canvas.setFont("Helvetica", 10)
    canvas.drawString(60, 700, "These are the clubs that we have this term, each with the day and what a place costs.")
    for line, cells in enumerate((("Day", "Club", "Cost"), ("Monday", "Chess", "£2"), ("Friday", "Boccia", "free"))):
        for place, cell in enumerate(cells):
            canvas.drawString(60 + 120 * place, 670 - 14 * line, cell)
    canvas.save()
    assert "- Monday: Club: Chess; Cost: £2" in convert_bytes("clubs.pdf", out.getvalue()).body


def test_a_date_in_a_running_foot_counts() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    for number in (1, 2):
        canvas.setFont("Helvetica", 10)
        canvas.drawString(60, 700, f"What page {number} has to say stands in this one line of text.")
        canvas.drawString(60, 20, "Oak School  Version 2.1 (09/2025)  Review date: Autumn 2026")
        canvas.showPage()
    canvas.save()
    page = convert_bytes("report.pdf", out.getvalue())
    assert "Version" not in page.body
    assert (str(page.updated), str(page.review_by)) == ("2025-09-01", "2026-12-31")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.pdf", pdf("secret"), "password"),
        ("a.pdf", b"%PDF-1.4 broken", "damaged"),
        ("a.docx", b"not a zip", "damaged"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "a password or is of an old kind"),
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


SAVED_PAGE = """<html><head><title>Short breaks | Brookshire</title><meta name="DCTERMS.modified" content="2025-09-03T10:00"></head>
<body><div class="breadcrumbs">You are here: Home &gt; SEND</div><div id="content"><h1>Short breaks</h1>
<div class="box"><h2>On this page</h2><ul><li><a href="#a">Costs</a></li></ul></div>
<p>Short breaks give disabled children time to have fun, and give carers a rest from caring for a few hours.</p>
<h2 id="a">Costs</h2><table><caption>Prices in 2026</caption><tr><th>Club</th><th>Age</th><th>Price</th></tr>
<tr><td>Fern Club</td><td>5 to 11</td><td>&pound;12<br>(half price for a sister)</td></tr></table>
<h3><button aria-expanded="false">What happens next<span class="icon">Show</span></button></h3><div hidden><p>We write to you within ten days.</p></div>
<div class="panel-heading"><button>Who decides?</button></div><div><p>A panel meets each month and decides.</p></div>
<dl><dt>Phone</dt><dd>01632 960123</dd></dl>
<p>Write to <a href="mailto:breaks@brook.example">the team</a> or to jo dot bloggs [at] brook (dot) example.</p>
<p>Email: <script>document.write('x')</script></p>
<h2>Related pages</h2><ul><li><a href="/r">Respite</a></li></ul><h2>Share this page</h2><ul><li><a>Share on X</a></li><li><a>Copy link</a></li></ul>
<p>Facebook icon Twitter icon</p></div></body></html>"""


def test_a_page_saved_from_a_council_site_reads_as_a_person_would_read_it() -> None:
    page = convert_html("", SAVED_PAGE)
    assert str(page.updated) == "2025-09-03"
    for kept in (
        "Prices in 2026:",
        "- Fern Club: Age: 5 to 11; Price: £12 (half price for a sister)",
        "### What happens next\n",
        "#### Who decides?",
        "Phone 01632 960123",
        "the team (breaks@brook.example)",
        "jo.bloggs@brook.example",
    ):
        assert kept in page.body
    for lost in ("On this page", "Related", "Respite", "Share", "Copy link", "icon", "You are here", "Email:"):
        assert lost not in page.body


def test_tables_in_plain_text_and_markdown_keep_their_columns() -> None:
    bars = convert_text(
        "Help", "# Help\n\n| Need | Who | When |\n|---|---|---|\n| Reading | Mrs Ash | daily |\n| Maths | Mr Elm | Mondays |"
    ).body
    assert "- Reading: Who: Mrs Ash; When: daily\n- Maths: Who: Mr Elm; When: Mondays" in bars
    tabs = convert_text("Help", "What we do\n\nTransport\t<ul> • bus pass • <b>taxi</b> </ul>\nClubs\t<p>Chess club.</p>").body
    assert "- Transport: bus pass; taxi\n\n- Clubs: Chess club." in tabs


def test_debris_at_the_top_is_not_the_title() -> None:
    page = convert_bytes(
        "000_93ab.txt",
        b"Toggle menu\n\nSEND local offer\n\nAll schools have a duty to help each child.\n\nShare this page\n\nPrint",
    )
    assert page.title == "SEND local offer"
    assert not any(word in page.body for word in ("Toggle", "Share", "Print"))


def test_steps_with_numbers_are_a_list_not_headings() -> None:
    body = convert_text(
        "Help", "What to do:\n1. Talk to the teacher\n2. Meet the SENCO\n3. Agree a plan\n\nThen wait for a letter."
    ).body
    assert "#" not in body


def test_rows_with_wide_gaps_in_plain_text_stay_apart() -> None:
    text = (
        "THERAPIES\n\nSpeech therapy    Tuesday and Friday    Harriet Yeo\nPhysiotherapy     Monday                Callum Frith\n"
    )
    rows = (
        "- Speech therapy: Tuesday and Friday; Harriet Yeo\n- Physiotherapy: Monday; Callum Frith\n- Music: Friday; Ines Duarte"
    )
    assert rows in convert_text("", f"{text}Music             Friday                Ines Duarte\n").body
    steps = "You should take these steps now:\n\n1.   Speak to the teacher\n2.   Write to the head\n3.   Ask for a meeting\n"
    assert "1. Speak to the teacher\n2. Write to the head" in convert_text("", steps).body
