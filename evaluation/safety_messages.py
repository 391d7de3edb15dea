"""The messages that the safety screen is fitted on, and those that are held out from it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from assistant.data_files import DATA
from evaluation.questions import Expect, read_questions

OWN, INTENTS, ROUTING = Path("evaluation/safety"), Path("intents"), Path("evaluation/routing/train.jsonl")
ALL = Path("evaluation/packs")
HELD_OUT = (ALL / "tarnmouth", ALL / "ashdale", Path("samples/larkmere"))
OTHERS = tuple(
    ALL / name
    for name in (
        "saltbeck", "northmere", "ravensea", "fernhollow", "larchminster", "meadowick", "nettlewick", "orchardholme",
        "pebblecombe", "quillbury",
    )
)  # fmt: skip
"""Held out too; measured together."""
LATER = tuple(
    ALL / name
    for name in (
        "cobblesham", "dunmarsh", "fennimoor", "gorsebury", "marlhythe", "oakenholt", "thistlewick", "vellacombe", "wrenfield",
        "aldermarsh", "brindlecote", "copperfold", "dapplemoor", "emberley", "foxholme", "glasswick", "hollowmarsh",
        "juniperfold", "kettlemarsh",
    )
)  # fmt: skip
"""Written after the screen was fitted."""
PACKS = tuple(path.parent for path in sorted(ALL.glob("*/questions.jsonl")) if path.parent not in (*HELD_OUT, *OTHERS, *LATER))


@dataclass(frozen=True)
class Labelled:
    """A text with its label: is it a disclosure, what kind of message, and where it comes from."""

    text: str
    harm: bool
    kind: str
    source: str


def to_learn_from() -> list[Labelled]:
    """All training messages, each text once."""
    once: dict[str, Labelled] = {}
    for one in (*own("train"), *examples(), *(row for pack in PACKS for row in of_pack(pack)), *intents(), *routing()):
        once.setdefault(one.text, one)
    return list(once.values())


def own(name: str) -> list[Labelled]:
    """Our own labelled messages: `train`, `held_out` or `blind`."""
    rows = [json.loads(line) for line in (OWN / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    return [Labelled(row["text"], row["label"] == "disclosure", row["kind"], name) for row in rows]


def examples() -> list[Labelled]:
    """The examples that a safeguarding lead reads and changes."""
    data = yaml.safe_load((DATA / "safety_examples.yml").read_text(encoding="utf-8"))
    return [
        Labelled(str(text), label == "disclosure", kind, "examples")
        for label, kinds in data.items()
        for kind, texts in kinds.items()
        for text in texts
    ]


def of_pack(pack: Path) -> list[Labelled]:
    """A pack's questions as messages."""
    questions = read_questions(pack / "questions.jsonl")
    return [Labelled(q.text, q.expect is Expect.SAFEGUARDING, q.expect.value, "packs") for q in questions]


def intents() -> Iterator[Labelled]:
    """The words of all intents but the safety intent, as harmless messages."""
    for path in sorted(INTENTS.glob("*.yml")):
        if path.stem == "safety":
            continue
        for intent in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            for line in str(intent.get("examples", "")).splitlines():
                if line.startswith("- "):
                    yield Labelled(line[2:].strip(), False, str(intent.get("intent", "intent")), "intents")


def routing() -> Iterator[Labelled]:
    """What families say of schools and services that is no disclosure, and could not be read as one."""
    for line in ROUTING.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["subject"] != "safety" and not row.get("may_be_harm"):
            yield Labelled(row["text"], False, row["subject"], "routing")
