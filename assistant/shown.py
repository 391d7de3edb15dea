"""What was shown, as a slot keeps it: parts of pages, and a digest of the words, so that the same is not shown again unsaid."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from zlib import crc32

from assistant.types import Citation, Kind, Reading, Reply
from knowledge.words import content_words

_BETWEEN = "#"  # a document, and the heading of the part of it; before a digest stands no document


def part_shown(cited: Citation) -> str:
    """A part of a page."""
    return f"{cited.document}{_BETWEEN}{cited.heading}"


def document_of(part: str) -> str:
    """The document of a part; nothing for a digest."""
    return part.partition(_BETWEEN)[0]


def marks_of(reply: Reply) -> list[str] | None:
    """The parts that a reply shows, and the digest of its words; None if it cites nothing."""
    return [*(part_shown(each) for each in reply.citations), _digest(reply)] if reply.citations else None


def is_again(reply: Reply, shown: Sequence[str]) -> bool:
    """True for an answer whose words were `shown` just before."""
    return reply.kind is Kind.ANSWER and _digest(reply) in shown


def same(one: Reply, other: Reply) -> bool:
    """True if they show the same."""
    return (one.kind, one.text, one.citations, one.contacts) == (other.kind, other.text, other.citations, other.contacts)


def noticed(reply: Reply, *lines: str) -> Reply:
    """`reply` with these lines above its text; an empty one is none."""
    return replace(reply, notice=" ".join(filter(None, lines)))


def numbers_told(
    readings: Sequence[Reading], patterns: Sequence[re.Pattern[str]], question: str
) -> Iterator[tuple[str, Reading]]:
    """What each of `readings` first says by one of `patterns`, if that, or its heading, has a word of the question.

    Who asked for the nurse is not given the number for lost property.
    """
    asked = set(content_words(question))
    for reading in readings:
        about = content_words(" ".join(reading.hit.passage.headings[1:]))
        for said in reading.sentences:
            if any(pattern.search(said) for pattern in patterns) and asked.intersection((*about, *content_words(said))):
                yield said.strip(), reading
                break


def _digest(reply: Reply) -> str:
    return f"{_BETWEEN}{crc32(reply.text.encode()):08x}"
