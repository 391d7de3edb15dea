"""Makes messages stand alone: several questions apart, a back story cut, a follow-up joined to what it follows."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.message_model import MessageModel
from assistant.story import StoryRules, asks_plainly, is_question, sentences, with_context
from assistant.types import Understanding
from knowledge.encoder import Encoder
from knowledge.words import words

ALONE, LEANS = "alone", "leans"  # the classes of the fitted model

_JOIN = " - "
_LINKS = re.compile(r"^\W*(?:(?:and|also|but|or|ok|okay)\b\W*)+", re.IGNORECASE)
_SURELY_ALONE = 0.5  # of the threshold from which a message leans
MOST_QUESTIONS = 4
"""Of a message with more, the first are answered."""


@dataclass(frozen=True)
class FollowUpRules:
    """What makes a message a follow-up; lengths count words. Data in `dialogue.yml`."""

    longest: int
    starts: tuple[str, ...]
    refers: frozenset[str]
    referring_longest: int
    alone: frozenset[str] = frozenset()


def questions_in(text: str) -> tuple[str, ...]:
    """The questions of a message, in order, when it holds several with a question mark; else the message itself.

    What stands before the first question goes with it, because it says what the question is about.
    """
    told = sentences(text)
    asked = [number for number, sentence in enumerate(told) if is_question(sentence)]
    if len(asked) < 2:
        return (text,)
    starts = [0, *(number + 1 for number in asked[:-1])]
    ends = [*(number + 1 for number in asked[:-1]), len(told)]
    return tuple(" ".join(told[start:end]) for start, end in zip(starts, ends, strict=True))


@dataclass(frozen=True)
class FollowUps:
    """Joins a message to the question before it, if it leans on that by its words, or as `evaluation.fit_follow_up` learned."""

    rules: FollowUpRules
    story: StoryRules
    model: MessageModel
    encoder: Encoder

    def standalone(self, text: str, previous: str) -> str:
        """What `text` asks, with little of a back story, joined to the question before it if it can't be understood without."""
        text = with_context(text, self.story)
        return joined(previous, text) if previous and self.leans(text) else text

    def leans(self, text: str) -> bool:
        """True for "and at college?", "do they come to the house" and "when do i apply"."""
        said = words(text)
        if not said or len(said) > self.rules.longest or " ".join(said) in self.rules.alone:
            return False
        return refers_back(text, self.rules) or self._leaning(text) > self.model.at

    def apart(self, question: str) -> str:
        """A later question of one message, without the word that links it to the one before, unless it leans on that."""
        alone = _LINKS.sub("", question)
        leaning = (
            not asks_plainly(alone) or refers_back(alone, self.rules) or self._leaning(alone) > _SURELY_ALONE * self.model.at
        )
        return question if leaning else alone

    def _leaning(self, text: str) -> float:
        return self.model.probabilities(text, self.encoder.encode([text])[0])[LEANS]


def joined(previous: str, text: str) -> str:
    """One query of both. Of a chain of follow-ups, what it began with and the last are kept."""
    parts = previous.rstrip(" ?.!").split(_JOIN)
    return _JOIN.join((*(parts if len(parts) < 3 else (parts[0], parts[-1])), text.strip()))


def asks_more(understanding: Understanding, previous: str) -> bool:
    """True of a message on a known setting that is joined to the one before: "what days is she in" does not ask who again."""
    return bool(previous and understanding.contact_setting) and _JOIN in understanding.query


def refers_back(text: str, rules: FollowUpRules) -> bool:
    """True if the first words, or a word in a short message, lean on what went before."""
    lowered = text.strip().lower()
    if any(lowered.startswith(start) for start in rules.starts):
        return True
    said = [word.lower() for word in words(text)]
    return len(said) <= rules.referring_longest and bool(rules.refers & set(said))
