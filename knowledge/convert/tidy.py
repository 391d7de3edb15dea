"""The last polish that every converted page gets: plain spaces, no empty headings, no menu debris."""

from __future__ import annotations

import re
import unicodedata

from knowledge.emails import decode_in_text

_DEBRIS = re.compile(
    r"^(?:[-*] |#{1,6} )?(?:skip to (?:main )?content|toggle (?:menu|navigation)|share (?:this page|(?:on|via|by) .{1,30})|"
    r"(?:share|tweet|print|e-?mail|facebook|twitter|x|linkedin|whatsapp|pinterest)|print (?:this )?page|copy link|"
    r"(?:(?:facebook|twitter|x|linkedin|whatsapp|instagram|youtube|e-?mail|print) (?:icon|logo)\W*)+|"
    r"accept (?:all )?cookies|cookies? settings|we use cookies.{0,120}|back to top|menu|search|close|"
    r"home(?: ?[>/»].{0,160})?|you are here:?.{0,160}|(?:was|is) this (?:page )?(?:helpful|useful)\??|rate this page|"
    r"is there anything wrong with this page\??|report a problem with this page|"
    r"(?:read|find out|show) more|(?:show|hide|expand|collapse|open|close) all(?: sections)?|opens? in (?:a )?new (?:tab|window)|"
    r"(?:previous|next)(?: page)?|(?:table of )?contents|on this page|in this section|"
    r"page \d{1,3}(?: of \d{1,3})?|(?!999|111|101|112|119|105)\d{1,3}|(?:e-?mail|e-?mail address|tel|phone|telephone):)$",
    re.IGNORECASE,
)
_LEADERS = re.compile(r"(?:\. ?){5,}\s?\d{1,3}$|…{2,}\s?\d{1,3}$|_{4,}\s?\d{1,3}$")  # a line of a table of contents
_PRINT = re.compile(r"\s*[|•·]\s*(?:print|share|e-?mail|save)(?: this)?(?: page)?\s*$", re.IGNORECASE)
_SPELT_BULLET = re.compile(r"^- (?:[·•▪●◦‣○■➢➤✓✔*–\uf0b7\uf0a7]|-) +")
_HEADING = re.compile(r"^#{1,6}\s+\S")
_LINK = re.compile(r"!?\[(?P<label>[^\]\n]{0,300})\]\((?P<target>[^()\n]{0,600}(?:\([^()\n]*\)[^()\n]{0,300})?)\)")
_PICTURE = re.compile(r"!\[[^\]\n]{0,300}\]\(\s?data:[^()\s]*(?:\s[^()\n]{0,300})?\)")  # written into the text itself
_EMPHASIS = re.compile(r"\*\*|(?<![A-Za-z0-9])__|__(?![A-Za-z0-9])|(?<!\w)\*(?=\S)|(?<=\S)\*(?!\w)|`")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060\ufeff\u00ad]")
_SPACES = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u3000]+")


def looks_like_markdown(text: str) -> bool:
    """True if the text has at least one `#` heading on a line of its own."""
    return any(_HEADING.match(line) for line in text.splitlines())


def first_heading(body: str) -> str:
    """The words of a heading near the top, or nothing."""
    lines = [line.strip() for line in body.splitlines() if line.strip()]
    for line in lines[:6]:
        if _HEADING.match(line):
            return line.lstrip("# ").strip()
    return ""


def is_debris(line: str) -> bool:
    """True for a line that is no content: a menu's word, a page number, a line of a table of contents."""
    return bool(_DEBRIS.match(line) or _LEADERS.search(line) or (line and not any(ch.isalnum() for ch in line)))


def tidy(body: str) -> str:
    """`body` in one normal form. Loses links' targets, emphasis, debris and headings without a word."""
    body = _CONTROL.sub("", unicodedata.normalize("NFC", body.replace("\r\n", "\n").replace("\r", "\n")))
    body = _PICTURE.sub("", body)
    body = decode_in_text(_LINK.sub(lambda match: match["label"], body))
    lines: list[str] = []
    for raw in body.split("\n"):
        line = _plain_line(raw)
        if is_debris(line):
            continue
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines).strip()


def _plain_line(raw: str) -> str:
    indent = "  " if re.match(r"(?:\s{2,}|\t)[-*+] ", raw) else ""
    line = _SPACES.sub(" ", raw).strip()
    line = _EMPHASIS.sub("", line)
    line = re.sub(r"\\([\\`*_{}\[\]()#+\-.!|>~])", r"\1", line)
    line = _SPELT_BULLET.sub("- ", _PRINT.sub("", re.sub(r"^[*+•·▪●◦‣–] +", "- ", line)))
    return indent + line if line.startswith("- ") else line
