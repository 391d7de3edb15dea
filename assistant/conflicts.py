"""Finds sentences of a page that contradict a statutory card: the law wins, and staff see the page.

A card's `check` names what a sentence must be about, and the number that the law gives. Only numbers are
compared: they are what pages get wrong, and what can be compared without guessing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.data_files import read_yaml
from assistant.errors import DataError
from knowledge.sentences import sentences


@dataclass(frozen=True)
class CardCheck:
    """What a card says, and how to see that a page says otherwise."""

    card: str
    title: str
    text: str
    url: str
    owner: str
    about: re.Pattern[str]
    number: re.Pattern[str]
    right: frozenset[str]


@dataclass(frozen=True)
class Conflict:
    """A sentence that does not agree with a card."""

    check: CardCheck
    sentence: str


def load_checks(path: Path) -> tuple[CardCheck, ...]:
    """The checks of all cards that have one. Raises DataError naming the card whose check is wrong."""
    found = []
    for row in read_yaml(path)["cards"]:
        if "check" not in row:
            continue
        try:
            check = row["check"]
            about, number = (re.compile(check[key], re.IGNORECASE) for key in ("about", "number"))
        except (KeyError, re.error) as error:
            raise DataError(f"{path}: the check of card '{row['id']}' is wrong ({error}): mend it") from error
        right = frozenset(str(each).lower() for each in check["is"])
        found.append(CardCheck(row["id"], row["title"], row["text"], row["source"], row["owner"], about, number, right))
    return tuple(found)


def find_conflict(text: str, checks: Sequence[CardCheck]) -> Conflict | None:
    """The first sentence of `text` that contradicts a card, if there is one."""
    for sentence in sentences(text):
        for check in checks:
            if not check.about.search(sentence):
                continue
            numbers = {next(group for group in match.groups() if group).lower() for match in check.number.finditer(sentence)}
            if numbers and not numbers & check.right:
                return Conflict(check, sentence)
    return None
