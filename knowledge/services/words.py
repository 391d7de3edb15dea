"""Reads single values of a directory, and says ages, prices and phone numbers in words.

A value may be anything that JSON or a spreadsheet holds: what can't be read is "" or None, never an error.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import phonenumbers

from knowledge.convert.plain import plain_to_markdown
from knowledge.convert.tidy import looks_like_markdown, tidy
from knowledge.dates import parse_date
from knowledge.documents import storable
from knowledge.emails import decode_in_html, decode_in_text
from knowledge.slips import may_be_phone

_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,2000}>|<!--")
_MARK = re.compile(r"(?m)^[ \t]*(?:[-*>] |#{1,6} )")
_NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,4})?")
_ONE_NUMBER = re.compile(r"[+()\d\s./-]{3,}(?:(?:ext|x|extension)\.? ?\d{1,6})?", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@,;<>()]{1,64}@[^\s@,;<>()]{1,190}\.[^\s@,;<>().]{2,}")
_ADDRESS = re.compile(r"https?://[^\s<>\"']{3,1000}")
_NO_LIMIT = 99  # years; directories write 99, 100 or 120 where there is no upper age
_YES, _NO = ("yes", "y", "true", "1", "t"), ("no", "n", "false", "0", "f")
_SIGNS = {"": "£", "GBP": "£", "£": "£", "EUR": "€", "USD": "$"}


def line(value: Any) -> str:
    """`value` as one line of plain text: of a number its digits, of HTML its words; "" for what is no text."""
    if isinstance(value, str):
        text = decode_in_text(_unescaped(value))
        text = _from_html(text) if _TAG.search(text) else text
        return " ".join(_MARK.sub("", tidy(text) or text).split())  # alone, "6" and "Home" are no debris
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return ""
    return str(int(value)) if value == int(value) else str(value)


def rich(value: Any) -> str:
    """`value` as Markdown, whether it is HTML, Markdown or plain text."""
    if not isinstance(value, str):
        return line(value)
    text = _unescaped(value)
    if _TAG.search(text):
        return tidy(_from_html(text))
    return tidy(text if looks_like_markdown(text) else plain_to_markdown(text))


def _unescaped(text: str) -> str:
    """Text in which no database chokes; HTML that was escaped as a whole is HTML again."""
    text = storable(text)
    return text if _TAG.search(text) or "&" not in text else html.unescape(text)


def _from_html(text: str) -> str:
    from knowledge.convert.html import fragment_to_markdown

    return fragment_to_markdown(decode_in_html(text))


def parts(value: Any, separators: str = r"[\n\r;]+") -> tuple[str, ...]:
    """The items of a text that holds a list."""
    found = re.split(separators, value) if isinstance(value, str) else [value]
    return tuple(dict.fromkeys(each for item in found if (each := line(item))))


def yes(value: Any) -> bool | None:
    """True or False for the words and signs that mean it, None for any other."""
    if isinstance(value, bool):
        return value
    text = line(value).lower()
    return True if text in _YES else False if text in _NO else None


def day(value: Any) -> date | None:
    """The date of a text such as "2026-09-02T10:30:45Z" or "2 September 2026"."""
    return parse_date(value[:100]) if isinstance(value, str) else None


def checked_on(assured: date | None, modified: date | None, today: date) -> date | None:
    """The day on which a person vouched for a service; if none is named, the day of its last change.

    A later change does not count as a check: a directory that is moved or edited as a whole changes every entry.
    """
    past = [each for each in (assured, modified) if each and each <= today]
    return past[0] if past else None


def number(value: Any) -> float | None:
    """An age or an interval."""
    text = line(value)
    return float(text) if _NUMBER.fullmatch(text) else None


def ages(low: Any, high: Any) -> str:
    """Two ages in years as a sentence ("Ages 5 to 11."); "" if they say nothing or make no sense."""
    least, most = number(low), number(high)
    most = None if most is not None and most >= _NO_LIMIT else most
    if most == 0 or (least is not None and most is not None and least > most):
        return ""
    if most is None:
        return f"Ages {_years(least)} and over." if least else "All ages." if least == 0 and number(high) else ""
    if not least:
        return f"From birth to age {_years(most)}." if least == 0 else f"Up to age {_years(most)}."
    return f"Age {_years(most)}." if least == most else f"Ages {_years(least)} to {_years(most)}."


def _years(age: float) -> str:
    years, months = divmod(round(age * 12), 12)
    if not months:
        return str(years)
    said = [f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in ((years, "year"), (months, "month")) if count]
    return " ".join(said)


def money(amount: Any, currency: Any = "") -> str:
    """A price: "£4", "£2.80", "Free" for nothing; words as they are."""
    text = line(amount).removeprefix("£").strip()
    try:
        price = float(text.replace(",", ""))
    except ValueError:
        return line(amount)
    if not math.isfinite(price) or price < 0:
        return ""
    sign = _SIGNS.get(line(currency).upper(), f"{line(currency)[:10]} ")
    return "Free" if price == 0 else f"{sign}{int(price):,}" if price == int(price) else f"{sign}{price:,.2f}"


def price(option: Any, amount: Any, detail: Any = "", currency: Any = "") -> str:
    """One price with what it is for: "Brothers and sisters: £4 per session."."""
    what, cost, more = line(option), money(amount, currency), line(detail)
    cost = cost.lower() if what and cost == "Free" else cost
    said = " ".join(part for part in (cost, more) if part)
    return sentence(": ".join(part for part in (what.rstrip(".:"), said) if part)) if cost or more else sentence(what)


def phone(value: Any, extension: Any = "") -> str:
    """A phone number as people write it; "" for what can't be one. Words beside the number are kept."""
    text, more = line(value)[:120].strip("\"'“”‘’ "), line(extension)[:10]
    if not may_be_phone(text):
        return ""
    if _ONE_NUMBER.fullmatch(text):
        try:
            found = phonenumbers.parse(text.replace("(0)", ""), "GB")
        except phonenumbers.NumberParseException:
            found = None
        if found and phonenumbers.is_possible_number(found):
            more = more or found.extension or ""
            found.extension = None
            abroad = found.country_code != phonenumbers.country_code_for_region("GB")
            kind = phonenumbers.PhoneNumberFormat.INTERNATIONAL if abroad else phonenumbers.PhoneNumberFormat.NATIONAL
            text = phonenumbers.format_number(found, kind)
    return f"{text} extension {more}" if more else text


def email(value: Any) -> str:
    """The first e-mail address in a text."""
    found = _EMAIL.search(line(value)[:1000])
    return found.group().removeprefix("mailto:") if found else ""


def web(value: Any) -> str:
    """The first http or https address in a text."""
    found = _ADDRESS.search(storable(value)[:5000]) if isinstance(value, str) else None
    return found.group().rstrip(".,;)") if found else ""


def sentence(text: str) -> str:
    """`text` with a full stop, but for one that an address ends, which a stop would spoil; "" stays."""
    last = text.rsplit(" ", 1)[-1]
    return text if not text or text.endswith((".", "!", "?", ":")) or "@" in last or "://" in last else f"{text}."


def listed(words: Iterable[str], last: str = "and") -> str:
    """Words as a list in a sentence: "a, b and c"."""
    items: Sequence[str] = list(words)
    return f"{', '.join(items[:-1])} {last} {items[-1]}" if len(items) > 1 else "".join(items)


def said(label: str, value: Any) -> str:
    """`Label: value.`; "" if there is no value."""
    text = line(value)
    return sentence(f"{label}: {text}") if text else ""


def told(texts: Iterable[str]) -> tuple[str, ...]:
    """The texts that say something, each once."""
    return tuple(dict.fromkeys(text for text in texts if text))


def sentences(value: Any) -> tuple[str, ...]:
    """Each line of a text as a sentence."""
    return told(sentence(line(each)) for each in rich(value).split("\n"))


def contact(who: Iterable[Any], numbers: Iterable[str], address: Any) -> str:
    """A person or team with how to reach them; "" if there is no way to. `numbers` are as `phone` gives them."""
    ways = [f"phone {each}" for each in told(numbers)] + [f"e-mail {each}" for each in told([email(address)])]
    name, text = ", ".join(told(map(line, who))), ", ".join(ways)
    return sentence(f"{name}: {text}" if name else f"{text[:1].upper()}{text[1:]}") if ways else ""
