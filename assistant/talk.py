"""What the actions call: one function for each thing that a conversation can do.

A conversation keeps only slots. `Context` is made from them, and a `Step` says what to show and which slots to change;
whatever is kept of the family's words has been redacted.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from assistant.choices import other_pages
from assistant.clarify import which_setting
from assistant.contacts import ADVICE, display_name, setting_of
from assistant.dialogue import FAQ, PERSON, intent_said, may_name
from assistant.errors import AreaUnknown, place_of
from assistant.follow_up import MOST_QUESTIONS, questions_in, refers_back
from assistant.parsed import Parsed, parsed
from assistant.safety import Level
from assistant.shown import is_again, marks_of, noticed, numbers_told, part_shown, same
from assistant.turn import Assistant
from assistant.types import Context, Decision, Kind, Outcome, Reading, Reason, Reply, Understanding
from knowledge.words import words

log = logging.getLogger(__name__)
_WORDS_EXPLAINED = 4  # at once, at most
_REACHES = ("phone", "email")  # kinds of answer that say how to reach somebody
_FOUND_NOTHING = (Reason.ASKED_FOR_PERSON, Reason.UNSURE, Reason.NOTHING_FOUND, Reason.OUT_OF_SCOPE)
_KEPT = 600  # characters of a redacted question that a slot may hold


@dataclass(frozen=True)
class Step:
    """What one action shows, and the slots that it sets."""

    replies: tuple[Reply, ...]
    slots: Mapping[str, Any] = field(default_factory=dict)


class Talk:
    """The assistant as a conversation partner. Nothing is kept here: all that lasts is in the slots."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant
        self._parts = assistant.parts

    def parse(self, text: str, area: str) -> Parsed:
        """What a message does in the conversation; a disclosure of harm comes before anything else.

        If reading it fails it is taken for a question, whose answer then says who can help. Raises only AreaUnknown.
        """
        try:
            return parsed(self.assistant, text, area)
        except AreaUnknown:
            raise
        except Exception as error:
            log.error("a message could not be read: %s in %s", type(error).__name__, place_of(error))
            return Parsed(FAQ, 1.0)

    def answer(self, text: str, context: Context, shown: Sequence[str] = ()) -> Step:
        """Each question of a message answered in turn, at most `MOST_QUESTIONS`, none twice; what was just `shown` says so."""
        replies: list[Reply] = []
        slots: dict[str, Any] = {}
        asked = (text,) if self._parts.languages.other(text) else questions_in(text)
        for number, question in enumerate(asked[:MOST_QUESTIONS]):
            explained = self.assistant.explain(self._parts.follow_ups.apart(question) if number else question, context)
            if not any(same(explained.reply, each) for each in replies):
                again = is_again(explained.reply, shown)
                replies.append(self._again(explained.reply, context) if again else explained.reply)
            if explained.reply.kind is Kind.SAFEGUARDING:
                return self.safeguarding(context)
            understood = explained.understanding
            setting = understood.setting if understood else context.setting
            slots |= self._asked(explained.reply, context) | {"setting": setting}
            context = replace(context, previous=slots["last_question"], setting=setting)
        if len(asked) > MOST_QUESTIONS:
            line = self.say("safeguarding.caution", context) if self.assistant.screen(text).level is not Level.NONE else ""
            replies.insert(0, Reply(Kind.SMALLTALK, self.say("smalltalk.first_questions", context), notice=line))
        return Step(tuple(replies), slots)

    def unknown_setting(self, step: Step, text: str, waiting: str, context: Context) -> Step:
        """`step`, the answer to `text`; what waited for a school, if `text` may name one that is not known and finds nothing."""
        reply = step.replies[0]
        nothing = reply.reason in _FOUND_NOTHING or reply.notice == self.say("not_certain", context)
        alone, _ = self.assistant.understand(text, replace(context, previous=""))
        if not nothing or not may_name(alone, self._parts.dialogue):
            return step
        found = self.choose_setting("", [None], waiting, context)
        gentle = "" if reply.kind is Kind.ANSWER else reply.notice  # an answer's only says that it is not certain
        first = noticed(found.replies[0], gentle, self.say("clarify.not_known", context))
        return Step((first, *found.replies[1:]), {**found.slots, "pending": waiting})

    def choose_setting(self, text: str, named: Sequence[str | None], waiting: str, context: Context) -> Step:
        """Go over to the setting that was named (None: to none), and answer what waited for it.

        "And at Kestrel?" asks the last question again, about Kestrel.
        """
        pending = waiting or (context.previous if refers_back(text, self._parts.follow_ups.rules) else "")
        area = self.assistant.area(context.area)
        known = [setting for slug in named if (setting := setting_of(area, slug))]
        if list(named) != [None] and len(known) != 1:
            return self._which(context, [each.slug for each in known], pending)
        setting = known[0] if known else None
        names = self.assistant.names(context.area)
        previous = names.renamed(context.previous, setting) if setting else context.previous
        context = replace(context, setting=setting.slug if setting else None, clarified=True, previous="")
        if pending:
            step = self.answer(names.renamed(pending, setting) if setting else pending, context)
            return Step(step.replies, {**step.slots, "setting": context.setting})
        said = "setting_chosen" if setting else "setting_cleared"
        text = self.say(f"smalltalk.{said}", context, setting=setting.name if setting else "")
        slots = {"setting": context.setting, "last_kind": Kind.SMALLTALK.value, "last_question": previous or None}
        return Step((Reply(Kind.SMALLTALK, text),), slots)

    def choose_reading(self, passage: str, context: Context) -> Step:
        """The answer that a passage gives, which the family picked; only passages that their question finds."""
        for reading in self._found(context):
            if str(reading.hit.passage.id) == passage:
                understanding, _ = self.assistant.understand(context.previous, replace(context, previous=""))
                reply = self.assistant.answered(reading, (), understanding, context)
                return Step((reply,), {"last_kind": reply.kind.value, "clarified": False})
        return self.person(context.previous, replace(context, previous=""), Reason.UNSURE)

    def person(self, text: str, context: Context, reason: Reason = Reason.ASKED_FOR_PERSON, shown: Sequence[str] = ()) -> Step:
        """Who can help with what is said; with what was asked before it, if it only asks for a person.

        "Who do I ring then", after an answer, is told the number that a page of it gives; `shown` are the parts that it showed.
        """
        subject = "school" if context.setting else ADVICE
        alone = replace(context, previous="")
        question = context.previous
        for asked in filter(None, (text, context.previous)):
            understanding, _ = self.assistant.understand(asked, context if asked == text else alone)
            subject = understanding.subject
            context = replace(context, setting=understanding.contact_setting)
            if PERSON not in (understanding.intent, intent_said(asked, self._parts.dialogue)):
                leans = asked == text and self._parts.follow_ups.leans(text)
                question = context.previous if leans and context.previous else self._kept(asked)
                break
        if shown and self._parts.follow_ups.leans(text):  # what was answered without a school is about none
            context = replace(context, clarified=True)
        reply = self.assistant.hand_over(reason, subject, context, context.previous)
        if shown and self._parts.follow_ups.leans(text) and (told := self._number_shown(shown, context)):
            reply = replace(reply, text=f"{told.text}\n\n{reply.text}", citations=told.citations)
        waits = self._kept(text or context.previous) if reply.choices else None
        slots = {"last_kind": reply.kind.value, "last_question": question or None, "pending": waits}
        return Step((reply,), {**slots, "clarified": bool(reply.choices)})

    def explain_words(self, context: Context) -> Step:
        """What words of the answer before mean, by the glossary; who can explain it, if that has none of them."""
        alone = replace(context, previous="")
        person, shown = self.person(context.previous, alone, Reason.UNSURE), self.assistant.try_out(context.previous, alone).reply
        slots = {**person.slots, "last_question": context.previous}
        if shown.kind is not Kind.ANSWER:
            return Step(person.replies, slots)
        told = self._parts.definitions.of_words_in(shown.text, _WORDS_EXPLAINED)
        said = self.say(f"smalltalk.{'' if told else 'no_'}words_explained", context)
        text = "\n\n".join(filter(None, (said, "\n".join(f"- {each.text}" for each in told))))
        reply = replace(person.replies[0], text=text, citations=tuple({each.source for each in told}), see_also=())
        return Step((reply,), slots)

    def complaint(self, text: str, context: Context) -> Step:
        """The published way to complain if there is one; otherwise somebody who is not the one complained of."""
        step = self.answer(text, context)
        said = " ".join((step.replies[-1].text, *(cited.title for cited in step.replies[-1].citations))).lower()
        if step.replies[-1].kind is Kind.HANDOFF or "complain" not in said:
            named = self.assistant.understand(text, context)[0].contact_setting
            reply = self.assistant.hand_over(Reason.COMPLAINT, "complaint", replace(context, setting=named), text)
            return Step((*step.replies[:-1], reply), step.slots)
        return step

    def feedback(self, helpful: bool, shown: Sequence[str], context: Context) -> Step:
        """Thanks; or the next best pages as buttons, and a person. Only of an answer it is counted (`context.records`)."""
        if context.records:
            self._parts.recorder.feedback(context, context.previous, helpful=helpful)
        if helpful or not context.previous:
            said = "feedback_good" if helpful else "feedback_bad"
            return Step((Reply(Kind.SMALLTALK, self.say(f"smalltalk.{said}", context)),), {"last_kind": Kind.SMALLTALK.value})
        person = self.person(context.previous, replace(context, previous=""), Reason.UNSURE)
        others = other_pages(self._found(context), shown)
        words_ = self.say("feedback.next_best" if others else "feedback.person", context)
        reply = replace(person.replies[0], text=words_, choices=tuple(choice for _, choice in others))
        return Step((reply,), {**person.slots, "shown": [*shown, *(document for document, _ in others)]})

    def asks_what_to_do(self, text: str, area: str) -> bool:
        """True of "what do i do" and "who do i tell", which ask about the words before them."""
        contact, (_, vector) = self._parts.policy.contact, self.assistant.understand(text, Context(area))
        asks = contact.probability(vector) >= contact.at or words(text)[:1] == ["who"]
        return (asks or intent_said(text, self._parts.dialogue) == FAQ) and self._parts.follow_ups.leans(text)

    def corrects(self, text: str) -> bool:
        """True of words that put right what went before: "no i meant Millbrook"."""
        return bool(self._parts.dialogue.corrects & set(words(text)))

    def smalltalk(self, about: str, context: Context, notice: str = "") -> Step:
        """A fixed sentence."""
        text = self.say(f"smalltalk.{about}", context)
        return Step((Reply(Kind.SMALLTALK, text, notice=notice),), {"last_kind": Kind.SMALLTALK.value, "clarified": False})

    def safeguarding(self, context: Context) -> Step:
        """The fixed card; the conversation forgets what it was about. Only the first showing is counted (`context.records`)."""
        reply = self.assistant.safety_reply(self.assistant.area(context.area), context)
        if context.records:
            self._parts.recorder.disclosure(context)
        forgotten = {"pending": None, "last_question": None, "shown": None, "clarified": False}
        return Step((reply,), {"last_kind": reply.kind.value, **forgotten})

    def failed(self, context: Context) -> Step:
        """Who can help, when a step could not be taken."""
        return Step((self.assistant.failed(context),), {"last_kind": Kind.HANDOFF.value, "clarified": False})

    def misread(self, text: str, context: Context) -> Step:
        """The answer to words that got the card; `context.misread` says that they were misread. The turn keeps none of them."""
        self._parts.recorder.misread(context)
        return self.answer(text, context)

    def say(self, path: str, context: Context, **values: str) -> str:
        """A fixed sentence in the voice of the conversation."""
        return self._parts.replies.say(path, context.audience, **values)

    def _asked(self, reply: Reply, context: Context) -> dict[str, Any]:
        """The slots after a question: only redacted words are kept."""
        question = self._kept(reply.reference) if reply.reference else ""
        waits = reply.reason is Reason.WHICH_SETTING or (reply.reason is Reason.ASKED_FOR_PERSON and bool(reply.choices))
        kept = reply.kind is Kind.OUT_OF_SCOPE  # "St Marys" answers nothing
        return {
            **({} if kept else {"pending": question if waits else None}),
            "last_question": question or context.previous or None,
            "shown": marks_of(reply),
            "clarified": reply.kind is Kind.CLARIFY or waits,
            "last_kind": reply.kind.value,
        }

    def _again(self, reply: Reply, context: Context) -> Reply:
        """An answer that was just shown, which says so, and who knows more."""
        area, card = self.assistant.area(context.area), next(iter(reply.contacts), None)
        name = display_name(card.contact, setting_of(area, card.setting)) if card else area.name
        return noticed(reply, reply.notice, self.say("more.again", context, contact=name))

    def _kept(self, text: str) -> str:
        """`text`, redacted; of a long one its end, from a whole word on, because a story has its question last."""
        redacted = self._parts.redact(text)
        end = redacted[-_KEPT:]
        return redacted if end == redacted else end.partition(" ")[2] or end

    def _which(self, context: Context, slugs: Sequence[str], pending: str) -> Step:
        area = self.assistant.area(context.area)
        asked = Understanding(pending, pending, "", 0.0, settings=tuple(slugs))
        decision = Decision(Outcome.CLARIFY, Reason.WHICH_SETTING, 0.0)
        reply = which_setting(decision, asked, area, self._parts.replies, context.audience)
        return Step((reply,), {"last_kind": reply.kind.value, "clarified": True, "pending": pending or None})

    def _found(self, context: Context) -> list[Reading]:
        if not context.previous:
            return []
        alone = replace(context, previous="")
        understanding, vector = self.assistant.understand(context.previous, alone)
        return self.assistant.readings(understanding, vector, alone)

    def _number_shown(self, shown: Sequence[str], context: Context) -> Reply | None:
        """What the parts just shown say about ringing or writing, if they do; `context` has the question that they answered."""
        patterns = [kind.told for kind in self._parts.kinds if kind.name in _REACHES]
        for said, reading in numbers_told(self._found(context), patterns, context.previous):
            understanding, _ = self.assistant.understand(context.previous, replace(context, previous=""))
            cited = self.assistant.answered(reading, (), understanding, context).citations
            if {part_shown(each) for each in cited} & set(shown):
                return Reply(Kind.HANDOFF, self.say("handoff.page_says", context, said=said), citations=cited)
        return None
