"""Finds the structure of text that has none: headings, lists, and paragraphs broken into short lines.

For text files, for pages given as bare text, and for the lines of a PDF.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from knowledge.convert.tidy import is_debris

_BULLET = re.compile(r"^\s{0,12}(?:(?:[•·▪●◦‣○■➢➤✓✔*–\uf0b7\uf0a7¢]|-|—)\s+){1,2}(?=\S)")
_LETTER_BULLET = re.compile(r"^\s{0,8}[eo]\s+(?=[A-Za-z(‘'])")  # what scanning makes of a round bullet
_NUMBERED = re.compile(r"^\s{0,6}(?:\d{1,2}[.)]|\(?[a-z]\)|[ivx]{1,4}[.)])\s+(?=\S)")
_NUMBER = re.compile(r"^\s{0,6}(\d{1,2})[.)]\s")
_NUMBERED_HEADING = re.compile(r"^\d{1,2}(?:\.\d{1,2}){0,2}[.)]?\s+[A-Z]")
_MARKED = re.compile(r"#{1,6} \S")
_ENDS_SENTENCE = re.compile(r"[.!?;:,][\"'’”)]?$")
_OPEN_END = re.compile(r"\b(?:a|an|and|as|at|by|for|from|in|is|of|on|or|that|the|their|to|with|your)$", re.IGNORECASE)
_MOST_HEADING_WORDS = 14


@dataclass(frozen=True)
class Line:
    """One line of text; `weight` over 1 says that it is set larger or bolder than the body.

    `level` is the level that it has if it is a heading; `done` says that it is Markdown already.
    """

    text: str
    weight: float = 1.0
    level: int = 1
    done: bool = False


def plain_to_markdown(text: str) -> str:
    """Plain text with its likely headings, lists and paragraphs marked as Markdown."""
    lines = (line for line in text.expandtabs(4).splitlines() if not line.strip() or not is_debris(line.strip()))
    return lines_to_markdown(Line(line) for line in lines)


def lines_to_markdown(lines: Iterable[Line]) -> str:
    """Lines in reading order as Markdown; blank lines part paragraphs."""
    items = list(lines)
    out: list[str] = []
    for number, line in enumerate(items):
        text = line.text.strip()
        if not text:
            _blank(out)
        elif line.done:
            out.append(text)
        elif _MARKED.match(text):
            _blank(out)
            out.extend((text, ""))
        elif bullet := _BULLET.match(line.text) or _LETTER_BULLET.match(line.text):
            out.append("- " + line.text[bullet.end() :].strip())
        elif _is_heading(items, number):
            _blank(out)
            out.extend((f"{'#' * line.level} {text}", ""))
        elif _joins(out, text):
            out[-1] = _join(out[-1], text)
        else:
            out.append(text)
    return "\n".join(out)


def _blank(out: list[str]) -> None:
    if out and out[-1]:
        out.append("")


def _joins(out: list[str], text: str) -> bool:
    """A line goes on from the one before unless a blank, a heading or a number parts them."""
    if not out or not out[-1] or out[-1].startswith("#") or _NUMBERED.match(text):
        return False
    last = out[-1]
    if last.startswith("- "):
        return (text[0].islower() and not last.endswith((".", ";", ":", "?", "!"))) or (
            len(last) > 60 and not _ENDS_SENTENCE.search(last)
        )
    return len(last.rsplit("\n", 1)[-1]) > 50 or text[0].islower()


def _join(last: str, text: str) -> str:
    if re.search(r"[a-z][-\u00ad\u2010]$", last) and text[0].islower():
        return last[:-1] + text
    return f"{last} {text}"


def _is_heading(items: list[Line], number: int) -> bool:
    line = items[number]
    text = line.text.strip()
    words = text.split()
    if len(words) > _MOST_HEADING_WORDS or len(text) < 3 or not any(ch.isalpha() for ch in text):
        return False
    question = text.endswith("?")
    if _ENDS_SENTENCE.search(text) and not question and not (text.endswith(":") and line.weight > 1):
        return False
    if text[0].islower() or _OPEN_END.search(text) or "@" in text or re.search(r"\d{5}", text):
        return False
    if line.weight > 1:
        return True
    if _is_list_item(items, number):
        return False
    before = items[number - 1].text.strip() if number else ""
    after = items[number + 1].text.strip() if number + 1 < len(items) else ""
    if before and not _NUMBERED_HEADING.match(text):
        return False
    if question:
        return not after or len(after) > len(text)
    followed = any(item.text.strip() for item in items[number + 1 : number + 4])
    capital = text[0].isupper() or text[0].isdigit()
    return capital and followed and (not after or text.isupper())


def _is_list_item(items: list[Line], number: int) -> bool:
    """A numbered line right after, or right before, another one with the next number is a step of a list."""
    mine = _NUMBER.match(items[number].text)
    if not mine:
        return False
    near = [items[place].text for place in (number - 1, number + 1) if 0 <= place < len(items)]
    others = [int(match[1]) for text in near if (match := _NUMBER.match(text))]
    return any(abs(other - int(mine[1])) == 1 for other in others)
