"""Pages of PDF files as councils and schools lay them out."""

from __future__ import annotations

import io

import pytest
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from knowledge.convert import convert_bytes
from tests.knowledge.test_convert import columns


def test_a_leaflet_of_three_columns_is_read_one_column_after_the_other() -> None:
    leaflet = columns({"first": 30, "second": 300, "third": 570}, landscape(A4))
    body = convert_bytes("leaflet.pdf", leaflet).body
    marks = [f"{part}{name}" for name in ("first", "second", "third") for part in ("# The ", "In the ")]
    assert sorted(marks, key=body.index) == marks
    assert "- " not in body


def test_bullets_that_are_drawn_are_a_list() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    canvas.setFont("Helvetica", 10)
    canvas.drawString(60, 700, "These are the kinds of help that we can give to your family this year:")
    for line, words in enumerate(("a bus pass for the nearest bus to the gate of the school", "mileage", "A taxi")):
        canvas.circle(66, 683 - 14 * line, 1.9, stroke=0, fill=1)
        canvas.drawString(80, 680 - 14 * line, words)
    canvas.save()
    body = convert_bytes("help.pdf", out.getvalue()).body
    assert body.endswith("this year:\n\n- a bus pass for the nearest bus to the gate of the school\n- mileage\n- A taxi")


def ruled(canvas: Canvas, top: float, rows: list[tuple[str, ...]], head: float = 20) -> None:
    """A table whose first row is `head` points high; words of that row stand on their side if it is higher than 20."""
    edges = [60 + 110 * place for place in range(len(rows[0]) + 1)]
    lines = [top, *(top - head - 20 * line for line in range(len(rows)))]
    for x in edges:
        canvas.line(x, top, x, lines[-1])
    for y in lines:
        canvas.line(edges[0], y, edges[-1], y)
    for line, row in enumerate(rows):
        for place, cell in enumerate(row):
            canvas.saveState()
            canvas.translate(edges[place] + (30 if head > 20 else 5), lines[line + 1] + 6)
            canvas.rotate(90 if head > 20 and line == 0 else 0)
            canvas.drawString(0, 0, cell)
            canvas.restoreState()


def test_a_table_at_the_top_of_each_page_is_no_running_line() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    for year, cost in ((2025, "£4.25"), (2026, "£4.75")):
        ruled(canvas, 770, [(f"From {year}", "Cost"), ("Breakfast club", cost), ("Holiday club", "£20")])
        canvas.drawString(60, 500, f"This is what our clubs cost in the year {year}, for each child.")
        canvas.showPage()
    canvas.save()
    body = convert_bytes("fees.pdf", out.getvalue()).body
    assert ("Breakfast club: £4.25" in body, "Breakfast club: £4.75" in body) == (True, True)


@pytest.mark.parametrize("turn", [90, 45, -90])
def test_words_across_a_page_or_up_its_side_are_left_out(turn: int) -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    canvas.saveState()
    canvas.translate(40, 400)
    canvas.rotate(turn)
    canvas.setFont("Helvetica", 40)
    canvas.drawString(0, 0, "DRAFT")
    canvas.restoreState()
    canvas.setFont("Helvetica", 10)
    for line in range(4):
        canvas.drawString(90, 700 - 14 * line, f"Line {line} says in plain words what this page is about.")
    canvas.save()
    page = convert_bytes("a-plan.pdf", out.getvalue())
    assert page.title == "A plan"
    assert page.body.startswith("Line 0 says in plain words")
    assert page.body.endswith("this page is about.")


def test_heads_that_stand_on_their_side_are_read_upwards() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    canvas.drawString(60, 780, "Who gets which help in our school this year, by year group:")
    ruled(canvas, 740, [("Help", "Reading group", "Lego club"), ("Year 1", "Yes", "No"), ("Year 2", "No", "Yes")], head=90)
    canvas.save()
    assert "- Year 1: Reading group: Yes; Lego club: No" in convert_bytes("help.pdf", out.getvalue()).body
