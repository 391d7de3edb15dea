"""The actions of the domain: tracker in, one call into `assistant`, reply dispatched.

The slots `area`, `setting` and `audience` say where and for whom; until they are set, the message's metadata does.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import AllSlotsReset, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.replies import channel_message
from actions.tracked import contact_setting, context_of, entities, offered, said
from assistant.choices import chosen
from assistant.dialogue import DENIED
from assistant.errors import AreaUnknown, place_of
from assistant.talk import Step, Talk
from assistant.types import Audience, Context, Kind

log = logging.getLogger(__name__)
Event = dict[str, Any]


class TalkAction(Action):  # type: ignore[misc]
    """An action that is one step of a talk. Subclasses say which."""

    name_: str

    def __init__(self, talk: Talk, only_area: str = "") -> None:
        self._talk = talk
        self._only_area = only_area

    def name(self) -> str:
        """As the domain and the rules call it."""
        return self.name_

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Event]:
        """Dispatch the replies of one step, and set the slots that it changes. Whatever fails, the family gets a hand-over."""
        del domain
        context = context_of(tracker, self._only_area)
        try:
            step = self.step(self._talk, tracker, context)
        except AreaUnknown:
            raise
        except Exception as error:
            log.error("%s failed: %s in %s", self.name_, type(error).__name__, place_of(error))
            step = self._talk.failed(context)
        about = {"setting": context.setting, "contact_setting": contact_setting(step.replies), "card": self.card(tracker, step)}
        where = {"area": context.area, "audience": context.audience.value, "offered": offered(step.replies)}
        slots = {**where, **about, **step.slots}
        for reply in step.replies:
            dispatcher.utter_message(**channel_message(reply, slots))
        return [*self.resets(), *(SlotSet(name, value) for name, value in slots.items())]

    def resets(self) -> list[Event]:
        """Events that come before the slots."""
        return []

    def card(self, tracker: Tracker, step: Step) -> bool | None:
        """True from the safety card on, through small talk, until something else is shown: till then it can be shown again."""
        kind = step.slots.get("last_kind")
        return kind == Kind.SAFEGUARDING.value or (kind == Kind.SMALLTALK.value and bool(tracker.get_slot("card"))) or None

    def step(self, talk: Talk, tracker: Tracker, context: Context) -> Step:
        """What this action does."""
        raise NotImplementedError


class ActionAnswer(TalkAction):
    """Looks up the question, or the questions, of the last message."""

    name_ = "action_answer"

    def step(self, talk: Talk, tracker: Tracker, context: Context) -> Step:
        """Answer, ask which, or hand over."""
        if card := card_again(talk, tracker, context):
            return card
        step = talk.answer(said(tracker), context, answer_shown(tracker))
        if tracker.get_slot("card") and step.replies[-1].kind is Kind.OUT_OF_SCOPE:  # "it was a joke"
            return talk.smalltalk("dont_know", context, talk.say("safeguarding.caution", context))
        waiting = str(tracker.get_slot("pending") or "")
        return talk.unknown_setting(step, said(tracker), waiting, context) if waiting else step


class ActionComplaint(TalkAction):
    """Meets a complaint."""

    name_ = "action_complaint"

    def step(self, talk: Talk, tracker: Tracker, context: Context) -> Step:
        """How to complain, and somebody independent."""
        return card_again(talk, tracker, context) or talk.complaint(said(tracker), context)


class ActionContactPerson(TalkAction):
    """Names a person at any time."""

    name_ = "action_contact_person"

    def step(self, talk: Talk, tracker: Tracker, context: Context) -> Step:
        """The right person for what was asked before, or for what is said now."""
        if card := card_again(talk, tracker, context):
            return card
        text = said(tracker)
        return talk.person("" if text.startswith("/") else text, context, shown=answer_shown(tracker))


class ActionChooseSetting(TalkAction):
    """Goes over to a nursery, school or college, and answers the question that waited for it."""

    name_ = "action_choose_setting"

    def step(self, talk: Talk, tracker: Tracker, context: Context) -> Step:
        """By button or by name."""
        named = [None if value == "none" else value for value in entities(tracker, "setting")]
        waiting = str(tracker.get_slot("pending") or "")
        if not waiting and not context.setting and tracker.get_slot("last_kind") == Kind.HANDOFF.value:
            waiting = context.previous  # what no page of the council answered, the school's own may
        if not named and context.setting and context.setting not in entities(tracker, DENIED):
            named = [context.setting]  # "not Kestrel", in a talk about Millbrook
        shown = tracker.get_slot("last_kind") in (Kind.ANSWER.value, Kind.HANDOFF.value)
        if not waiting and (entities(tracker, DENIED) or (shown and talk.corrects(said(tracker)))):
            waiting = context.previous  # "not Kestrel, Millbrook": it was asked of the wrong one
        return talk.choose_setting(said(tracker), named, waiting, context)


class ActionChooseAudience(TalkAction):
    """Changes who is spoken to."""

    name_ = "action_choose_audience"

    def step(self, talk: Talk, tracker: Tracker, context: Context) -> Step:
        """A parent, or a young person."""
        chosen = Audience(next((value for value in entities(tracker, "audience") if value in list(Audience)), context.audience))
        step = talk.smalltalk("audience_chosen", Context(context.area, context.setting, chosen))
        return Step(step.replies, {**step.slots, "audience": chosen.value})


class ActionChooseReading(TalkAction):
    """Shows the page that was picked among close ones."""

    name_ = "action_choose_reading"

    def step(self, talk: Talk, tracker: Tracker, context: Context) -> Step:
        """The passage, if the last question finds it."""
        return talk.choose_reading(next(iter(entities(tracker, "passage")), ""), context)


class ActionChooseListed(TalkAction):
    """Takes "the second one" for the button that it means."""

    name_ = "action_choose_listed"

    def step(self, talk: Talk, tracker: Tracker, context: Context) -> Step:
        """What the button does, of those that the last reply showed; a fixed sentence if there is none at that place."""
        place, payloads = int(entities(tracker, "place")[0]), tracker.get_slot("offered") or []
        if not payloads or place > len(payloads):
            return talk.smalltalk("not_listed", context)
        kind, value = chosen(payloads[place - 1 if place > 0 else place])
        if kind == "setting":
            return talk.choose_setting("", [None if value == "none" else value], str(tracker.get_slot("pending") or ""), context)
        return talk.choose_reading(value, context)


class ActionFeedback(TalkAction):
    """Was it helpful? If not, the next best page or a person."""

    name_ = "action_feedback"

    def step(self, talk: Talk, tracker: Tracker, context: Context) -> Step:
        """Yes by button or by saying so; anything else is no. A "yes" that follows no answer is small talk."""
        intent = (tracker.latest_message.get("intent") or {}).get("name")
        if intent in ("affirm", "deny") and tracker.get_slot("last_kind") != Kind.ANSWER.value:
            return talk.smalltalk(intent, context)
        helpful = intent == "affirm" or "yes" in entities(tracker, "helpful")
        context = replace(context, records=tracker.get_slot("last_kind") == Kind.ANSWER.value)
        return talk.feedback(helpful, tracker.get_slot("shown") or [], context)


class ActionDontKnow(TalkAction):
    """Goes on without what the family does not know."""

    name_ = "action_dont_know"

    def step(self, talk: Talk, tracker: Tracker, context: Context) -> Step:
        """The question that waited for a school, answered without one; else a fixed sentence."""
        waiting = str(tracker.get_slot("pending") or "")
        return talk.choose_setting("", [None], waiting, context) if waiting else talk.smalltalk("dont_know", context)


class ActionSmalltalk(TalkAction):
    """A fixed sentence for the intent of the last message."""

    name_ = "action_smalltalk"

    def step(self, talk: Talk, tracker: Tracker, context: Context) -> Step:
        """The sentence of that name."""
        return talk.smalltalk(str((tracker.latest_message.get("intent") or {}).get("name")), context)


class ActionRepeat(TalkAction):
    """Answers the last question again."""

    name_ = "action_repeat"

    def step(self, talk: Talk, tracker: Tracker, context: Context) -> Step:
        """The same question, looked up again; the same person, if nothing but a person was asked for; or the safety card."""
        if not context.previous and tracker.get_slot("last_kind") == Kind.HANDOFF.value:
            return talk.person("", context)
        if not context.previous:
            return nothing_shown(talk, tracker, context)
        again = Context(context.area, context.setting, context.audience, records=False)
        return talk.answer(context.previous, again)


def answer_shown(tracker: Tracker) -> Sequence[str]:
    """What the last reply showed, if it was an answer."""
    return (tracker.get_slot("shown") or []) if tracker.get_slot("last_kind") == Kind.ANSWER.value else []


def card_again(talk: Talk, tracker: Tracker, context: Context) -> Step | None:
    """The safety card once more, for "what do i do" and "who do i tell" after it: they are about what it was shown for."""
    text = said(tracker)
    if not tracker.get_slot("card") or text.startswith("/") or not talk.asks_what_to_do(text, context.area):
        return None
    return talk.safeguarding(replace(context, records=False))


def nothing_shown(talk: Talk, tracker: Tracker, context: Context) -> Step:
    """The safety card again, if that is what there is to show again."""
    if tracker.get_slot("card"):
        return talk.safeguarding(replace(context, records=False))
    return talk.smalltalk("nothing_to_repeat", context)


class ActionExplainWords(TalkAction):
    """Says what words of the last answer mean."""

    name_ = "action_explain_words"

    def step(self, talk: Talk, tracker: Tracker, context: Context) -> Step:
        """From the glossary; a person, where it has none of them."""
        return talk.explain_words(context) if context.previous else nothing_shown(talk, tracker, context)


class ActionStartOver(TalkAction):
    """Forgets what was asked. The area, the setting and the voice stay."""

    name_ = "action_start_over"

    def resets(self) -> list[Event]:
        """Everything is forgotten first."""
        return [AllSlotsReset()]

    def card(self, tracker: Tracker, step: Step) -> None:
        """The card too."""

    def step(self, talk: Talk, tracker: Tracker, context: Context) -> Step:
        """Say so."""
        return talk.smalltalk("start_over", context)


class ActionSafeguarding(TalkAction):
    """The emergency card, before and whatever else happens."""

    name_ = "action_safeguarding"

    def step(self, talk: Talk, tracker: Tracker, context: Context) -> Step:
        """The fixed card of the area; the answer, if the card was seen for these words and they were misread."""
        return talk.misread(said(tracker), context) if context.misread else talk.safeguarding(context)


ACTIONS: tuple[type[TalkAction], ...] = (
    ActionAnswer, ActionComplaint, ActionContactPerson, ActionChooseSetting, ActionChooseAudience, ActionChooseReading,
    ActionChooseListed, ActionFeedback, ActionDontKnow, ActionSmalltalk, ActionRepeat, ActionExplainWords, ActionStartOver,
    ActionSafeguarding,
)  # fmt: skip
