"""Measures whether hand-overs reach the right person, on the table `evaluation/routing/cases.jsonl`.

    python -m signpost.benches.routing      # asks the data folder's assistant, prints each case that goes astray

A case says who must come first (`contact`), who may be shown after (`also`) and who must not be shown at all (`never`).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.contacts import OWN
from assistant.safety import Level
from assistant.turn import Assistant
from assistant.types import Audience, Context, Reason
from evaluation.intervals import share_text

CASES = Path("evaluation/routing/cases.jsonl")
SAFETY = "safeguarding"


@dataclass(frozen=True)
class Case:
    """A message, where it is asked, and who must be named."""

    id: str
    text: str
    context: Context
    contact: str
    also: str
    never: frozenset[str]
    why: str


@dataclass(frozen=True)
class Routed:
    """A case with the contacts that were shown for it, the first first."""

    case: Case
    shown: tuple[str, ...]

    @property
    def right(self) -> bool:
        """The first contact is the one it must be, the second if one is asked for, and nobody who must not be there."""
        second = not self.case.also or self.shown[1:2] == (self.case.also,)
        return self.shown[0] == self.case.contact and second and self.case.never.isdisjoint(self.shown)

    @property
    def to_the_accused(self) -> bool:
        """A message that must not reach the setting would have."""
        return OWN in self.case.never and OWN in self.shown


def cases(path: Path = CASES) -> Iterator[Case]:
    """The table's cases."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        context = Context(row["area"], row["setting"], Audience(row["audience"]))
        also, never = row.get("also", ""), frozenset(row.get("never", ()))
        yield Case(row["id"], row["text"], context, row["contact"], also, never, row["why"])


def route(assistant: Assistant, case: Case) -> Routed:
    """Who is named for a case if it has to be handed over."""
    if assistant.screen(case.text).level is Level.DISCLOSURE:
        reply = assistant.safety_reply(assistant.area(case.context.area), case.context)
    else:
        understanding, _ = assistant.understand(case.text, case.context)
        where = replace(case.context, setting=understanding.setting)
        reply = assistant.hand_over(Reason.UNSURE, understanding.subject, where)
    return Routed(case, tuple(card.key for card in reply.contacts))


def table(routed: Sequence[Routed]) -> list[str]:
    """The figures, as the rows of the table in docs/reference/routing.md."""
    by_contact: dict[str, list[Routed]] = defaultdict(list)
    for each in routed:
        by_contact[each.case.contact].append(each)
    must_not = [each for each in routed if OWN in each.case.never]
    harmless = [each for each in routed if each.case.contact != SAFETY]
    alarmed = sum(each.shown[0] == SAFETY for each in harmless)
    return [
        f"| all | {share_text(sum(each.right for each in routed), len(routed))} |",
        *(
            f"| to `{key}` | {share_text(sum(each.right for each in rows), len(rows))} |"
            for key, rows in sorted(by_contact.items())
        ),
        f"| to `{SAFETY}` for nothing | {share_text(alarmed, len(harmless))} |",
        f"| right, of all but those | {share_text(sum(each.right for each in routed), len(routed) - alarmed)} |",
        f"| must not reach the setting, and would | {share_text(sum(each.to_the_accused for each in must_not), len(must_not))} |",
    ]
