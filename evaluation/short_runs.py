"""Neighbouring sentences of a passage, so that a model also learns from less than the whole."""

from __future__ import annotations

import random
from collections.abc import Sequence

from knowledge.sentences import sentences


def short_run(text: str, keep: Sequence[str], order: random.Random, words: tuple[int, int]) -> str:
    """Sentences of `text` in a row, one a line: those in `keep` (or any one), and some on either side of them.

    `words` is the least and the most that it should have; whole sentences may make it longer, a short `text` shorter.
    """
    parts = sentences(text)
    wanted = [number for number, part in enumerate(parts) if part in keep] or [order.randrange(len(parts))]
    first, last, size = min(wanted), max(wanted), order.randint(*words)
    while len(" ".join(parts[first : last + 1]).split()) < size and (first or last + 1 < len(parts)):
        if first and (last + 1 == len(parts) or order.random() < 0.5):
            first -= 1
        else:
            last += 1
    return "\n".join(parts[first : last + 1])
