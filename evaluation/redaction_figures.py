"""Measures redaction on labelled messages: what is caught, what is taken out for nothing, what retrieval keeps.

    python -m evaluation.redaction_figures            # both halves, with 95 % Wilson intervals
    python -m evaluation.redaction_figures --misses   # and each mistake on the half that rules are made on

A labelled detail counts as caught only if every letter and digit of it is gone. Whatever is taken out that
touches no label is a false positive. To see how much hangs on the names that the author of the messages thought
of, the recall of names is measured again with each first name exchanged for one drawn from all births in England
and Wales, 1996 to 2024. The names of the sample area are public, as they are when it is served.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from assistant.redact import Redactor, load_redaction_rules
from assistant.redaction_recognisers import Found
from evaluation.intervals import share_text
from knowledge.pack import read_pack

FOLDER = Path("evaluation/redaction")
PACK = Path("samples/larkmere")
ROUNDS = 3  # times that each message gets new names
RULES = Path("assistant/data/redaction.yml")


@dataclass(frozen=True)
class Labelled:
    """A message, the personal details in it, and the words that retrieval needs."""

    id: str
    text: str
    spans: tuple[Found, ...]
    keep: tuple[str, ...]


def read_labelled(path: Path) -> tuple[Labelled, ...]:
    """The messages of one half."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return tuple(
        Labelled(row["id"], row["text"], tuple(Found(s["start"], s["end"], s["kind"]) for s in row["spans"]), tuple(row["keep"]))
        for row in rows
    )


def public_names(folder: Path) -> list[str]:
    """Names of an area's settings, their aliases, its contacts and its council."""
    area = read_pack(folder).area
    names = [area.name, *(contact.name for contact in area.contacts.values())]
    return names + [name for setting in area.settings for name in (setting.name, *setting.aliases)]


@dataclass
class Tally:
    """Counts of one half."""

    caught: Counter[str]
    total: Counter[str]
    false: Counter[str]
    found: int
    clean: int
    spotless: int
    kept: int
    keep: int
    mistakes: list[str]


def tally(messages: Sequence[Labelled], redactor: Redactor) -> Tally:
    """Counts over messages."""
    result = Tally(Counter(), Counter(), Counter(), 0, 0, 0, 0, 0, [])
    for message in messages:
        found = redactor.find(message.text)
        _details(message, found, result)
        after = redactor.redact(message.text).text.lower()
        for word in message.keep:
            result.keep += 1
            result.kept += word.lower() in after
            if word.lower() not in after:
                result.mistakes.append(f"LOST {word!r}: {after}")
    return result


def _details(message: Labelled, found: Sequence[Found], result: Tally) -> None:
    gone = {at for one in found for at in range(one.start, one.end)}
    for span in message.spans:
        result.total[span.kind] += 1
        if all(at in gone for at in range(span.start, span.end) if message.text[at].isalnum()):
            result.caught[span.kind] += 1
        else:
            result.mistakes.append(f"MISSED {span.kind} {message.text[span.start : span.end]!r}: {message.text}")
    result.found += len(found)
    wrong = [one for one in found if not any(one.start < span.end and span.start < one.end for span in message.spans)]
    for one in wrong:
        result.false[one.kind] += 1
        result.mistakes.append(f"FALSE {one.kind} {message.text[one.start : one.end]!r}: {message.text}")
    if not message.spans:
        result.clean += 1
        result.spotless += not wrong


def table(result: Tally) -> str:
    """A Markdown table."""
    rows = ["| kind | recall (95 % interval) | taken out for nothing |", "|---|---|---|"]
    for kind in sorted(result.total | result.false):
        rows.append(
            f"| {kind.replace('_', ' ')} | {share_text(result.caught[kind], result.total[kind])} | {result.false[kind]} |"
        )
    rows.append(f"| **all** | {share_text(result.caught.total(), result.total.total())} | {result.false.total()} |")
    rows += [
        "",
        f"- Of what was taken out, right: {share_text(result.found - result.false.total(), result.found)}",
        f"- Messages without personal details, left as they were: {share_text(result.spotless, result.clean)}",
        f"- Words that retrieval needs, kept: {share_text(result.kept, result.keep)}",
    ]
    return "\n".join(rows)


def swapped(messages: Sequence[Labelled], names: Sequence[str]) -> tuple[Labelled, ...]:
    """The messages with each first name exchanged for the next of `names`, in the letters it was typed in."""
    pool, result = cycle(names), []
    for round_ in range(ROUNDS):
        for message in messages:
            if any(span.kind == "name" for span in message.spans):
                text, spans = _swap(message, pool)
                result.append(Labelled(f"{message.id}-{round_}", text, spans, ()))
    return tuple(result)


def _swap(message: Labelled, pool: Iterator[str]) -> tuple[str, tuple[Found, ...]]:
    parts, spans, last, size = [], [], 0, 0
    for span in sorted(message.spans, key=lambda one: one.start):
        old = message.text[span.start : span.end]
        first, blank, rest = old.partition(" ")
        new = _as_typed(next(pool), first) + blank + rest if span.kind == "name" else old
        parts += [message.text[last : span.start], new]
        size += span.start - last
        spans.append(Found(size, size + len(new), span.kind))
        size, last = size + len(new), span.end
    return "".join([*parts, message.text[last:]]), tuple(spans)


def _as_typed(name: str, like: str) -> str:
    if like.isupper() and len(like) > 1:
        return name.upper()
    return name.lower() if like.islower() else "-".join(part.capitalize() for part in name.split("-"))


def main(arguments: Sequence[str]) -> None:
    """Print the figures of both halves."""
    redactor = Redactor(load_redaction_rules(RULES), public_names(PACK))
    for half in ("train", "held_out"):
        messages = read_labelled(FOLDER / f"{half}.jsonl")
        began = time.perf_counter()
        result = tally(messages, redactor)
        each = 1000 * (time.perf_counter() - began) / (2 * len(messages))
        print(f"## {half} ({len(messages)} messages, {each:.2f} ms each)\n\n{table(result)}\n")
        if half == "train" and "--misses" in arguments:
            print("\n".join(sorted(result.mistakes)), "\n")
    for half in ("train", "held_out"):
        lines = (FOLDER / f"names_{half}.txt").read_text(encoding="utf-8").splitlines()
        names = [line for line in lines if not line.startswith("#")]
        result = tally(swapped(read_labelled(FOLDER / f"{half}.jsonl"), names), redactor)
        print(f"{half}, with names drawn by chance: recall of names {share_text(result.caught['name'], result.total['name'])}")
        if half == "train" and "--misses" in arguments:
            print("\n".join(sorted(line for line in result.mistakes if line.startswith("MISSED name"))), "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
