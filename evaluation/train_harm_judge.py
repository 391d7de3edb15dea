"""Trains the changes that make a judge of disclosures of all-mpnet-base-v2 (ADR 0015).

    python -m evaluation.train_harm_judge [--out DIR]

It learns from what the safety screen is fitted on (`evaluation/safety_messages.py`): disclosures alone and among questions in
families' own words, and harmless messages of every kind and length. What it makes of a message that it has learned from says
nothing, so three more are trained, each on two thirds, and judge the third that they have not seen:
`evaluation/safety/judged.json` keeps these logits, and `evaluation.fit_safety` weighs the judge by them.

Needs the `build` extra; four times 35 minutes on one core, two at a time.
"""

from __future__ import annotations

import argparse
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
from evaluation.cross_encoder_graph import CrossEncoderGraph, plain_model, write_changes
from evaluation.descent import descend, digest_of
from evaluation.safety_messages import JUDGE_PARTS, JUDGED, LONG, MOST, Labelled, among, name_of, to_learn_from, to_weigh
from knowledge.encoder import TOKENS_FILE
from knowledge.merged import merged_facts
from knowledge.published import published_model

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
            "long": 0.16,  # long stories of one person, disclosures or not
            "families": 0.24,  # questions in families' own words
            "packs": 0.13,  # other questions of the packs
            "others": 0.17,  # all other harmless messages
        }
    )
    behind: Sequence[float] = (0.5, 0.24, 0.1, 0.07, 0.05, 0.04)  # how often a family's question has none, one, ... beside it
    around: Sequence[float] = (0.0, 0.34, 0.38, 0.12, 0.09, 0.07)  # the same of a buried disclosure
    warm_up: int = 30
    seed: int = 3


def drawn(given: Sequence[Labelled], training: Training, order: random.Random) -> Iterator[tuple[str, bool]]:
    """Messages without end and whether each is a disclosure; each kind anew only when all of it was drawn."""
    given = [one for one in given if not one.within]
    short = [one for one in given if one.source != LONG]
    harm, families = [one for one in short if one.harm], [one for one in short if one.source == "families"]
    kinds = {
        "alone": harm,
        "buried": harm,
        "long": [one for one in given if one.source == LONG],
        "families": families,
        "packs": [one for one in short if one.source == "packs" and not one.harm],
        "others": [one for one in short if one.source not in ("families", "packs") and not one.harm],
    }
    others = {"buried": training.around, "families": training.behind}
    left: dict[str, list[Labelled]] = {kind: [] for kind in kinds}
    while True:
        kind = order.choices(list(kinds), [training.shares[kind] for kind in kinds])[0]
        if not left[kind]:
            left[kind] = order.sample(kinds[kind], len(kinds[kind]))
        one = left[kind].pop()
        count = order.choices(range(MOST + 1), others[kind])[0] if kind in others else 0
        yield among(one.text, [other.text for other in order.sample(families, count)], order), one.harm


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


def train_one(folder: Path, out: Path, given: Sequence[Labelled], part: int | None, training: Training) -> dict[str, float]:
    """Train on all of `given` and write the changes to `out`; or without those of `part`, and judge these: name to logit."""
    tokenizer, graph = plain_tokenizer(folder / TOKENS_FILE), untrained(folder)
    train(graph, tokenizer, [one for one in given if part is None or one.part(JUDGE_PARTS) != part], training)
    if part is not None:
        texts = [one.text for one in given if one.part(JUDGE_PARTS) == part]
        return {name_of(text): round(logit, 2) for text, logit in zip(texts, judged(graph, tokenizer, texts), strict=True)}
    write_changes(
        graph, folder, out, digest_of(graph), _feed(tokenizer, [one.text for one in given[:: max(1, len(given) // 64)]])
    )
    return {}


def main() -> None:
    """Train on all, write the changes and what judges of two thirds make of the rest."""
    parser = argparse.ArgumentParser(description="Train the judge of disclosures.")
    parser.add_argument("--out", type=Path, default=DATA / "harm_judge")
    parser.add_argument("--judged", type=Path, default=JUDGED)
    parser.add_argument("--published", type=Path, help="folder of all-mpnet-base-v2; default: the packages from PyPI")
    parser.add_argument("--messages", type=int, help="how many to train each on")
    given = parser.parse_args()
    training, facts = Training(), merged_facts(DATA / "cross_encoder")
    training = replace(training, messages=given.messages or training.messages)
    messages = [*to_learn_from(), *to_weigh()]
    with (
        published_model(given.published, facts["weights"], facts["tokens"]) as folder,
        get_context("spawn").Pool(2, torch.set_num_threads, (1,), maxtasksperchild=1) as pool,
    ):
        runs = [(folder, given.out, messages, part, training) for part in (*range(JUDGE_PARTS), None)]
        logits = {name: logit for found in pool.starmap(train_one, runs, chunksize=1) for name, logit in found.items()}
    lines = (f'"{name}": {logit}' for name, logit in sorted(logits.items()))
    given.judged.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    print(f"{len(logits)} messages judged by judges that had not seen them")


if __name__ == "__main__":
    main()
