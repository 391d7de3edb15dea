"""What a reader gets out of a file."""

from __future__ import annotations

from typing import NamedTuple


class Read(NamedTuple):
    """Title, content as Markdown, and what stands aside (running heads and feet), which may hold a date."""

    title: str
    body: str
    aside: str = ""
