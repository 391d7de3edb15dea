from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.sentences import sentences
from knowledge.split import Piece, split

BODY = """Opening words that stand before any heading at all.

# Travel
## Under 16
Travel is free. Ask us by 1 May.

## After 16
You can get:
- a bus pass
- a travel trainer

You pay £300 a year."""


def test_passages_follow_the_headings() -> None:
    assert split("Getting about", BODY) == [
        Piece(("Getting about",), "Opening words that stand before any heading at all."),
        Piece(("Getting about", "Travel", "Under 16"), "Travel is free. Ask us by 1 May."),
        Piece(("Getting about", "Travel", "After 16"), "You can get:\n- a bus pass\n- a travel trainer\n\nYou pay £300 a year."),
    ]


def test_long_text_is_cut_between_sentences() -> None:
    body = " ".join(f"Sentence number {n} has seven words here." for n in range(60))
    pieces = split("Long", body)
    assert len(pieces) > 3
    assert all(len(piece.text.split()) <= 100 for piece in pieces)
    assert " ".join(piece.text for piece in pieces) == body


@settings(deadline=None)
@given(st.text(alphabet="ab .#-\n£1", max_size=400))
def test_no_word_is_lost(body: str) -> None:
    whole = " ".join(
        piece.text + " " + " ".join(piece.headings) for piece in split("T", body + "\n\nenough words to be a passage of text")
    )
    assert "enough words to be a passage of text" in " ".join(whole.split())


def test_sentences_know_short_forms_and_lists() -> None:
    text = "Ring Mrs. Finch at 9.30am. She is in, e.g. on Monday. Is that all? Yes.\n- one\n- two"
    assert sentences(text) == [
        "Ring Mrs. Finch at 9.30am.",
        "She is in, e.g. on Monday.",
        "Is that all?",
        "Yes.",
        "- one",
        "- two",
    ]


def test_an_empty_heading_never_becomes_the_parent_of_one_that_is_wider() -> None:
    pieces = split(
        "Policy", "# Travel\n\n## Costs\n\nTravel is free for all.\n\n## Notes\n\n# Contact\n\nRing us on any weekday."
    )
    assert [piece.headings for piece in pieces] == [("Policy", "Travel", "Costs"), ("Policy", "Contact")]


def test_a_list_keeps_its_opening_line_in_every_part() -> None:
    items = [f"{n}. step number {n} says in a dozen words what has to be done by you" for n in range(1, 16)]
    pieces = split("Plan", "We ask people to help. They will need to:\n\n" + "\n".join(items))
    assert len(pieces) > 1
    assert all("They will need to:\n" in piece.text for piece in pieces)
    assert "We ask people to help." not in pieces[1].text


def test_an_opening_line_is_never_the_last_of_a_passage() -> None:
    body = (
        " ".join(["This is a sentence of seven words."] * 13)
        + "\n\nYou can also:\n\n"
        + " ".join(["Ring us on any day at all."] * 8)
    )
    assert not any(piece.text.endswith("You can also:") for piece in split("T", body))


def test_a_number_belongs_to_what_it_opens() -> None:
    assert sentences("It is here. 6. Let the council know.") == ["It is here.", "6. Let the council know."]


def test_a_short_answer_under_its_own_question_is_kept() -> None:
    assert split("Is there a class?", "# Is there a class?\n\nYes, on Tuesdays.") == [
        Piece(("Is there a class?",), "Yes, on Tuesdays.")
    ]
