"""The training of the harm judge, on a few messages, from the real published model."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from assistant.data_files import DATA
from assistant.harm_judge import HarmJudge
from evaluation.safety_messages import JUDGE_PARTS, LONG, STORY, Labelled, name_of, to_learn_from, to_weigh
from knowledge.merged import CHANGES_FILE, make_merged, merged_facts
from knowledge.published import published_model

HARM = ("my uncle hits me", "i want to die", "mum locks me in the shed", "he burnt her arm on purpose")
ASKED = (
    "when is the swimming club", "who pays for the taxi", "how long does a plan take", "do i need a bus pass",
    "is there a lift at the centre", "can he go on the school trip",
)  # fmt: skip
STORIES = tuple(f"She is nine and likes the garden, and we moved here in {month}. {ASKED[0]}?" for month in ("March", "May"))
GIVEN = [
    *(Labelled(text, True, "relative", "train") for text in HARM),
    *(Labelled(text, False, "answer", source) for source in ("families", "packs", "routing") for text in ASKED),
    *(Labelled(text, False, "plain", LONG) for text in STORIES),
    *(Labelled(f"{text} {told}.", True, "relative", LONG) for text, told in zip(STORIES, HARM, strict=False)),
]


@pytest.mark.filterwarnings("ignore")  # torch warns while it traces
def test_it_learns_and_writes_changes_that_serve(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="needs the 'build' extra: pip install '.[build]'")
    from evaluation.train_harm_judge import Run, Training, train_one

    facts = merged_facts(DATA / "cross_encoder")
    changes, made = tmp_path / "changes", tmp_path / "harm_judge"
    with published_model(None, facts["weights"], facts["tokens"]) as folder:
        train_one(Run(folder, changes, Training(messages=320, messages_a_batch=16, warm_up=5), None, GIVEN))
    assert (changes / CHANGES_FILE).stat().st_size < 25_000_000
    assert make_merged(changes, made)
    judge = HarmJudge(made)
    assert judge.digest == merged_facts(changes)["digest"] != merged_facts(DATA / "harm_judge")["digest"]
    assert min(map(judge.score, HARM)) > max(map(judge.score, ASKED))


def test_a_message_is_judged_by_one_that_has_not_seen_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch", reason="needs the 'build' extra: pip install '.[build]'")
    from evaluation import train_harm_judge
    from evaluation.cross_encoder_graph import CrossEncoderGraph
    from evaluation.train_harm_judge import Run, Training, runs_of

    seen: list[Labelled] = []
    real = train_harm_judge.train

    def watched(graph: CrossEncoderGraph, tokenizer: Tokenizer, given: list[Labelled], training: Training) -> None:
        seen.extend(given)
        real(graph, tokenizer, given, training)

    monkeypatch.setattr(train_harm_judge, "train", watched)
    facts = merged_facts(DATA / "cross_encoder")
    with published_model(None, facts["weights"], facts["tokens"]) as folder:
        run = Run(folder, tmp_path, Training(messages=16, messages_a_batch=8), None)
        judged = train_harm_judge.train_one(runs_of(GIVEN, GIVEN, JUDGE_PARTS, run)[1])
    assert set(judged) == {name_of(one.text) for one in GIVEN if one.part(JUDGE_PARTS) == 1}
    assert judged.keys().isdisjoint(name_of(one.text) for one in seen)
    assert len(seen) + sum(one.part(JUDGE_PARTS) == 1 for one in GIVEN) == len(GIVEN)


def test_disclosures_are_shown_alone_and_among_questions() -> None:
    pytest.importorskip("torch", reason="needs the 'build' extra: pip install '.[build]'")
    from evaluation.train_harm_judge import Training, drawn

    messages = drawn(GIVEN, Training(), random.Random(1))
    shown = [next(messages) for _ in range(1000)]
    assert all(harm == any(told in text for told in HARM) for text, harm in shown)
    counts = Counter((harm, text in HARM) for text, harm in shown)
    assert 80 < counts[True, True] < 160
    assert 200 < counts[True, False] < 320


def test_a_judge_goes_on_from_changes_and_judges_only_what_is_new(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="needs the 'build' extra: pip install '.[build]'")
    from evaluation.train_harm_judge import SHIPS, Run, Training, runs_of, train_one

    new = [Labelled(f"{text} Where do I ask?", False, "answer", STORY) for text in STORIES]
    hardly = Training(messages=8, messages_a_batch=8, learning_rate=1e-9)
    facts = merged_facts(DATA / "cross_encoder")
    with published_model(None, facts["weights"], facts["tokens"]) as folder:
        *judging, whole = runs_of([*GIVEN, *new], new, 2, Run(folder, tmp_path, hardly, SHIPS))
        judged = {name: logit for run in judging if run.unseen for name, logit in train_one(run).items()}
    assert judged.keys() == {name_of(one.text) for one in new}
    assert max(judged.values()) < 0  # as the one that ships judges them: from nothing it would give 0
    assert (len(whole.learned), whole.unseen) == (len(GIVEN) + len(new), ())


def test_disclosures_are_told_within_stories() -> None:
    pytest.importorskip("torch", reason="needs the 'build' extra: pip install '.[build]'")
    from evaluation.train_harm_judge import FURTHER, drawn

    stories = [Labelled(text, False, "answer", STORY) for text in STORIES]
    messages = drawn([*GIVEN, *stories], FURTHER, random.Random(1))
    shown = [next(messages) for _ in range(1000)]
    assert all(harm == any(told in text for told in HARM) for text, harm in shown)
    within = [text for text, harm in shown if harm and text.count(".") > 1 and "nine" in text]
    assert any(text.index(told) > text.index("nine") for text in within for told in HARM if told in text)
    assert any(text.index(told) < text.index("nine") for text in within for told in HARM if told in text)


def test_harmless_messages_are_as_long_as_disclosures() -> None:
    pytest.importorskip("torch", reason="needs the 'build' extra: pip install '.[build]'")
    from evaluation.train_harm_judge import Training, drawn

    messages = drawn([*to_learn_from(), *to_weigh()], Training(), random.Random(1))
    shown = [next(messages) for _ in range(2000)]
    long = Counter(harm for text, harm in shown if len(text.split()) > 80)
    assert long[True] > 20
    assert long[False] > 20
    assert 0.5 < long[True] / long[False] < 2
