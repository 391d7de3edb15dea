"""What can go wrong in a turn.

AssistantError
├── DataError      a data file (replies, routing, policy, intents) is missing something
├── PolicyError    the decision policy was fitted for another encoder
└── AreaUnknown    there is no such area

Families never meet one: `answer` turns a failed step into a hand-over.
"""

from __future__ import annotations


class AssistantError(Exception):
    """The root: anything that this package raises on purpose."""


class DataError(AssistantError):
    """A data file is missing, or lacks an entry; names file and entry."""


class PolicyError(AssistantError):
    """The decision policy was fitted for another encoder."""


class AreaUnknown(AssistantError):
    """No area of that name has been ingested."""


def place_of(error: Exception) -> str:
    """File and line where it was raised; the message is left out, it could hold the family's words."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "unknown"
