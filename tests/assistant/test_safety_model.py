import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import PolicyError
from assistant.safety_model import FEATURES, SafetyModel, Words, features_of, grams
from assistant.safety_rules import SafetyRules

MODEL = SafetyModel.load()
RULES = SafetyRules.load()


def test_saving_and_loading_keeps_the_model(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    MODEL.save(path)
    again = SafetyModel.load(path)
    assert replace(again, neighbours=MODEL.neighbours) == MODEL
    rows = np.eye(MODEL.neighbours.vectors.shape[1], dtype=np.float32)[:5]
    assert np.allclose(again.neighbours.scores(rows), MODEL.neighbours.scores(rows), atol=0.02)


def test_thresholds_are_in_order() -> None:
    assert 0 < MODEL.caution_at < MODEL.disclosure_at < 1


def test_more_evidence_never_lowers_the_probability() -> None:
    plain = features_of(RULES.find("a question about a bus"), [-1.0], [-3.0], -2.0)
    for name in ("whole", "best_sentence", "words", "best_words", "judge"):
        assert MODEL.weights[name] >= 0
        assert MODEL.probability(plain | {name: plain[name] + 1}) >= MODEL.probability(plain)
    assert set(plain) == set(FEATURES)


def test_a_sentence_counts_beside_the_whole_message() -> None:
    findings = RULES.find("a question about a bus. and then he hits me")
    row = features_of(findings, [-1.0, 0.5, -0.2], [-3.0, 2.0, -1.0], -9.0)
    assert [row[name] for name in ("whole", "best_sentence", "words", "best_words")] == [-1.0, 0.5, -3.0, 2.0]
    assert row["judge"] == -6.0  # surer than that is no surer
    alone = features_of(findings, [-1.0], [-3.0], 0.0)
    assert [alone[name] for name in ("best_sentence", "best_words")] == [-1.0, -3.0]


def test_the_most_suspect_sentences_come_first() -> None:
    words = Words({"hits": (1.0, 3.0), "bus": (1.0, -3.0), "bath": (1.0, 1.0)}, 0.0)
    assert words.most_suspect(["the bus .", "he hits .", "a bath ."]) == [1, 2]
    assert words.most_suspect([]) == []
    assert grams("he hits me") == ["he", "hits", "me", "he hits", "hits me"]


def test_a_missing_or_damaged_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="no safety model"):
        SafetyModel.load(tmp_path / "none.json")
    path = tmp_path / "model.json"
    MODEL.save(path)
    row = json.loads(path.read_text(encoding="utf-8"))
    row["neighbours"]["weights"].pop()
    path.write_text(json.dumps(row), encoding="utf-8")
    with pytest.raises(PolicyError, match="damaged"):
        SafetyModel.load(path)
