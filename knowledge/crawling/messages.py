"""What goes between the process that crawls and the one that takes its pages in: a task in, one JSON line a message out."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, dataclass

from knowledge.types import Skipped


@dataclass(frozen=True)
class Limits:
    """How gently a site is read, and how much of it. Times are in seconds."""

    delay: float = 1.0
    """Between two requests; a longer `Crawl-delay` of the site's robots.txt counts instead."""
    timeout: float = 30.0
    longest_wait: float = 60.0
    """A site that asks for more, by `Crawl-delay` or `Retry-After`, is not waited for."""
    retries: int = 2
    pages: int = 2000
    """Addresses that are asked for in one run."""
    failures: int = 10
    """Pages in a row that can't be fetched, after which a site is left alone."""
    largest: int = 50_000_000  # bytes of one page or file


@dataclass(frozen=True)
class Task:
    """One site to read: where it begins, as whom, and the folder that keeps what it sent."""

    url: str
    agent: str
    folder: str
    limits: Limits

    def to_json(self) -> bytes:
        """The task as the crawling process takes it."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, raw: bytes) -> Task:
        """The task that `to_json` wrote."""
        row = json.loads(raw)
        return cls(row["url"], row["agent"], row["folder"], Limits(**row["limits"]))


@dataclass(frozen=True)
class Fetched:
    """A page or file as it came. `ending` chooses its reader; `encoding` is what an HTML page is written in."""

    id: str
    address: str
    ending: str
    body: bytes
    encoding: str = ""
    start: bool = False
    """True if the site begins with it and it leads no further: then it says whether the site is there at all."""


@dataclass(frozen=True)
class End:
    """The last message of a crawl that went to its end."""


Message = Fetched | Skipped | End
_KINDS: dict[str, type[Message]] = {each.__name__: each for each in (Fetched, Skipped, End)}


def to_line(message: Message) -> bytes:
    """One line of JSON, its end included; a body in base64."""
    row = dict(vars(message))
    if isinstance(message, Fetched):
        row["body"] = base64.b64encode(message.body).decode()
    return json.dumps({"is": type(message).__name__, **row}).encode() + b"\n"


def from_line(line: bytes) -> Message:
    """The message of a line. Raises ValueError for a line that was cut off."""
    row = json.loads(line)
    kind = _KINDS[row.pop("is")]
    if "body" in row:
        row["body"] = base64.b64decode(row["body"])
    return kind(**row)
