"""How commands talk: plain words for people, JSON for programs, errors as one line."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from enum import Enum
from errno import ENOSPC
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.exc import SQLAlchemyError

from assistant.errors import AssistantError
from evaluation.questions import QuestionsError
from knowledge.errors import KnowledgeError
from knowledge.ports import Item
from store.database import in_plain_words

_LINE_EVERY = 60.0  # seconds
_INTERRUPTED = 130  # what the command line's library ends with after Ctrl+C
FORESEEN = (KnowledgeError, AssistantError, QuestionsError, SQLAlchemyError, OSError)


class Output:
    """Writes results to standard output, everything else to standard error."""

    @staticmethod
    def json(value: object) -> None:
        """One JSON document."""
        sys.stdout.write(json.dumps(plain(value), ensure_ascii=False, indent=1) + "\n")

    @staticmethod
    def line(text: str) -> None:
        """One line for a person."""
        sys.stdout.write(text + "\n")

    @staticmethod
    @contextmanager
    def errors_in_plain_words() -> Iterator[None]:
        """End with status 1 and one line for every error that was foreseen."""
        try:
            yield
        except FORESEEN as error:
            sys.stderr.write(f"signpost: {first_line(error)}\n")
            raise SystemExit(1) from error
        except SystemExit as stop:
            if stop.code == _INTERRUPTED:
                sys.stderr.write("signpost: stopped; run the same command again to go on\n")
            raise


def first_line(error: BaseException) -> str:
    """What went wrong, in one line."""
    if isinstance(error, SQLAlchemyError):
        return f"the database can't be used: {in_plain_words(error)}"
    if isinstance(error, OSError) and error.strerror:
        more = ": make room, then run the same command again" if error.errno == ENOSPC else ""
        return f"{error.filename or ''}: {error.strerror}{more}".lstrip(": ")
    return str(error).strip().split("\n")[0]


def plain(value: Any) -> Any:
    """A value as JSON can hold it: dataclasses as objects, dates as text."""
    if is_dataclass(value) and not isinstance(value, type):
        return {key: plain(item) for key, item in asdict(value).items()}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if hasattr(value, "tolist"):
        return value.tolist()
    return value


def progress_bar(items: Iterable[Item], total: int, what: str) -> Iterable[Item]:
    """Shows on standard error how far along `items` is: a bar, or a line a minute. A `total` of 0 is one that is not known."""
    if not sys.stderr.isatty():
        yield from _progress_lines(items, total, what)
        return
    columns = (TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=False) as bars:
        task = bars.add_task(what, total=total or None)
        for item in items:
            yield item
            bars.advance(task)


def _progress_lines(items: Iterable[Item], total: int, what: str) -> Iterable[Item]:
    said, then = time.monotonic(), 0
    for number, item in enumerate(items, 1):
        yield item
        passed = time.monotonic() - said
        if passed >= _LINE_EVERY:
            left = passed / (number - then) * (total - number) / 60  # as fast as since the last line
            how_far = f"{number} of {total}, about {left:.0f} minutes left" if total else f"{number} so far"
            sys.stderr.write(f"{what}: {how_far}\n")
            said, then = time.monotonic(), number
