"""Pages as real systems build them: nothing that a family needs may be taken for a menu."""

import pytest

from knowledge.convert import convert_html

LONG = "The short breaks team plans time away from home with you, and pays for it when your child is disabled. "
ANSWER = "You ring the team on a Monday, and they send you a form within a week."


def page(body: str, head: str = "<title>Short breaks</title>") -> str:
    return f"<html><head>{head}</head><body>{body}</body></html>"


def test_a_page_that_stands_whole_in_a_form_is_read() -> None:
    body = f"<form id='aspnetForm'><div id='s4-workspace'><h2>Short breaks</h2><p>{LONG}</p><p>{ANSWER}</p></div></form>"
    assert ANSWER in convert_html("", page(body)).body
    long = f"<form id='aspnetForm'><div>{''.join(f'<p>{LONG}{n}</p>' for n in range(5))}</div></form>"
    assert f"{LONG}4" in convert_html("", page(long)).body


def test_a_form_to_fill_in_is_left_out() -> None:
    form = "<form><h2>Was this useful?</h2><p>Tell us more</p><label>Your name</label><input><button>Send</button></form>"
    body = convert_html("", page(f"<main><h1>Short breaks</h1><p>{LONG}</p>{form}</main>")).body
    assert "Your name" not in body
    assert "Tell us more" not in body


def test_blocks_of_a_page_builder_are_content() -> None:
    def block(inside: str, kind: str) -> str:
        return f"<div class='elementor-element elementor-widget elementor-widget-{kind}'><div class='elementor-widget-container'>{inside}</div></div>"

    share = block("<a>Share on Facebook</a>", "share-buttons")
    menu = block("<a href='/a'>News</a> <a href='/b'>Events</a>", "nav-menu")
    blocks = (
        block("<h2>Who can come</h2>", "heading")
        + block(f"<p>{LONG}</p>", "text-editor")
        + block(f"<p>{ANSWER}</p>", "text-editor")
    )
    blocks += "".join(block(f"<p>Club {n} meets each week in the hall by the park.</p>", "text-editor") for n in range(4))
    body = convert_html("", page(f"{menu}<h1>Short breaks</h1>{blocks}{share}")).body
    assert "## Who can come" in body
    assert LONG.strip() in body
    assert ANSWER in body
    assert "Facebook" not in body
    assert "Events" not in body


def test_blocks_of_site_origin_are_content_and_side_widgets_are_not() -> None:
    recent = "<div class='widget widget_recent_entries'><h3>Recent posts</h3><ul><li><a href='/x'>Sports day</a></li></ul></div>"
    body = f"<h1>Short breaks</h1><div class='so-panel widget widget_sow-editor'><p>{LONG}</p></div><div class='text-widget'><p>{ANSWER}</p></div>{recent}"
    text = convert_html("", page(body)).body
    assert LONG.strip() in text
    assert ANSWER in text
    assert "Sports day" not in text


@pytest.mark.parametrize(
    "name", ["social", "print", "layout has-sidebar", "text-widget", "page-with-sidebar", "adult-social-care", "no-print"]
)
def test_a_block_that_holds_much_of_the_page_is_content_whatever_its_class(name: str) -> None:
    body = f"<h1>Short breaks</h1><p>{ANSWER}</p><div class='{name}'><h2>Money</h2><p>{LONG}</p><p>{LONG}</p><p>{LONG}</p></div>"
    assert f"## Money\n\n{LONG.strip()}" in convert_html("", page(body)).body


@pytest.mark.parametrize("name", ["social-care", "has-sidebar", "text-widget"])
def test_a_small_block_is_content_if_its_class_says_something_else(name: str) -> None:
    body = f"<main><h1>Short breaks</h1><div class='{name}'><p>{ANSWER}</p></div><p>{LONG * 10}</p></main>"
    assert ANSWER in convert_html("", page(body)).body


@pytest.mark.parametrize("name", ["cookie-bar", "share-links", "page-feedback", "sidebar", "site-footer", "social"])
def test_small_blocks_that_are_no_content_stay_out(name: str) -> None:
    block = f"<div class='{name}'><p>Tell us what you think of our pages.</p><a href='/f'>Facebook</a></div>"
    body = convert_html("", page(f"<h1>Short breaks</h1><p>{LONG * 4}</p>{block}")).body
    assert "what you think" not in body


def test_closed_panels_of_an_accordion_are_read() -> None:
    panel = f"<h3><button aria-expanded='false'>How do I apply?</button></h3><div class='panel' aria-hidden='true'><p>{ANSWER}</p></div>"
    body = convert_html(
        "", page(f"<main><h1>Short breaks</h1><p>{LONG}</p>{panel}<p>Ring us<span aria-hidden='true'> ★</span> today.</p></main>")
    ).body
    assert f"### How do I apply?\n\n{ANSWER}" in body
    assert "★" not in body


def test_a_question_in_a_panel_is_a_heading_whatever_stands_around_it() -> None:
    panel = f"<div class='elementor-widget menu-x'><h1>Short breaks</h1><button aria-controls='p'>Who pays?</button><div id='p'><p>{ANSWER}</p></div></div>"
    clubs = "".join(f"<p>Club {n} meets each week in the hall by the park.</p>" for n in range(4))
    assert f"#### Who pays?\n\n{ANSWER}" in convert_html("", page(f"{panel}<p>{LONG}</p>{clubs}")).body


def test_the_header_of_a_section_is_its_heading() -> None:
    section = f"<section><header><h2>Who can come</h2></header><p>{ANSWER}</p></section>"
    body = convert_html(
        "", page(f"<header><p>Brookshire Council: the official site</p></header><main><p>{LONG}</p>{section}</main>")
    ).body
    assert f"## Who can come\n\n{ANSWER}" in body
    assert "official site" not in body


def test_all_articles_of_a_page_are_read() -> None:
    articles = "".join(f"<article><h2>Club {n}</h2><p>{ANSWER} {n}</p></article>" for n in range(3))
    teaser = "<article><h3><a href='/n'>The mayor opens a new library in the town</a></h3></article>"
    body = convert_html(
        "", page(f"<div>{articles}<article><p>{LONG}</p><article><p>Inside.</p></article></article>{teaser}</div>")
    ).body
    assert all(f"## Club {n}\n\n{ANSWER} {n}" in body for n in range(3))
    assert body.count("Inside.") == 1
    assert "mayor" not in body


@pytest.mark.parametrize("number", ["999", "111", "101", "112", "119", "105"])
def test_an_emergency_number_on_a_line_of_its_own_stays(number: str) -> None:
    body = convert_html("", page(f"<main><h1>Help</h1><p>{LONG}</p><h2>In an emergency, call</h2><p>{number}</p></main>")).body
    assert f"call\n\n{number}" in body


@pytest.mark.parametrize(
    "body",
    [
        "<main><h1>Help</h1><p>{long}</p></main><footer><div>Page last updated: <time>12 May 2024</time></div><div>Contact us</div></footer>",
        "<article><header><p>Last updated: 12 May 2024</p></header><h1>Help</h1><p>{long}</p></article>",
    ],
)
def test_a_date_in_the_head_or_foot_of_a_page_counts(body: str) -> None:
    read = convert_html("", page(body.format(long=LONG)))
    assert str(read.updated) == "2024-05-12"
    assert "Contact us" not in read.body
    assert "2024" not in read.body


def test_a_date_that_the_page_itself_states_counts_before_that_of_a_foot() -> None:
    body = (
        f"<main><h1>Help</h1><p>{LONG}</p><p>Last updated: 3 June 2023</p></main><footer><p>Site updated 1 July 2026</p></footer>"
    )
    assert str(convert_html("", page(body)).updated) == "2023-06-03"


def table(*rows: str) -> str:
    text = "".join(f"<tr>{row}</tr>" for row in rows)
    return convert_html("", page(f"<main><h1>Clubs</h1><p>{LONG}</p><table>{text}</table></main>")).body


HEAD = "<th>Club</th><th>Ages 5-11</th><th>Ages 12-18</th><th>Phone</th>"


def test_a_cell_over_two_columns_stands_under_both() -> None:
    body = table(HEAD, "<td>Swimming</td><td colspan=2>Free</td><td>01234 555111</td>")
    assert "- Swimming: Ages 5-11: Free; Ages 12-18: Free; Phone: 01234 555111" in body


def test_a_cell_over_two_rows_stands_in_both() -> None:
    body = table(
        "<th>Club</th><th>Day</th><th>Cost</th>",
        "<td rowspan=2>Swimming</td><td>Monday</td><td>£5</td>",
        "<td>Tuesday</td><td>£6</td>",
    )
    assert "- Swimming: Day: Monday; Cost: £5\n- Swimming: Day: Tuesday; Cost: £6" in body


@pytest.mark.parametrize("tag", ["th", "td"])
def test_a_head_of_two_rows_names_each_column_by_both(tag: str) -> None:
    body = table(
        f"<{tag} rowspan=2>Club</{tag}><{tag} colspan=2>Cost</{tag}>",
        f"<{tag}>Child</{tag}><{tag}>Adult</{tag}>",
        "<td>Swimming</td><td>£2</td><td>£4</td>",
    )
    assert "- Swimming: Cost, Child: £2; Cost, Adult: £4" in body


def test_a_row_over_the_whole_table_is_said_once() -> None:
    body = table(
        "<th colspan=3>Clubs in 2026</th>",
        "<th>Club</th><th>Day</th><th>Cost</th>",
        "<td>Swimming</td><td>Monday</td><td>£5</td>",
    )
    assert "Clubs in 2026:\n\n- Swimming: Day: Monday; Cost: £5" in body
    body = table(HEAD, "<td colspan=4>Bookings by phone</td>", "<td>Swimming</td><td>Free</td><td>Free</td><td>01234 555111</td>")
    assert "- Bookings by phone\n- Swimming: Ages 5-11: Free" in body


def test_merged_cells_in_a_table_that_lays_out_text_are_said_once() -> None:
    words = LONG * 4
    body = table(f"<td rowspan=2>Who helps?</td><td>{words}</td>", f"<td>{ANSWER}</td>", f"<td colspan=2>{LONG}</td>")
    assert body.count("Who helps?") == 1
    assert f"{words.strip()}\n\n{ANSWER}" in body


def test_spans_that_are_no_numbers_or_huge_do_no_harm() -> None:
    body = table(
        "<td colspan=x>Club</td><td>Day</td>",
        "<td colspan=99999 rowspan=99999>Closed all summer</td>",
        "<td>Swimming</td><td>Monday</td>",
    )
    assert body.count("Closed all summer") <= 2
    assert "Monday" in body


def test_a_panel_opened_by_a_block_with_the_role_of_a_button_has_its_heading() -> None:
    panel = (
        '<div class="elementor-tab-title" role="button" aria-controls="a" aria-expanded="false"><a>What should my child bring?</a>'
        '</div><div id="a" class="elementor-tab-content"><p>A packed lunch, a coat and a bottle of water.</p></div>'
    )
    body = convert_html("", f"<main><h1>Moving up</h1><p>{'These are words of the page. ' * 5}</p>{panel}</main>").body
    assert "#### What should my child bring?\n\nA packed lunch" in body
    link = '<div role="button">Apply for a place</div>'
    assert (
        "# Apply"
        not in convert_html("", f"<main><h1>Moving up</h1><p>{'These are words of the page. ' * 5}</p>{link}</main>").body
    )
