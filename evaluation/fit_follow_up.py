"""Fits what says whether a message leans on the question before it ("and at college"), for the encoder that ships.

    python -m evaluation.fit_follow_up

Training: `evaluation/follow_up/train.jsonl` (text, leans), which counts `OWN_COUNTS` times as much as a line of the rest: the
short questions of the packs that the safety screen is fitted on, which stand alone. `MessageModel.at` is the lowest probability
from which, cross-fitted in five folds, at most `MOST_ASTRAY` of our own messages that stand alone would be joined.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from assistant.data_files import DATA
from assistant.dialogue import DialogueRules
from assistant.follow_up import ALONE, LEANS
from evaluation.fit_routing import OWN_COUNTS, Labelled, cross_fitted, model_of, regress
from evaluation.intervals import share_text
from evaluation.questions import Expect, read_questions
from evaluation.safety_messages import PACKS
from knowledge.encoder import OnnxEncoder

TRAINING = Path("evaluation/follow_up/train.jsonl")
MODEL = DATA / "follow_up_model.json"
MOST_ASTRAY = 0.03
_STANDS = (Expect.ANSWER, Expect.HANDOFF, Expect.OUT_OF_SCOPE)


def own(path: Path = TRAINING) -> list[Labelled]:
    """Our own labelled messages."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [Labelled(str(row["text"]), LEANS if row["leans"] else ALONE, OWN_COUNTS) for row in rows]


def of_pack(pack: Path, longest: int) -> list[Labelled]:
    """A pack's questions of at most `longest` words."""
    asked = (each for each in read_questions(pack / "questions.jsonl") if each.expect in _STANDS)
    return [Labelled(each.text, ALONE) for each in asked if len(each.text.split()) <= longest]


def main() -> None:
    """Fit, save, and say how it does."""
    encoder, rules = OnnxEncoder(DATA / "encoder"), DialogueRules.load(DATA / "dialogue.yml").follow_up
    given = [*own(), *(each for pack in PACKS for each in of_pack(pack, rules.longest))]
    vectors = encoder.encode([each.text for each in given])
    leans = cross_fitted(given, vectors)[:, sorted((ALONE, LEANS)).index(LEANS)]
    ours = np.array([each.counts == OWN_COUNTS for each in given])
    truly = np.array([each.subject == LEANS for each in given])
    at = float(np.quantile(leans[ours & ~truly], 1 - MOST_ASTRAY, method="higher"))
    model_of(regress(given, vectors), encoder, round(at, 4), len(given)).save(MODEL)
    print(f"leans from {at:.3f}: {share_text(int((leans[truly] > at).sum()), int(truly.sum()))} of those that lean are joined,")
    for name, which in (("our own that stand alone", ours & ~truly), ("short questions of packs", ~ours)):
        print(f"of {name} {share_text(int((leans[which] > at).sum()), int(which.sum()))}")


if __name__ == "__main__":
    main()
