"""Answer (surely or not), ask one question back, or hand over: from the fitted probability that the best passage answers."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.dialogue import DialogueRules, surely_asks
from assistant.features import AnswerKind, features_of
from assistant.follow_up import asks_more
from assistant.policy import DecisionPolicy
from assistant.types import Context, Decision, Outcome, Reading, Reason, Understanding


def decide(
    understanding: Understanding,
    vector: NDArray[np.float32],
    readings: Sequence[Reading],
    context: Context,
    policy: DecisionPolicy,
    kinds: Sequence[AnswerKind],
    dialogue: DialogueRules,
) -> Decision:
    """The decision about one question; `readings` come best first, `vector` is the message's."""
    contact = policy.contact.probability(vector)
    stray = policy.out_of_scope.probability(vector)
    may_ask = contact >= policy.contact.at
    if not asks_more(understanding, context.previous) and surely_asks(understanding, contact, policy.contact.at, dialogue):
        return _person(contact)
    if written := next((each for each in readings if _is_meant(each, dialogue)), None):
        return Decision(Outcome.ANSWER, Reason.CONFIDENT, curated_nearness(written), written)
    if understanding.subject in dialogue.never_answered:
        return Decision(Outcome.HAND_OFF, Reason.UNSURE, 0.0)
    not_told = understanding.of_setting and not understanding.setting
    if not_told and not context.clarified:
        return _person(contact) if may_ask else Decision(Outcome.CLARIFY, Reason.WHICH_SETTING, 0.0)
    if not readings:
        reason = Reason.OUT_OF_SCOPE if stray >= policy.out_of_scope.at else Reason.NOTHING_FOUND
        return _person(contact) if may_ask else Decision(Outcome.HAND_OFF, reason, 0.0)
    features = dict(features_of(understanding, readings, kinds)) | {"contact": contact, "out_of_scope": stray}
    probability = less_sure(policy.answers.probability(features), dialogue.story.doubt if understanding.asks else 0.0)
    best, rivals = readings[0], tuple(readings[1:6])
    sure = probability >= policy.sure_at and (not best.hit.document.curated or _is_read_alike(best, dialogue))
    if probability >= policy.answer_at and (sure or not (may_ask or not_told)):
        return Decision(Outcome.ANSWER, Reason.CONFIDENT, probability, best, rivals, features, sure=sure)
    if may_ask:
        return _person(contact)
    if len(understanding.settings) > 1 and not context.setting and not context.clarified:
        return Decision(Outcome.CLARIFY, Reason.WHICH_SETTING, probability, best, rivals, features)
    if not understanding.settings and policy.off_topic.probability(features) >= policy.off_topic.at:
        return Decision(Outcome.HAND_OFF, Reason.OUT_OF_SCOPE, probability, best, rivals, features)
    if not context.clarified and probability >= dialogue.close_from * policy.answer_at and _close(best, rivals, dialogue):
        return Decision(Outcome.CLARIFY, Reason.CLOSE_READINGS, probability, best, _others(best, rivals), features)
    return Decision(Outcome.HAND_OFF, Reason.UNSURE, probability, best, rivals, features)


def less_sure(probability: float, by: float) -> float:
    """`probability` with `by` taken from its logit."""
    odds = probability * math.exp(-by)
    return odds / (1 - probability + odds)


def _person(contact: float) -> Decision:
    return Decision(Outcome.HAND_OFF, Reason.ASKED_FOR_PERSON, contact)


def curated_nearness(reading: Reading) -> float:
    """How near the question is to an answer that staff wrote, a cosine; 0 for a page."""
    if not reading.hit.document.curated:
        return 0.0
    return max(reading.hit.whole, *reading.hit.sentences, 0.0)


def _is_meant(reading: Reading, dialogue: DialogueRules) -> bool:
    """True for an answer that staff wrote, if one of its wordings is asked, or if it is near and the cross-encoder agrees.

    "A support group for mums" is near to the wording "a support group for dads".
    """
    near = curated_nearness(reading)
    return near >= dialogue.curated_alike or (near >= dialogue.curated_at and _is_read_alike(reading, dialogue))


def _is_read_alike(reading: Reading, dialogue: DialogueRules) -> bool:
    return reading.cross is not None and reading.cross >= dialogue.curated_cross


def _others(best: Reading, rivals: Sequence[Reading]) -> tuple[Reading, ...]:
    return tuple(each for each in rivals if each.hit.passage.document_id != best.hit.passage.document_id)


def _close(best: Reading, rivals: Sequence[Reading], dialogue: DialogueRules) -> bool:
    others = _others(best, rivals)
    return bool(others) and others[0].score >= best.score - dialogue.close_gap
