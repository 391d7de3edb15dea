from dataclasses import replace

import numpy as np
import pytest
from sklearn.ensemble import GradientBoostingClassifier

from assistant.decide import less_sure
from evaluation.calibrate import TREES, Bounds, calibrate, cross_fitted, fit_trees, threshold
from evaluation.cases import Case
from evaluation.questions import Expect, Question, QuestionsError
from evaluation.reached import in_plain_words

RNG = np.random.default_rng(5)


def cases(number: int, areas: int = 3) -> list[Case]:
    """Made so that the score tells right from wrong most of the time."""
    made = []
    for i in range(number):
        kinds = (Expect.ANSWER, Expect.ANSWER, Expect.HANDOFF, Expect.CONTACT, Expect.OUT_OF_SCOPE)
        expect = kinds[i % len(kinds)]
        right = expect is Expect.ANSWER and RNG.random() < 0.8
        vector = RNG.normal(size=8).astype(np.float32) + 3 * np.eye(8, dtype=np.float32)[i % len(kinds)]
        score = float(RNG.normal(2.0 if right else -2.0, 1.0))
        asked = Question(str(i), str(i), "parent", f"area{i % areas}", None, expect, (), None)
        made.append(Case(asked, vector, {"whole": score}, right))
    return made


def test_the_threshold_keeps_both_losses_within_the_bound() -> None:
    made = [case for case in cases(1500) if case.question.expect is not Expect.CONTACT]
    probabilities = np.array([1 / (1 + np.exp(-case.features["whole"])) for case in made])
    at = threshold(made, probabilities, 0.05)
    for answerable in (True, False):
        group = np.array([(case.question.expect is Expect.ANSWER) is answerable for case in made])
        wrong = np.array([not case.right for case in made])
        assert (group & wrong & (probabilities >= at)).sum() / group.sum() <= 0.05
    assert at > threshold(made, probabilities, 0.2)


def test_a_bound_that_cannot_be_kept_means_never_answering() -> None:
    made = [case for case in cases(60) if case.question.expect is not Expect.CONTACT]
    probabilities = np.array([0.99] * len(made))
    assert threshold(made, probabilities, 0.001) > 1


def test_a_policy_comes_out_with_its_figures() -> None:
    policy = calibrate(cases(900), "enc", Bounds(0.05, 0.02), "content")
    assert policy.reached["coverage_of_answerable"] > 0.5
    assert policy.reached["false_answers"] <= 0.05
    counts = [row["answered"].split(" of ") for row in policy.reached["by_area"].values()]
    assert sum(int(shown) for shown, _ in counts) / sum(int(among) for _, among in counts) == pytest.approx(
        policy.reached["coverage_of_answerable"], abs=0.0001
    )
    assert policy.sure_at > policy.answer_at
    assert policy.reached["surely_false"] <= 0.02 < policy.reached["false_answers"]
    assert 0.5 < policy.reached["surely_answered"] < policy.reached["coverage_of_answerable"]
    assert policy.reached["right_among_answered_95"][0] <= policy.reached["right_among_answered"]
    assert policy.answers.probability({"whole": 5.0}) > 0.8 > 0.2 > policy.answers.probability({"whole": -5.0})


def test_questions_that_were_not_looked_up_count_as_not_answered_and_teach_nothing() -> None:
    made = cases(900)
    lost = [replace(case, features={}, right=False) for case in made[:50]]
    fewer, all_of_them = (calibrate(each, "enc", Bounds(0.05, 0.02), "content") for each in (made[50:], [*lost, *made[50:]]))
    rated = [case for case in made[:50] if case.question.expect is not Expect.CONTACT]
    assert all_of_them.reached["questions"] == fewer.reached["questions"] + len(rated)
    among = [
        sum(int(row["answered"].split(" of ")[1]) for row in each.reached["by_area"].values()) for each in (fewer, all_of_them)
    ]
    assert among[1] == among[0] + sum(case.question.expect is Expect.ANSWER for case in rated)
    assert all_of_them.reached["coverage_of_answerable"] < fewer.reached["coverage_of_answerable"]
    assert all_of_them.answers.names == fewer.answers.names == ("whole", "out_of_scope")


def test_a_story_is_rated_as_it_is_served_with_its_doubt() -> None:
    made = [case for case in cases(600) if case.question.expect is not Expect.CONTACT]
    told = [replace(case, story=i % 2 == 0) for i, case in enumerate(made)]
    plain, doubted = cross_fitted(made, ("whole",)), cross_fitted(told, ("whole",), 0.9)
    assert np.allclose(doubted[1::2], plain[1::2])
    assert np.allclose(doubted[::2], [less_sure(float(p), 0.9) for p in plain[::2]])
    assert (doubted[::2] < plain[::2]).all()


def test_the_figures_of_a_policy_are_of_stories_with_their_doubt() -> None:
    told = [replace(case, story=True) for case in cases(900)]
    plain, doubted = (calibrate(told, "enc", Bounds(0.05, 0.02), "c", doubt=doubt) for doubt in (0.0, 0.9))
    assert doubted.answer_at < plain.answer_at
    assert doubted.answers == plain.answers


def test_the_range_over_areas_is_told_beside_the_interval() -> None:
    reached = calibrate(cases(900), "enc", Bounds(0.05, 0.02), "content").reached
    false = [row["false_answers"].split(" of ") for row in reached["by_area"].values()]
    shares = sorted(round(int(part) / int(whole), 4) for part, whole in false)
    assert reached["false_answers_areas"] == [shares[0], shares[-1]]
    assert f"from area to area this was {round(100 * shares[0])} to {round(100 * shares[-1])}." in in_plain_words(reached)


def test_too_few_questions_are_refused() -> None:
    with pytest.raises(QuestionsError, match="at least 100 questions over 2 areas"):
        calibrate(cases(40), "enc", Bounds(0.05, 0.05), "")


def test_the_stored_trees_say_what_the_fitted_ones_say() -> None:
    given = cases(900)
    rows = np.array([[case.features["whole"], 0.0] for case in given])
    wanted = GradientBoostingClassifier(**TREES).fit(rows, [case.right for case in given]).predict_proba(rows)[:, 1]
    fitted = fit_trees(given, ("whole", "other"))
    assert np.allclose([fitted.probability(case.features) for case in given], wanted, atol=0.005)
