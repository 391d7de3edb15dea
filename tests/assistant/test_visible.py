"""What is read of a text, and what is not."""

import pytest

from assistant.visible import without_smileys


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("hi 😊", "hi"), ("thank you ❤️❤️", "thank you"), ("yes 👍🏽", "yes"), ("ok :)", "ok"), ("ok:-)", "ok"), ("thanks <3", "thanks"),
        ("no :'( he wont go", "no     he wont go"), ("see: (Kestrel)", "see: (Kestrel)"), ("at 3:30pm", "at 3:30pm"),
        ("don´t and don`t", "don´t and don`t"), ("under <30 places", "under <30 places"), ("£6 :D", "£6"),
    ],
)  # fmt: skip
def test_smileys_are_blank_and_words_stay_where_they_are(text: str, read: str) -> None:
    assert without_smileys(text).strip() == read
    assert len(without_smileys(text)) == len(text)
