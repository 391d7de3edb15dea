"""Only what a button can send is a payload."""

import pytest

from actions.runner.payloads import as_words, parse_payload


def test_a_button_is_understood() -> None:
    parsed = parse_payload('/choose_setting{"setting": "kestrel"}')
    assert parsed is not None
    assert parsed["intent"]["name"] == "choose_setting"
    assert parsed["entities"][0]["value"] == "kestrel"


@pytest.mark.parametrize(
    "text",
    ["/disclosure", "/faq", "/action_answer", "/choose_setting{", '/choose_setting{"setting": [1]', "/restart", "choose_setting", "//x", "/" * 50],
)  # fmt: skip
def test_anything_else_is_words(text: str) -> None:
    assert parse_payload(text) is None
    assert not as_words(text).startswith("/")


def test_only_known_entities_pass() -> None:
    parsed = parse_payload('/choose_setting{"setting": "kestrel", "area": "elsewhere", "x": 1}')
    assert parsed is not None
    assert [each["entity"] for each in parsed["entities"]] == ["setting"]


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ('/choose_setting{"setting": "kestrel", "area": "elsewhere"}', '/choose_setting{"setting": "kestrel"}'),
        ('/choose_setting{"setting": ["kestrel"]}', "/choose_setting"),
        (" /ask_person ", "/ask_person"),
    ],
)
def test_a_rasa_server_gets_what_a_button_could_have_sent(text: str, sent: str) -> None:
    assert as_words(text) == sent
