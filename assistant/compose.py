"""The words that a family reads: the sentences of the passage that answer, lists whole."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.conflicts import Conflict
from assistant.types import Citation, Reading
from knowledge.sentences import sentences
from knowledge.types import DocumentFacts

MOST_WORDS = 110
_NEARLY = 3.0  # of the reading's score; a passage further behind is on something else
_LEFT_FOR_MORE = 35  # words kept free for them
_LEAST_MORE = 15  # fewer words than this say nothing
_AS_LIKELY = 3.0  # of the reading's score; the next passage is shown too if it is no further behind
_WORDS_OF_MORE = 60  # of it
_OLD = timedelta(days=365)


@dataclass(frozen=True)
class StaleWords:
    """Sentences for a source that may be out of date; `{date}` is filled in."""

    past_review: str
    old: str


@dataclass(frozen=True)
class Shown:
    """What a family reads: what the best page says, and a second passage if another is nearly as likely to answer."""

    best: Reading
    text: str
    more: Reading | None = None
    more_text: str = ""

    @property
    def documents(self) -> tuple[str, ...]:
        """The pages that are cited, the best first."""
        return tuple(dict.fromkeys(each.hit.document.id for each in (self.best, self.more) if each))


def answer_shown(readings: Sequence[Reading], most_words: int = MOST_WORDS) -> Shown:
    """What the best reading says, what else its page says on it if that fits, and the next passage if it is as likely.

    A passage is often half of an answer, so passages of the same document that are nearly as likely are shown with it, in
    the page's order, each under its heading; of long ones the sentences that answer. An answer that staff wrote stands alone.
    """
    best, chosen = readings[0], _from_the_page(readings, most_words)
    text = _laid_out(chosen, most_words)
    seen = {id(reading) for reading, _ in chosen}
    more = next((each for each in readings[1:] if id(each) not in seen), None)
    if more is None or any(each.hit.document.curated for each in (best, more)) or more.score < best.score - _AS_LIKELY:
        return Shown(best, text)
    return Shown(best, text, more, passage_text(more, _WORDS_OF_MORE))


def _from_the_page(readings: Sequence[Reading], most_words: int) -> list[tuple[Reading, str]]:
    """The best reading and those of its page that fit beside it, each with its words."""
    best = readings[0]
    others = [] if best.hit.document.curated else [each for each in readings[1:] if _goes_with(each, best)]
    shorter = others and not any(block.listed for block in _blocks(best))  # a list is kept whole
    first = passage_text(best, most_words - _LEFT_FOR_MORE if shorter else most_words)
    chosen = [(best, first)]
    left = most_words - len(first.split())
    for reading in others:
        text = passage_text(reading, left) if left >= _LEAST_MORE else ""
        if text and len(text.split()) <= left:
            chosen.append((reading, text))
            left -= len(text.split())
    return chosen


def _laid_out(chosen: Sequence[tuple[Reading, str]], most_words: int) -> str:
    if len(chosen) == 1:
        return passage_text(chosen[0][0], most_words)
    in_order = sorted(chosen, key=lambda pair: pair[0].hit.passage.ordinal)
    return "\n\n".join(_under_heading(reading, text) for reading, text in in_order)


def _goes_with(reading: Reading, best: Reading) -> bool:
    return reading.hit.passage.document_id == best.hit.passage.document_id and reading.score >= best.score - _NEARLY


def _under_heading(reading: Reading, text: str) -> str:
    headings = reading.hit.passage.headings
    return f"{headings[-1]}\n\n{text}" if len(headings) > 1 else text


def passage_text(reading: Reading, most_words: int = MOST_WORDS) -> str:
    """The best contiguous sentences of one passage, in its own layout."""
    blocks = _blocks(reading)
    if sum(block.words for block in blocks) <= most_words:
        first, last = 0, len(blocks) - 1
    else:
        first, last = _window(blocks, most_words)
    chosen = blocks[first : last + 1]
    if first and chosen[0].listed and (lead := _lead(blocks, first)):
        chosen = [lead, *chosen]
    return _joined(chosen)


def citation(reading: Reading, today: date, words: StaleWords) -> Citation:
    """Where the answer is from, with a note if it may be out of date."""
    document = reading.hit.document
    headings = reading.hit.passage.headings
    return Citation(
        document=document.id,
        title=document.title,
        url=document.url,
        owner=document.owner,
        date=document.updated,
        heading=headings[-1] if len(headings) > 1 and not document.curated else "",
        stale=stale_note(document, today, words),
    )


def card_citation(conflict: Conflict) -> Citation:
    """The source of the card that wins over a page."""
    check = conflict.check
    return Citation(document=check.card, title=check.title, url=check.url, owner=check.owner, date=None)


def stale_note(document: DocumentFacts, today: date, words: StaleWords) -> str:
    """Why a source may be out of date, or nothing: past its own review date, or over a year old."""
    if document.review_by and document.review_by < today:
        return words.past_review.format(date=spoken(document.review_by))
    if document.updated and today - document.updated > _OLD:
        return words.old.format(date=spoken(document.updated))
    return ""


def spoken(day: date) -> str:
    """`15 February 2027`, as GOV.UK writes dates."""
    return f"{day.day} {day:%B %Y}"


@dataclass(frozen=True)
class _Block:
    text: str
    evidence: float
    listed: bool
    breaks: bool

    @property
    def words(self) -> int:
        return len(self.text.split())


def _blocks(reading: Reading) -> list[_Block]:
    """The passage's sentences with their evidence, and whether a new line starts before each."""
    marks = dict(zip(reading.sentences, reading.evidence, strict=True))
    blocks: list[_Block] = []
    for line in reading.hit.passage.text.split("\n"):
        listed = line.lstrip().startswith("- ")
        for number, sentence in enumerate(sentences(line)):
            text = sentence if listed else sentence.strip()
            evidence = marks.get(sentence, 0.0)
            blocks.append(_Block(text, evidence, listed, number == 0))
    return blocks


def _window(blocks: Sequence[_Block], most_words: int) -> tuple[int, int]:
    """First and last block of the run with the most evidence that fits; grows from the best one."""
    best = max(range(len(blocks)), key=lambda i: blocks[i].evidence)
    first = last = best
    words = blocks[best].words
    while True:
        sides = [
            (blocks[i].evidence + (0.02 if i > best else 0.0), i)
            for i in (first - 1, last + 1)
            if 0 <= i < len(blocks) and words + blocks[i].words <= most_words
        ]
        if not sides:
            return first, last
        _, chosen = max(sides)
        words += blocks[chosen].words
        first, last = min(first, chosen), max(last, chosen)


def _lead(blocks: Sequence[_Block], first: int) -> _Block | None:
    """The line that opens the list in whose middle the window starts."""
    for block in reversed(blocks[:first]):
        if not block.listed:
            return block if block.text.endswith(":") else None
    return None


def _joined(blocks: Sequence[_Block]) -> str:
    lines: list[str] = []
    for block in blocks:
        if lines and not block.breaks:
            lines[-1] += f" {block.text}"
        else:
            lines.append(block.text)
    text = ""
    for line in lines:
        listed = line.lstrip().startswith("- ")
        gap = "\n" if listed and text else "\n\n" if text else ""
        text += gap + line
    text = re.sub(r"\n{3,}", "\n\n", text)
    return re.sub(r"(?<=[.;])\s+\(?\d{1,2}[.)]$", "", text)  # the number of a list item that was cut off
