"""Words as the lexical index counts them: lower case, stemmed, without the commonest ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import Stemmer

_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_COMMON = frozenset(
    """a about am an and any are as at be been but by can could did do does doing dont for from get
    got had has have having he her here him his how i if im in into is it its ive just me my no not of
    on or our out she should so some than that the their them then there theyre they this those to too
    up us very was we were what when where which who why will with would you your""".split()
)


@cache
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english")


def words(text: str) -> list[str]:
    """Every word of `text`, lower case, in order."""
    return _WORD.findall(text.lower().replace("’", "'"))


def content_words(text: str) -> list[str]:
    """The stems of the words that carry meaning, in order, repeats kept."""
    kept = [word.split("'")[0] for word in words(text)]
    return stems([word for word in kept if word not in _COMMON and len(word) > 1])


def stems(tokens: Sequence[str]) -> list[str]:
    """The English stem (Porter 2) of each word."""
    return list(_stemmer().stemWords(list(tokens)))
