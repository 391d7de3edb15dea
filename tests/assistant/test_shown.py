"""What was shown, as a slot keeps it."""

from __future__ import annotations

import re

from assistant.shown import document_of, is_again, marks_of, numbers_told
from assistant.types import Citation, Kind, Reply
from tests.assistant.helpers import reading

PHONE = re.compile(r"\d{5} \d{6}")
REPLY = Reply(
    Kind.ANSWER, "Clubs cost £4.", citations=(Citation("clubs", "Clubs", "", "Brookshire Council", None, heading="Cost"),)
)


def test_the_parts_of_a_reply_and_its_words_are_kept_not_the_words_themselves() -> None:
    marks = marks_of(REPLY)
    assert marks is not None
    assert marks[0] == "clubs#Cost"
    assert [document_of(each) for each in marks] == ["clubs", ""]
    assert "£4" not in " ".join(marks)
    assert marks_of(Reply(Kind.SMALLTALK, "Hello.")) is None


def test_only_the_same_words_are_the_same_again() -> None:
    marks = marks_of(REPLY) or []
    assert is_again(REPLY, marks)
    assert not is_again(Reply(Kind.ANSWER, "Clubs are on Mondays.", citations=REPLY.citations), marks)
    assert not is_again(REPLY, [])


def test_a_number_for_something_else_is_not_quoted() -> None:
    page = reading("Physio is on Mondays. Ask the transport desk about lost property: 01632 960001.")
    assert not list(numbers_told([page], [PHONE], "what days is physio"))
    assert [said for said, _ in numbers_told([page], [PHONE], "how do we get transport")] == [
        "Ask the transport desk about lost property: 01632 960001."
    ]
    under = reading("Ring 01632 960001.", headings=("School", "Physio"))
    assert [said for said, _ in numbers_told([under], [PHONE], "what days is physio")] == ["Ring 01632 960001."]
