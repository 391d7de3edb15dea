"""What the safety screen is fitted on beside its messages: disclosures that are buried in other text."""

import numpy as np

from assistant.data_files import DATA
from assistant.safety_rules import SafetyRules
from evaluation.fit_safety import messages
from evaluation.safety_messages import Labelled, buried, buried_held_out, own, to_learn_from, to_weigh

OTHERS = [f"Question {number} about the bus?" for number in range(20)]


class Vectors:
    def encode(self, texts: list[str]) -> np.ndarray:
        return np.ones((len(texts), 4), dtype=np.float32)


def test_a_disclosure_is_buried_the_same_way_each_time() -> None:
    once = buried(["my uncle hits me", "i want to die."], OTHERS)
    assert once == buried(["my uncle hits me", "i want to die."], OTHERS)
    for one, text in zip(once, ("my uncle hits me.", "i want to die."), strict=True):
        assert one.harm
        assert text in one.text
        assert any(other in one.text for other in OTHERS)


def test_the_judges_learn_from_no_buried_disclosure_and_none_strays_into_another_fold() -> None:
    plain = Labelled("my uncle hits me", True, "relative", "train")
    (hidden,) = buried([plain.text], OTHERS)
    rules = SafetyRules.load(DATA / "safety.yml")
    shown, inside = messages([plain, hidden], rules, Vectors(), lambda _: 0.0)
    assert (shown.learned_from, inside.learned_from) == (True, False)
    assert shown.fold == inside.fold
    assert inside.weight < shown.weight == 1.0
    assert len(inside.sentences) >= 2


def test_what_is_weighed_is_of_the_training_packs_only() -> None:
    weighed, learned = to_weigh(), {one.text for one in to_learn_from()}
    held_out = {one.text for name in ("held_out", "blind", "short") for one in own(name)}
    assert sum(one.harm for one in weighed) > 2000
    assert sum(not one.harm for one in weighed) > 10_000
    assert {one.within for one in weighed if one.source == "buried"} <= learned
    assert held_out.isdisjoint({one.within for one in weighed} | {one.text for one in weighed})
    assert {one.within for one in buried_held_out()} <= held_out
