"""The questions that families ask most, to look through instead of typing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from assistant.data_files import read_yaml
from assistant.errors import DataError
from assistant.types import Audience


@dataclass(frozen=True)
class BrowseQuestion:
    """One of the SE7 questions: its topic, what the link reads, and what is looked up."""

    topic: str
    says: str
    asks: str


class Browse:
    """The questions by audience, in the pathfinder's order."""

    def __init__(self, questions: Mapping[Audience, Sequence[BrowseQuestion]]) -> None:
        self._questions = questions
        self._by_topic = {each.topic: each for group in questions.values() for each in group}

    @classmethod
    def load(cls, path: Path) -> Browse:
        """Read `browse.yml`. Raises DataError naming what is missing."""
        try:
            rows = read_yaml(path)
            return cls(
                {
                    audience: tuple(
                        BrowseQuestion(topic, row["says"], row["asks"]) for topic, row in rows[audience.value].items()
                    )
                    for audience in Audience
                }
            )
        except (OSError, KeyError, TypeError, AttributeError, yaml.YAMLError) as error:
            raise DataError(f"{path} can't be read: {error!r}") from error

    def questions(self, audience: Audience) -> Sequence[BrowseQuestion]:
        """The 14 questions of one voice."""
        return self._questions[audience]

    def question(self, topic: str) -> BrowseQuestion | None:
        """The question of a topic, P01 to P14 or Y01 to Y14."""
        return self._by_topic.get(topic)
