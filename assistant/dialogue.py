"""What a message does in the conversation: asks something, names a school, says thanks, wants a person.

The names are the intents of the Rasa domain (`assistant/domain.yml`): every question about SEND is one of them, `faq`,
because retrieval and not the intent decides what is answered (design.md, D3).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from rapidfuzz import fuzz, process

from assistant.data_files import read_yaml
from assistant.errors import DataError
from assistant.follow_up import FollowUpRules
from assistant.story import StoryRules, asks_plainly
from assistant.types import Entity, Understanding
from knowledge.words import words

FAQ = "faq"
DISCLOSURE = "disclosure"
PERSON = "ask_person"
CHOOSE_SETTING = "choose_setting"
CHOOSE_LISTED = "choose_listed"
SMALLTALK = (
    "greet", "thanks", "bye", "affirm", "deny", "dont_know", "repeat", "start_over", "what_can_you_do", "are_you_human",
    "who_can_see_this", "not_what_i_meant", "explain_words",
)  # fmt: skip
DENIED = "denied_setting"
"""The kind of an entity that names a setting which is said not to be meant; "not" is a part of its span."""
_DENIES = re.compile(
    r"(?:(?<!\bor )(?<!\bwhy )\bnot|(?<=\w )isn'?t|\binstead of|\brather than)(?:\s+(?:at|about|for|in|to|the))*\s+$",
    re.IGNORECASE,
)
_OR = re.compile(r"\s*,?\s*n?or(?:\s+(?:at|the))*\s+", re.IGNORECASE)
_TELLS = re.compile(
    r"(?:is|are|was|has|have|will|would|can|could|does|did) (?!(?:there|i|we|he|she|they|it|you|my|the|his|her)\b)", re.IGNORECASE
)
_CLAUSE = re.compile(r"[^.,;!?\n]+")
_TYPO = 87.0  # RapidFuzz ratio from which a word is a typo of another
_LONGEST_NAME = 2  # words of a school's name, beside those of `naming`
_STEERING = frozenset({*SMALLTALK, CHOOSE_SETTING, "complaint"})


@dataclass(frozen=True)
class DialogueRules:
    """From which nearness an intent steers, and which words may stand round a setting's name."""

    near: float
    longest: int
    sure: float
    short: int
    plain: float
    naming: frozenset[str]
    of_setting: frozenset[str]
    of_setting_near: float
    close_from: float
    close_gap: float
    curated_at: float
    curated_alike: float
    curated_cross: float
    never_answered: frozenset[str]
    person_sure: float
    of_person: frozenset[str]
    corrects: frozenset[str]
    said: Mapping[str, re.Pattern[str]]
    listed: Mapping[int, re.Pattern[str]]
    follow_up: FollowUpRules
    story: StoryRules

    @classmethod
    def load(cls, path: Path) -> DialogueRules:
        """Read `dialogue.yml`. Raises DataError naming the file and what is missing."""
        try:
            rows = read_yaml(path)
            follow, story = rows["follow_up"], rows["story"]
            return cls(
                float(rows["near"]), int(rows["longest"]), float(rows["sure"]), int(rows["short"]), float(rows["plain"]),
                frozenset(str(rows["naming"]).split()), frozenset(str(rows["of_setting"]).split()),
                float(rows["of_setting_near"]), float(rows["close_from"]), float(rows["close_gap"]), float(rows["curated_at"]),
                float(rows["curated_alike"]), float(rows["curated_cross"]),
                frozenset(str(rows["never_answered"]).split()), float(rows["person_sure"]),
                frozenset(str(rows["of_person"]).split()), frozenset(str(rows["corrects"]).split()),
                {intent: re.compile("|".join(patterns)) for intent, patterns in rows["said"].items()},
                _places(rows["listed"]),
                FollowUpRules(
                    int(follow["longest"]), tuple(follow["starts"]), frozenset(follow["refers"]),
                    int(follow["referring_longest"]), frozenset(follow["alone"]),
                ),
                StoryRules(int(story["longest"]), int(story["context"]), float(story["doubt"])),
            )  # fmt: skip
        except (OSError, KeyError, TypeError, ValueError, re.error, yaml.YAMLError) as error:
            raise DataError(f"{path} can't be read: {error!r}") from error


def act_of(understanding: Understanding, contact: float, contact_at: float, rules: DialogueRules, *, leans: bool = False) -> str:
    """The domain's intent for a message; `contact` is the probability that it asks for a person.

    A message that only may ask for a person is a question: a page may surely answer it (`decide`). Not if it leans on the
    question before: that was answered, and "who do I ring then" wants somebody.
    """
    said = words(understanding.text)
    if names_only(understanding.text, understanding.entities, rules.naming):
        return CHOOSE_SETTING
    if understanding.confidence < 1.0 and (intent := intent_said(understanding.text, rules)):
        return intent
    top, near = understanding.intent, understanding.confidence
    enough = rules.sure if len(said) <= rules.short else rules.near
    if top in _STEERING and near >= enough and len(said) <= rules.longest:
        return top
    if (
        surely_asks(understanding, contact, contact_at, rules)
        or (leans and contact >= contact_at)
        or (top == PERSON and near >= enough)
    ):
        return PERSON
    return FAQ


def intent_said(text: str, rules: DialogueRules) -> str:
    """The intent that the whole of a message says in plain words ("thank you dear"); nothing of any other message."""
    plain = " ".join(word.replace("'", "") for word in words(text))
    return next((intent for intent, pattern in rules.said.items() if pattern.fullmatch(plain)), "")


def place_said(text: str, rules: DialogueRules) -> int | None:
    """Which of a list the whole of a message chooses: 2 for "the second one", -1 for the last. None if it says anything else."""
    plain = " ".join(words(text))
    return next((place for place, pattern in rules.listed.items() if pattern.fullmatch(plain)), None)


def _places(rows: Mapping[str, Any]) -> dict[int, re.Pattern[str]]:
    return {int(place): re.compile(f"{rows['before']}(?:{said}){rows['after']}") for place, said in rows["places"].items()}


def surely_asks(understanding: Understanding, contact: float, contact_at: float, rules: DialogueRules) -> bool:
    """True for whoever asks for a person; who only may ask for one is answered if a page is sure."""
    if contact >= rules.person_sure:
        return True
    near, may_ask = understanding.confidence >= rules.near, contact >= contact_at
    if understanding.intent == PERSON:
        return near or may_ask
    return near and may_ask and understanding.intent in rules.of_person


def names_only(text: str, entities: Sequence[Entity], naming: frozenset[str]) -> bool:
    """True if the message says no more than which setting it is about."""
    settings = [entity for entity in entities if entity.kind in ("setting", DENIED)]
    told = any(words(text[each.end :])[:1] == ["said"] for each in settings)  # "Kestrel said no", not "I said Kestrel"
    if not settings or told:
        return False
    rest = "".join(" " if any(e.start <= at < e.end for e in settings) else char for at, char in enumerate(text))
    plain = [word.replace("'", "") for word in words(rest)]
    return all(word in naming or process.extractOne(word, naming, scorer=fuzz.ratio, score_cutoff=_TYPO) for word in plain)


def may_name(understanding: Understanding, rules: DialogueRules) -> bool:
    """True of a few words that ask nothing and may name a school that is not known: "it's a private school called Brightwell"."""
    text = understanding.text
    other = [word for word in words(text) if word.replace("'", "") not in rules.naming]
    asks = "?" in text or asks_plainly(text) or understanding.confidence >= rules.of_setting_near
    return not asks and len(other) <= _LONGEST_NAME and all(each.kind == "stage" for each in understanding.entities)


def with_denied(text: str, settings: Sequence[Entity]) -> tuple[Entity, ...]:
    """`settings` of a message, in order; one that is said not to be meant ("not Kestrel", "instead of Kestrel") is a DENIED."""
    told, found, last = text.replace("’", "'"), [], 0
    for each in settings:
        denies = _DENIES.search(told[: each.start])
        if denies or (last and _OR.fullmatch(told[last : each.start])):
            found.append(replace(each, kind=DENIED, start=denies.start() if denies else last))
            last = each.end
        else:
            found.append(each)
    return tuple(found)


def told_setting(text: str, entities: Sequence[Entity], naming: frozenset[str]) -> str | None:
    """The setting that a part of the message only names: "back to Millbrook, who is the nurse". None if it names others too."""
    settings = {entity.value for entity in entities if entity.kind == "setting"}
    if len(settings) == 1 and after_told(text, entities, naming) != text:
        return settings.pop()
    clauses = [_clause(text, entities, found.start(), found.end()) for found in _CLAUSE.finditer(text)]
    if len(clauses) < 2 or len(settings) != 1:
        return None
    return settings.pop() if any(names_only(clause, inside, naming) for clause, inside in clauses) else None


def after_told(text: str, entities: Sequence[Entity], naming: frozenset[str]) -> str:
    """What is asked after a setting that is only named, with no mark between: "my son is at kestrel who is the nurse"."""
    for each in entities:
        clause, inside = _clause(text, entities, 0, each.end)
        rest = text[each.end :].strip()
        if names_only(clause, inside, naming) and asks_plainly(rest) and not _TELLS.match(rest):
            return rest
    return text


def asked_after(text: str, entities: Sequence[Entity], previous: str, rules: DialogueRules) -> tuple[str, str]:
    """What is asked, and the question that it may lean on; in "he is at kestrel do they do clubs" it leans on none."""
    rest = after_told(text, entities, rules.naming) if previous else text
    return rest, previous if rest == text or rest.lower().startswith(rules.follow_up.starts) else ""


def _clause(text: str, entities: Sequence[Entity], start: int, end: int) -> tuple[str, list[Entity]]:
    inside = [each for each in entities if start <= each.start < end]
    return text[start:end], [replace(each, start=each.start - start, end=each.end - start) for each in inside]


def plain_smalltalk(understanding: Understanding, rules: DialogueRules) -> bool:
    """True for a few words that are small talk and nothing else, such as "say that again"."""
    few = len(words(understanding.text)) <= rules.short
    return few and understanding.intent in SMALLTALK and understanding.confidence >= rules.plain
