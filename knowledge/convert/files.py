"""Chooses the reader for a file by its ending and gives every result the same last polish.

The libraries of a format are imported when its first file is read: serving does without them.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from knowledge.convert.not_there import refuse_not_there
from knowledge.convert.plain import plain_to_markdown
from knowledge.convert.reading import Read
from knowledge.convert.tidy import first_heading, looks_like_markdown, tidy
from knowledge.dates import find_dates
from knowledge.errors import ConversionError

_FEWEST_WORDS = 5
_STRAY_BYTES = "signpost.stray_bytes"  # of Windows-1252 in a file of UTF-8
_TITLE_LINES, _TITLE_WORDS, _BEGINNING = 40, 12, 6
_WORD = re.compile(r"(?=.*[aeiouy])[a-z]{2,}", re.IGNORECASE)


@dataclass(frozen=True)
class Converted:
    """A page as plain Markdown with what it says of itself."""

    title: str
    body: str
    updated: date | None
    review_by: date | None


def convert_bytes(name: str, content: bytes) -> Converted:
    """Convert the file `name` (its ending chooses the reader).

    Raises ConversionError when the file is of an unknown kind, locked, damaged or empty.
    """
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    reader = READERS.get(ending)
    if reader is None:
        known = ", ".join(sorted(READERS))
        raise ConversionError(f"no reader for files ending in '{ending}': save it as one of {known}")
    read = reader(content)
    return _finish(read.title or _title_from_name(name), read.body, read.aside)


def convert_html(title: str, html: str) -> Converted:
    """Convert one saved page; an empty `title` is taken from the page."""
    read = _read_html(html, title)
    return _finish(read.title, read.body, read.aside)


def convert_text(title: str, text: str) -> Converted:
    """Convert plain text or Markdown; which of the two is seen from its headings."""
    return _finish(title, _text_body(text))


def decode(content: bytes) -> str:
    """The text of `content`: UTF-8 if it is, but for a byte here and there; else the best guess (Windows-1252 is common)."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        if _mostly_utf_8(content):
            return content.decode("utf-8-sig", errors=_STRAY_BYTES)
        from charset_normalizer import from_bytes

        guess = from_bytes(content, cp_isolation=["cp1252", "utf_16", "latin_1"]).best()
        if guess is None:
            raise ConversionError("its text encoding can't be told: save it as UTF-8") from None
        return str(guess)


def _mostly_utf_8(content: bytes) -> bool:
    """True if most of what is not plain ASCII is UTF-8; a UTF-16 file has zero bytes."""
    letters = [len(char.encode()) for char in content.decode("utf-8", errors="ignore") if not char.isascii()]
    beyond = sum(byte > 0x7F for byte in content)
    return b"\0" not in content and sum(letters) > beyond / 2


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", errors="replace"), error.end


codecs.register_error(_STRAY_BYTES, _as_windows)


def _finish(title: str, body: str, aside: str = "") -> Converted:
    body = tidy(body)
    if len(body.split()) < _FEWEST_WORDS:
        raise ConversionError("no text found in it: if it is a scan, ask for a text version")
    title = " ".join((title or first_heading(body) or _first_title(body)).split())
    refuse_not_there(title)
    dates = find_dates(title, f"{body}\n\n{aside}")
    return Converted(title, body, dates.updated, dates.review_by)


def _text_body(text: str) -> str:
    from knowledge.convert.tabbed import unfold

    unfolded = unfold(text)
    return unfolded if looks_like_markdown(text) else plain_to_markdown(unfolded)


def _title_from_name(name: str) -> str:
    """The words of a file's name; "" if it has none, as "000_939861fac8c76966.txt"."""
    stem = name.rsplit("/", 1)[-1].rsplit(".", 1)[0].replace("-", " ").replace("_", " ").strip()
    return stem.capitalize() if any(_WORD.fullmatch(word) for word in stem.split()) else ""


def _first_title(body: str) -> str:
    """The first line that is short and does not end as a sentence does, or how the text begins."""
    lines = [line for line in body.split("\n")[:_TITLE_LINES] if line and not line.startswith("- ")]
    short = [line for line in lines if len(line.split()) <= _TITLE_WORDS and line[-1] not in ".,;:"]
    return (short or [" ".join(lines[0].split()[:_BEGINNING]) + " ..." if lines else body[:100]])[0].lstrip("# ")


def _html(content: bytes) -> Read:
    return _read_html(decode(content))


def _read_html(text: str, title: str = "") -> Read:
    from knowledge.convert.html import html_dates, html_margins, html_titles, html_to_markdown

    body, aside = html_to_markdown(text), html_dates(text)
    if not aside and not find_dates("", tidy(body)).updated:  # a foot may only say when the whole site was changed
        aside = html_margins(text)
    titles = html_titles(text)
    for said in titles:
        refuse_not_there(said)
    return Read(title or next(iter(titles), ""), body, aside)


def _pdf(content: bytes) -> Read:
    from knowledge.convert.pdf import pdf_to_markdown

    return pdf_to_markdown(content)


def _docx(content: bytes) -> Read:
    from knowledge.convert.office import docx_to_markdown

    return docx_to_markdown(content)


def _odt(content: bytes) -> Read:
    from knowledge.convert.office import odt_to_markdown

    return odt_to_markdown(content)


def _text(content: bytes) -> Read:
    body = tidy(_text_body(decode(content)))
    return Read(first_heading(body), body)


READERS: Mapping[str, Callable[[bytes], Read]] = {
    "html": _html,
    "htm": _html,
    "pdf": _pdf,
    "docx": _docx,
    "odt": _odt,
    "md": _text,
    "markdown": _text,
    "txt": _text,
}
