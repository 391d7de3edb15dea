"""Slips in an area pack's files that would be lost without a word, or that a family would meet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from knowledge.types import Skipped

_LOST_ZERO = re.compile(r"[1-9]\d{8,9}")  # a spreadsheet takes the first 0 of a number away
_ROUNDED = re.compile(r"[\d.,]+E\+?\d+", re.IGNORECASE)  # and writes a long one as 1.63E+09
_FEWEST_DIGITS = 3
_ALIKE = 0.8  # difflib's ratio of two names of which one is misspelt
_REACHES = ("phone", "email")


def unknown_names(names: Iterable[object], known: Sequence[str]) -> str:
    """What to say of names that nothing reads; "" if there are none."""
    odd = [f"'{name}'" for name in names if name and name not in known]
    return f"{', '.join(odd)[:200]} is not known, and not used: mend the name (known: {', '.join(known)})" if odd else ""


def misnamed(columns: Sequence[str], known: Sequence[str]) -> tuple[str, str] | None:
    """A column that nothing reads, and the one of `known` that it is meant for, which would be empty in every row."""
    odd = [name for name in columns if name not in known]
    for wanted in [name for name in known if name not in columns]:
        part = wanted.removeprefix("contact_")
        close = get_close_matches(wanted, odd, 1, _ALIKE) or [name for name in odd if part in _REACHES and part in name]
        if close:
            return close[0], wanted
    return None


def usable(field: str, value: str, where: str, problems: list[Skipped]) -> str:
    """The value of a contact's field; "" for a phone number or an e-mail address that can't be one."""
    if not value or not field.endswith(("phone", "email")):
        return value
    if field.endswith("phone") and _LOST_ZERO.fullmatch(value):
        why = f"{field} '{value}' has lost its first 0, as spreadsheets do: taken as '0{value}'; mend it"
        problems.append(Skipped(where, why))
        return f"0{value}"
    if field.endswith("email"):
        good, what = "@" in value, "an e-mail address"
    else:
        good, what = may_be_phone(value), "a phone number"
    if not good:
        problems.append(Skipped(where, f"{field} '{value[:80]}' is not {what}, and not used: mend it, or leave it empty"))
    return value if good else ""


def may_be_phone(text: str) -> bool:
    """False for what can't be a phone number: too few digits, or one that a spreadsheet has rounded."""
    return sum(map(str.isdigit, text)) >= _FEWEST_DIGITS and not _ROUNDED.fullmatch(text)
