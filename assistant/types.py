"""The frozen values of one turn, from what was typed to what is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from knowledge.types import Contact, SearchHit


class Audience(StrEnum):
    """Who is asking."""

    PARENT = "parent"
    YOUNG_PERSON = "young_person"


class Kind(StrEnum):
    """What a reply is."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    HANDOFF = "handoff"
    SAFEGUARDING = "safeguarding"
    OUT_OF_SCOPE = "out_of_scope"
    SMALLTALK = "smalltalk"


class Outcome(StrEnum):
    """What was decided about a question."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    HAND_OFF = "hand_off"


class Reason(StrEnum):
    """Why it was decided so; each has a sentence for staff, and one in `replies.yml` if something is to be said of it."""

    CONFIDENT = "confident"
    WORD_EXPLAINED = "word_explained"
    UNSURE = "unsure"
    NOTHING_FOUND = "nothing_found"
    WHICH_SETTING = "which_setting"
    CLOSE_READINGS = "close_readings"
    ASKED_FOR_PERSON = "asked_for_person"
    COMPLAINT = "complaint"
    OUT_OF_SCOPE = "out_of_scope"
    OTHER_LANGUAGE = "other_language"
    DISCLOSURE = "disclosure"
    FAILED = "failed"


@dataclass(frozen=True)
class Context:
    """Where and for whom a message is asked."""

    area: str
    setting: str | None = None
    audience: Audience = Audience.PARENT
    clarified: bool = False
    """True when the last reply was a clarifying question: a second one in a row is never asked."""
    previous: str = ""
    """The question before this one, redacted: a follow-up is joined to it."""
    asker: str = ""
    """Tells one person's questions from another's, for counting. "" if it is not known. Never kept as it is: `store.askers`."""
    misread: bool = False
    """True when the person has seen the safety card for these words, and says that they were misread: they get an answer."""
    records: bool = True
    """False for a question that is only browsed, or shown again: it is answered, and nothing of it is counted or kept."""


@dataclass(frozen=True)
class Entity:
    """A span of the message that names something. `start` and `end` count characters."""

    kind: str
    value: str
    start: int
    end: int
    confidence: float = 1.0


@dataclass(frozen=True)
class Understanding:
    """What a message means. `query` stands alone: it can be searched without the conversation."""

    text: str
    query: str
    intent: str
    confidence: float
    ranking: tuple[tuple[str, float], ...] = ()
    entities: tuple[Entity, ...] = ()
    topics: Mapping[str, float] = field(default_factory=dict)
    subject: str = ""
    setting: str | None = None
    settings: tuple[str, ...] = ()
    """Settings that the text may name; more than one means that it has to be asked which."""
    of_setting: bool = False
    """True for a question that each setting answers for itself."""
    asks: str = ""
    """The part of a story that asks; empty if the message is none."""

    @property
    def contact_setting(self) -> str | None:
        """The setting whose people can help: the one that the text names, even in a talk about another."""
        return self.settings[0] if len(self.settings) == 1 else self.setting


@dataclass(frozen=True)
class Reading:
    """A passage with how likely it is to answer the question, and how much each of its sentences does.

    `score` ranks; `late` is how well its words fit those of the question (`assistant/late.py`); `answers` is the reader's
    logit and `cross` the cross-encoder's, both None for a passage that was not read; `behind` is how far behind it starts.
    """

    hit: SearchHit
    score: float
    sentences: tuple[str, ...] = ()
    evidence: tuple[float, ...] = ()
    answers: float | None = None
    late: float = 0.0
    cross: float | None = None
    behind: float = 0.0


@dataclass(frozen=True)
class Decision:
    """What to do, why, and how likely the best passage is to answer."""

    outcome: Outcome
    reason: Reason
    probability: float
    reading: Reading | None = None
    rivals: tuple[Reading, ...] = ()
    """The next readings, best first."""
    features: Mapping[str, float] = field(default_factory=dict)
    sure: bool = True
    """False for an answer that is likely enough to be shown, and is said to be uncertain."""


@dataclass(frozen=True)
class Citation:
    """Where an answer is from. `stale` says in plain words why it may be out of date, or is empty."""

    document: str
    title: str
    url: str
    owner: str
    date: date | None
    heading: str = ""
    stale: str = ""


@dataclass(frozen=True)
class Choice:
    """A button: what it says, and the payload (`/intent{"entity": "value"}`) that it sends."""

    label: str
    payload: str


@dataclass(frozen=True)
class ContactCard:
    """The person or service to go to, with why this one."""

    key: str
    contact: Contact
    why: str = ""
    setting: str = ""
    """Slug of the setting that they are asked about, or "": a letter to them says so."""


@dataclass(frozen=True)
class Reply:
    """What the family sees."""

    kind: Kind
    text: str
    citations: tuple[Citation, ...] = ()
    choices: tuple[Choice, ...] = ()
    contacts: tuple[ContactCard, ...] = ()
    reason: Reason | None = None
    probability: float | None = None
    see_also: tuple[Citation, ...] = ()
    """Pages on the same thing, for a question that was handed over: they are not said to answer it."""
    notice: str = ""
    """A line shown above the text: for a message that may be a cry for help, or that the answer is not certain."""
    reference: str = ""
    """What the person asked, as it was understood, for the summary that they may pass on."""
