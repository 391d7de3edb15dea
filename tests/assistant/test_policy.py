from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant.decide import decide
from assistant.dialogue import FAQ, PERSON, DialogueRules, act_of
from assistant.errors import PolicyError
from assistant.features import feature_names, features_of, load_answer_kinds
from assistant.policy import BoostedTrees, DecisionPolicy, FeatureClass, Tree, VectorClass
from assistant.types import Context, Outcome, Reason
from tests.assistant.helpers import reading, understanding

KINDS = load_answer_kinds(Path("assistant/data/answer_kinds.yml"))
DIALOGUE = DialogueRules.load(Path("assistant/data/dialogue.yml"))
NEVER = VectorClass((0.0, 0.0), -30.0, 1.0)
MAYBE = VectorClass((0.0, 0.0), 1.4, 0.5)  # a probability of 0.8
ALWAYS = VectorClass((0.0, 0.0), 30.0, 0.5)
# -2 up to 0.6, 1 up to 0.9, and 2 above it
STEPS = Tree((0, -1, 0, -1, -1), (0.6, 0.0, 0.9, 0.0, 0.0), (1, -1, 3, -1, -1), (2, -1, 4, -1, -1), (0.0, -2.0, 0.0, 1.0, 2.0))
BY_SCORE = BoostedTrees(("whole", "out_of_scope"), 0.0, (STEPS,))
OFF_TOPIC = FeatureClass(("out_of_scope", "whole"), (10.0, -8.0), -2.0, 0.5)  # whatever search finds nothing near to
VECTOR = np.array([1.0, 0.0], dtype=np.float32)


def policy(contact: VectorClass = NEVER, stray: VectorClass = NEVER) -> DecisionPolicy:
    return DecisionPolicy("enc", BY_SCORE, 0.8, contact, stray, OFF_TOPIC)


def decided(score: float, used: DecisionPolicy | None = None, **facts: object) -> tuple[Outcome, Reason]:
    asked = understanding("how much is transport", **facts)
    decision = decide(
        asked,
        VECTOR,
        [reading("It is £300 a year.", dense=0.5 + score / 4)],
        Context("brookshire"),
        used or policy(),
        KINDS,
        DIALOGUE,
    )
    return decision.outcome, decision.reason


def test_it_answers_only_above_the_fitted_threshold() -> None:
    assert decided(2.0) == (Outcome.ANSWER, Reason.CONFIDENT)
    assert decided(-2.0) == (Outcome.HAND_OFF, Reason.UNSURE)


@pytest.mark.parametrize(("sure_at", "sure"), [(0.0, True), (0.85, True), (0.9, False)])
def test_an_answer_is_only_sure_from_its_own_threshold(sure_at: float, sure: bool) -> None:  # its probability is 0.88
    used, best = replace(policy(), sure_at=sure_at), reading("It is £300 a year.", dense=1.0)
    decision = decide(understanding("how much is transport"), VECTOR, [best], Context("brookshire"), used, KINDS, DIALOGUE)
    assert (decision.outcome, decision.sure) == (Outcome.ANSWER, sure)


@pytest.mark.parametrize(
    ("near", "cross", "whole", "met"),
    [
        (0.95, None, 0.0, (Outcome.ANSWER, True)), (0.7, 3.0, 0.0, (Outcome.ANSWER, True)),
        (0.7, 1.0, 1.0, (Outcome.ANSWER, False)), (0.7, 1.0, 0.0, (Outcome.HAND_OFF, True)),
        (0.5, 3.0, 1.0, (Outcome.ANSWER, True)), (0.7, None, 1.0, (Outcome.ANSWER, False)),
    ],
)  # fmt: skip
def test_an_answer_by_staff_is_sure_only_for_its_wording_or_if_it_is_read_alike(
    near: float, cross: float | None, whole: float, met: tuple[Outcome, bool]
) -> None:
    written = replace(reading("Dads meet on Mondays.", dense=near, kind="curated"), cross=cross)
    used = replace(policy(), answers=replace(BY_SCORE, start=8.0 * whole - 4.0, trees=()), sure_at=0.8)
    decision = decide(understanding("is there a group for mums"), VECTOR, [written], Context("brookshire"), used, KINDS, DIALOGUE)
    assert (decision.outcome, decision.sure) == met


def test_asking_for_a_person_comes_before_answering() -> None:
    assert decided(2.0, policy(contact=ALWAYS)) == (Outcome.HAND_OFF, Reason.ASKED_FOR_PERSON)


def test_a_sure_page_comes_before_a_person_who_may_be_asked_for() -> None:
    used = policy(contact=MAYBE)
    assert decided(2.0, used) == (Outcome.ANSWER, Reason.CONFIDENT)
    assert decided(2.0, replace(used, sure_at=0.9)) == (Outcome.HAND_OFF, Reason.ASKED_FOR_PERSON)
    assert decided(2.0, used, intent="faq/p14") == (Outcome.ANSWER, Reason.CONFIDENT)
    assert decided(2.0, used, intent="faq/p14", confidence=0.9) == (Outcome.HAND_OFF, Reason.ASKED_FOR_PERSON)
    assert decided(2.0, used, intent=PERSON) == (Outcome.HAND_OFF, Reason.ASKED_FOR_PERSON)
    assert decided(2.0, used, of_setting=True) == (Outcome.HAND_OFF, Reason.ASKED_FOR_PERSON)
    assert decided(-2.0, used) == (Outcome.HAND_OFF, Reason.ASKED_FOR_PERSON)


def test_a_message_that_may_ask_for_a_person_is_looked_up_unless_it_leans_on_the_question_before() -> None:
    asked = understanding("who do i ring then")
    assert act_of(asked, 0.8, 0.5, DIALOGUE) == FAQ
    assert act_of(asked, 0.8, 0.5, DIALOGUE, leans=True) == PERSON
    assert act_of(asked, 0.97, 0.5, DIALOGUE) == PERSON
    assert act_of(understanding("who do i ring then", intent=PERSON), 0.8, 0.5, DIALOGUE) == PERSON


def test_what_is_not_about_send_is_said_to_be_so() -> None:
    assert decided(-2.0, policy(stray=ALWAYS)) == (Outcome.HAND_OFF, Reason.OUT_OF_SCOPE)


def test_a_stray_message_that_a_page_is_near_to_is_handed_over() -> None:
    used = policy(stray=VectorClass((0.0, 0.0), 0.0, 0.5))
    assert decided(-2.0, used) == (Outcome.HAND_OFF, Reason.OUT_OF_SCOPE)
    assert decided(1.0, used) == (Outcome.HAND_OFF, Reason.UNSURE)


def test_two_settings_named_are_asked_about_once() -> None:
    assert decided(-2.0, settings=("oak", "elm")) == (Outcome.CLARIFY, Reason.WHICH_SETTING)
    asked = understanding("which", settings=("oak", "elm"))
    again = decide(asked, VECTOR, [reading("x y", score=-2.0)], Context("brookshire", clarified=True), policy(), KINDS, DIALOGUE)
    assert again.outcome is Outcome.HAND_OFF


def test_nothing_found_is_handed_over() -> None:
    decision = decide(understanding("x"), VECTOR, [], Context("brookshire"), policy(), KINDS, DIALOGUE)
    assert decision.reason is Reason.NOTHING_FOUND


def test_a_sum_that_is_asked_for_and_missing_is_seen() -> None:
    asked = understanding("How much does it cost?")
    told = features_of(asked, [reading("It costs £300 a year.")], KINDS)
    untold = features_of(asked, [reading("There is a charge for it.")], KINDS)
    assert (told["kind_money"], untold["kind_money"]) == (1.0, -1.0)
    assert untold["kinds_missing"] > told["kinds_missing"]


def test_a_policy_of_another_encoder_is_refused(tmp_path: Path) -> None:
    policy().save(tmp_path / "p.json")
    loaded = DecisionPolicy.load(tmp_path / "p.json")
    assert loaded == policy()
    loaded.fits("enc", ("whole",))
    with pytest.raises(PolicyError, match="run 'make calibrate'"):
        loaded.fits("other", ("whole",))
    with pytest.raises(PolicyError, match="no decision policy"):
        DecisionPolicy.load(tmp_path / "none.json")
    (tmp_path / "p.json").write_text("{", encoding="utf-8")
    with pytest.raises(PolicyError, match="damaged"):
        DecisionPolicy.load(tmp_path / "p.json")


@pytest.mark.parametrize(("features", "said"), [(("renamed",), "renamed, whole differ"), (("whole", "new"), "new differ")])
def test_a_policy_that_was_fitted_on_other_features_is_refused(features: tuple[str, ...], said: str) -> None:
    with pytest.raises(PolicyError, match=said):
        policy().fits("enc", features)


def test_a_policy_that_never_answers_may_look_at_nothing_but_not_at_what_is_not_given() -> None:
    never = replace(policy(), answers=BoostedTrees((), -30.0, ()))
    never.fits("enc", ("whole", "new"))
    with pytest.raises(PolicyError, match="whole differ"):
        never.fits("enc", ("renamed",))


def test_the_features_have_the_names_that_are_said_of_them() -> None:
    given = features_of(understanding("how much is it"), [reading("It is £300.")], KINDS)
    assert set(given) == set(feature_names(KINDS))


def test_a_question_of_each_school_asks_which() -> None:
    assert decided(2.0, of_setting=True) == (Outcome.CLARIFY, Reason.WHICH_SETTING)
    assert decided(2.0, of_setting=True, setting="oak") == (Outcome.ANSWER, Reason.CONFIDENT)


@pytest.mark.parametrize(("sure_at", "outcome"), [(0.85, Outcome.ANSWER), (0.9, Outcome.HAND_OFF)])
def test_who_did_not_say_which_school_gets_the_area_s_page_only_if_it_is_sure(sure_at: float, outcome: Outcome) -> None:
    used, best = replace(policy(), sure_at=sure_at), reading("It is £300 a year.", dense=1.0)  # its probability is 0.88
    asked = understanding("how much is transport", of_setting=True)
    decision = decide(asked, VECTOR, [best], Context("brookshire", clarified=True), used, KINDS, DIALOGUE)
    assert decision.outcome is outcome


def test_two_close_pages_are_offered_once() -> None:
    near = [
        reading("It is £300.", dense=0.77, document="a"),
        reading("It is £200.", dense=0.76, document="b"),
    ]
    found = decide(understanding("how much"), VECTOR, near, Context("brookshire"), policy(), KINDS, DIALOGUE)
    again = decide(understanding("how much"), VECTOR, near, Context("brookshire", clarified=True), policy(), KINDS, DIALOGUE)
    assert (found.reason, again.reason) == (Reason.CLOSE_READINGS, Reason.UNSURE)
