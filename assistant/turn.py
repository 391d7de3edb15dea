"""One question in, one reply out: screen, understand, retrieve, decide, compose, record.

`Assistant.answer` reads like that line. Each step is one function of frozen values in its own
file; whatever a step raises, the family gets a hand-over.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from assistant.answer import AnswerWriter
from assistant.clarify import close_readings, setting_choices, which_setting
from assistant.conflicts import CardCheck
from assistant.contacts import ADVICE, OWN, Route, cards_for, choose_subject, display_name, route_of, setting_of
from assistant.decide import decide
from assistant.definitions import Definitions
from assistant.dialogue import DialogueRules, asked_after, told_setting, with_denied
from assistant.emergency import emergency_card, emergency_words, language_reply
from assistant.entities import EntityFinder
from assistant.errors import AreaUnknown, place_of
from assistant.features import AnswerKind
from assistant.follow_up import FollowUps
from assistant.intents import IntentMatcher
from assistant.language import Languages
from assistant.message_model import MessageModel
from assistant.policy import DecisionPolicy
from assistant.read import Readers
from assistant.recorder import Recorder
from assistant.replies import Replies
from assistant.retrieve import retrieve, scopes_for
from assistant.safety import Level, SafetyScreen, Screening
from assistant.settings_named import SettingNames
from assistant.spelling import Spelling
from assistant.story import part_that_asks
from assistant.types import (
    Audience,
    Citation,
    ContactCard,
    Context,
    Decision,
    Kind,
    Outcome,
    Reading,
    Reason,
    Reply,
    Understanding,
)
from assistant.understand import Abbreviations, understand
from assistant.visible import without_smileys
from knowledge.encoder import Encoder
from knowledge.library import Library
from knowledge.search import SearchQuery, SearchWeights
from knowledge.types import Area, Setting
from knowledge.types import Level as ScopeLevel

log = logging.getLogger(__name__)
_REMEMBERED = 128  # messages, in memory only: a message is parsed, then answered, in one breath


@dataclass(frozen=True)
class Parts:
    """What a turn works with, wired once at start."""

    encoder: Encoder
    question_encoder: Encoder
    library: Library
    readers: Readers
    policy: DecisionPolicy
    matcher: IntentMatcher
    safety: SafetyScreen
    replies: Replies
    routes: Sequence[Route]
    subjects: MessageModel
    kinds: Sequence[AnswerKind]
    checks: Sequence[CardCheck]
    abbreviations: Abbreviations
    spelling: Spelling
    follow_ups: FollowUps
    entities: EntityFinder
    languages: Languages
    definitions: Definitions
    areas: Callable[[], Sequence[Area]]
    dialogue: DialogueRules
    recorder: Recorder
    redact: Callable[[str], str]
    today: Callable[[], date]
    weights: SearchWeights = field(default_factory=SearchWeights)
    candidates: int = 32  # passages that search finds; `assistant.read` keeps the likeliest
    national: bool = True


@dataclass(frozen=True)
class Explained:
    """A reply with all that led to it, for staff, the evaluation and `signpost ask --explain`."""

    reply: Reply
    screening: Screening
    understanding: Understanding | None = None
    readings: tuple[Reading, ...] = ()
    decision: Decision | None = None


class Assistant:
    """Answers questions from what is published, or says who can help."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._names = lru_cache(maxsize=256)(SettingNames)
        self._vector = lru_cache(maxsize=_REMEMBERED)(lambda text: parts.encoder.encode([text])[0])
        self._asking = lru_cache(maxsize=_REMEMBERED)(lambda text: parts.question_encoder.encode([text])[0])
        self.screen = lru_cache(maxsize=_REMEMBERED)(parts.safety.screen)
        self._writer = AnswerWriter(parts.replies, parts.checks if parts.national else (), parts.recorder.conflict, parts.today)

    @property
    def parts(self) -> Parts:
        """What it was wired with."""
        return self._parts

    def area(self, slug: str) -> Area:
        """The area of that slug. Raises AreaUnknown if there is none."""
        areas = {area.slug: area for area in self._parts.areas()}
        if slug not in areas:
            raise AreaUnknown(f"no area '{slug}': known are {', '.join(areas) or 'none; run signpost ingest PACK'}")
        return areas[slug]

    def answer(self, text: str, context: Context) -> Reply:
        """The reply to one question. Raises only AreaUnknown."""
        return self.explain(text, context).reply

    def explain(self, text: str, context: Context) -> Explained:
        """The reply with all that led to it. Raises only AreaUnknown."""
        area = self.area(context.area)
        screening = Screening(Level.NONE, None, 0.0)
        try:
            screening = self.screen(text)
            if screening.level is Level.DISCLOSURE and not context.misread:
                return Explained(self.safety_reply(area, context), screening)
            if self._parts.languages.other(text):
                return self._other_language(text, context, area, screening)
            return self._explain(text, context, area, screening, record=screening.level is not Level.DISCLOSURE)
        except Exception as error:  # whatever fails, the family is handed to a person
            log.error("turn failed: %s in %s", type(error).__name__, place_of(error))
            return Explained(self.failed(context), screening)

    def try_out(self, text: str, context: Context) -> Explained:
        """As `explain`, with nothing recorded: for staff."""
        return self._explain(text, context, self.area(context.area), Screening(Level.NONE, None, 0.0), record=False)

    def understand(self, text: str, context: Context) -> tuple[Understanding, NDArray[np.float32]]:
        """What the message means, and its vector."""
        parts, text = self._parts, without_smileys(text)
        names = self.names(context.area)
        named = with_denied(text, names.find(text))
        told = told_setting(text, named, parts.dialogue.naming) if context.previous else None
        asked, before = asked_after(text, named, context.previous, parts.dialogue)
        before = names.renamed(before, setting_of(self.area(context.area), told))
        query = parts.spelling.mend(parts.follow_ups.standalone(names.spelt(asked), before))
        vector = self._vector(parts.abbreviations.expand(query))
        if told:
            context = replace(context, setting=told)  # "back to Millbrook, who is the nurse"
        elif context.setting and any(each.kind == "setting" for each in named) and parts.follow_ups.leans(text):
            context = replace(context, setting=None)  # "and at Kestrel?" is no longer about the school before
        found = understand(text, query, vector, parts.matcher, (*named, *parts.entities.find(text)), context)
        if not named and (other := names.other(context.previous, context.setting)) and parts.follow_ups.leans(text):
            found = replace(found, settings=other)  # "and a ramp?" after one on another school
        of_setting = found.confidence >= parts.dialogue.of_setting_near and found.intent in parts.dialogue.of_setting
        subject = choose_subject(found, vector, parts.subjects, parts.routes)
        return replace(found, subject=subject, of_setting=of_setting, asks=part_that_asks(query, parts.dialogue.story)), vector

    def names(self, area: str) -> SettingNames:
        """Finds the names of an area's settings in a text."""
        return self._names(self.area(area).settings)

    def safety_reply(self, area: Area, context: Context) -> Reply:
        """The fixed emergency card."""
        return emergency_card(area, self._parts.replies, context.audience)

    def safety_words(self, path: str, area: Area, context: Context) -> str:
        """A fixed sentence that names the area's own team for keeping children safe, by day and by night."""
        return emergency_words(path, area, self._parts.replies, context.audience)

    def hand_over(self, reason: Reason, subject: str, context: Context, asked: str = "") -> Reply:
        """Who can help, and why the assistant does not answer itself."""
        area = self.area(context.area)
        setting = setting_of(area, context.setting)
        parts = self._parts
        cards = cards_for(subject, area, setting, parts.routes, parts.replies, context.audience)
        name = _named(cards[0], setting) if cards else area.name
        text = parts.replies.say(f"handoff.{reason.value}", context.audience, contact=name)
        unknown = not setting and not context.clarified
        whose = reason is Reason.ASKED_FOR_PERSON and unknown and route_of(subject, parts.routes).contact == OWN
        choices = setting_choices(area, (), parts.replies) if whose else ()
        text += "\n\n" + parts.replies.say("clarify.which_setting", context.audience) if whose else ""
        return Reply(Kind.HANDOFF, text, contacts=cards, choices=choices, reason=reason, reference=asked)

    def failed(self, context: Context) -> Reply:
        """Who can help when something went wrong here, and whom to ring now: the message may not have been screened."""
        area = self.area(context.area)
        try:
            return self.hand_over(Reason.FAILED, "", context)
        except Exception as error:
            log.error("hand-over failed: %s", type(error).__name__)
            text = f"Something went wrong. Please contact {area.name}. If anyone is in danger now, ring 999."
            return Reply(Kind.HANDOFF, text, reason=Reason.FAILED)

    def search_query(self, understanding: Understanding, vector: NDArray[np.float32]) -> SearchQuery:
        """What to look for; `vector` is the message's."""
        text = self._parts.abbreviations.expand(understanding.query)
        return SearchQuery.of(text, vector, understanding.topics, self._asking(text))

    def readings(self, understanding: Understanding, vector: NDArray[np.float32], context: Context) -> list[Reading]:
        """The passages that may answer, the likeliest first."""
        parts = self._parts
        asked = (parts.abbreviations.expand(understanding.query), understanding.asks)
        query = self.search_query(understanding, vector)
        scopes = scopes_for(context, understanding.setting, national=parts.national)
        found = retrieve(asked, query, scopes, parts.library, parts.weights, parts.candidates, parts.readers)
        found = [reading for reading in found if reading.hit.document.kind not in _not_for(context.audience)]
        if understanding.settings and understanding.setting not in understanding.settings:
            return [reading for reading in found if not _own(reading)]  # it asks about another school than the talk is about
        own = [reading for reading in found if _own(reading)]
        return own if understanding.of_setting and own else found

    def answered(self, reading: Reading, rivals: Sequence[Reading], understanding: Understanding, context: Context) -> Reply:
        """The answer that a reading gives, cited; a statutory card wins over a page that contradicts it."""
        area = self.area(context.area)
        cards = self._cards(understanding, area, context)
        text, cited = self._writer.write((reading, *rivals), context.audience)
        return Reply(
            Kind.ANSWER, text, citations=cited, contacts=cards[:1], reason=Reason.CONFIDENT, reference=understanding.query
        )

    def _explain(self, text: str, context: Context, area: Area, screening: Screening, *, record: bool = True) -> Explained:
        parts = self._parts
        understanding, vector = self.understand(text, context)
        readings = self.readings(understanding, vector, context)
        decision = decide(understanding, vector, readings, context, parts.policy, parts.kinds, parts.dialogue)
        reply = self._compose(decision, understanding, replace(context, setting=understanding.setting), area)
        if screening.level is not Level.NONE:
            reply = replace(reply, notice=parts.replies.say("safeguarding.caution", context.audience))
        if record:
            about = replace(context, setting=understanding.contact_setting)  # the school that is named
            parts.recorder.record(about, understanding, reply, decision)
        return Explained(reply, screening, understanding, tuple(readings), decision)

    def _other_language(self, text: str, context: Context, area: Area, screening: Screening) -> Explained:
        reply = language_reply(area, self._parts.replies, context.audience)
        self._parts.recorder.record(context, Understanding(text, text, "", 0.0), reply, None)
        return Explained(reply, screening)

    def _compose(self, decision: Decision, understanding: Understanding, context: Context, area: Area) -> Reply:
        if defined := self._parts.definitions.reply(understanding, decision):
            return replace(defined, contacts=self._cards(understanding, area, context)[:1], see_also=self._see_also(decision))
        if decision.outcome is Outcome.ANSWER and decision.reading is not None:
            answer = self.answered(decision.reading, decision.rivals, understanding, context)
            doubt = "" if decision.sure else self._parts.replies.say("not_certain", context.audience)
            return replace(answer, probability=decision.probability, notice=doubt)
        if decision.outcome is Outcome.CLARIFY:
            if decision.reason is Reason.CLOSE_READINGS:
                cards = self._cards(understanding, area, context)
                return close_readings(decision, understanding, cards, self._parts.replies, context.audience)
            return which_setting(decision, understanding, area, self._parts.replies, context.audience)
        if decision.reason is Reason.OUT_OF_SCOPE:
            text = self._parts.replies.say("out_of_scope", context.audience)
            cards = self._cards(replace(understanding, subject=ADVICE), area, context)  # never a dead end
            return Reply(Kind.OUT_OF_SCOPE, text, contacts=cards[:1], reason=decision.reason, probability=decision.probability)
        context = replace(context, setting=understanding.contact_setting)
        reply = self.hand_over(decision.reason, understanding.subject, context, understanding.query)
        return replace(reply, probability=decision.probability, see_also=self._see_also(decision))

    def _cards(self, understanding: Understanding, area: Area, context: Context) -> tuple[ContactCard, ...]:
        setting, parts = setting_of(area, understanding.contact_setting), self._parts
        return cards_for(understanding.subject, area, setting, parts.routes, parts.replies, context.audience)

    def _see_also(self, decision: Decision) -> tuple[Citation, ...]:
        """The nearest page, if it is near enough to be worth a look."""
        unsure = decision.reason is Reason.UNSURE and decision.probability >= self._parts.policy.see_also_at
        pages = [each for each in (decision.reading, *decision.rivals) if each and each.hit.document.kind != "card"]
        return (self._writer.cited(pages[0]),) if unsure and pages else ()


def _own(reading: Reading) -> bool:
    """True for a page of one nursery, school or college."""
    return reading.hit.passage.scope.level is ScopeLevel.SETTING


def _not_for(audience: Audience) -> tuple[str, ...]:
    """Kinds of answers that staff wrote for the other voice."""
    return tuple(f"curated_{other.value}" for other in Audience if other is not audience)


def _named(card: ContactCard, setting: Setting | None) -> str:
    return display_name(card.contact, setting if card.key == OWN else None)
