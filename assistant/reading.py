"""How a question and a passage are shown to the reader, in training and in serving alike."""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST = 256
"""Word pieces of question and passage together."""
_QUESTION_WORDS = 70
_SPACE = re.compile(r"\s+")


def question_text(text: str) -> str:
    """The question as read: its last words, because a long back story has its question at the end."""
    words = text.split()
    return " ".join(words[-_QUESTION_WORDS:])


def passage_head(headings: Sequence[str]) -> str:
    """The title and the nearest heading, which say what 'it' and 'we' are."""
    return ": ".join(dict.fromkeys((headings[0], headings[-1]))) + ". " if headings else ""


def flat(text: str) -> str:
    """Text on one line, list marks gone, as the reader sees it."""
    return _SPACE.sub(" ", re.sub(r"(?m)^\s*- ", "", text)).strip()
