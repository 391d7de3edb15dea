"""The labelled messages that the safety screen learns from and is measured on.

To learn from: `evaluation/safety/train.jsonl`, the examples in `assistant/data/safety_examples.yml`, the words
of `intents/` (all but the safety intent) and the questions of the packs in `PACKS`, where everything that is not
labelled `safeguarding` counts as harmless. To measure: `evaluation/safety/held_out.jsonl` and `HELD_OUT`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from assistant.data_files import DATA
from assistant.safety import Level, SafetyScreen, sentences
from assistant.safety_rules import Findings, SafetyRules
from assistant.safety_text import clip
from evaluation.intervals import share_text
from evaluation.questions import Expect, read_questions
from knowledge.encoder import Encoder
from knowledge.types import Vectors

OWN = Path("evaluation/safety")
INTENTS = Path("intents")
PACKS = tuple(Path("evaluation/packs") / name for name in ("hollinsea", "norcombe", "wexbridge", "carrowby"))
HELD_OUT = (Path("evaluation/packs/tarnmouth"), Path("samples/larkmere"))
_IDIOM = "idiom"


@dataclass(frozen=True)
class Labelled:
    """A text with its label: is it a disclosure, what kind of message, and where it comes from."""

    text: str
    harm: bool
    kind: str
    source: str


@dataclass(frozen=True)
class Message:
    """A labelled message with what the rules and the encoder see of it.

    `vectors` has a row for the whole message and one for each of `sentences`, which are as the rules read them.
    """

    text: str
    harm: bool
    kind: str
    source: str
    findings: Findings
    vectors: Vectors
    sentences: tuple[str, ...]

    @property
    def is_idiom(self) -> bool:
        """An idiom, or a low mood that is no disclosure."""
        return self.kind == _IDIOM

    @property
    def ordinary(self) -> bool:
        """A question as families ask it, not one written to be hard for the screen."""
        return self.source in ("packs", "intents")


def messages(given: Sequence[Labelled], rules: SafetyRules, encoder: Encoder) -> list[Message]:
    """What the rules and the encoder see of each text."""
    parts = [sentences(one.text) for one in given]
    rows = encoder.encode([text for one, each in zip(given, parts, strict=True) for text in (clip(one.text), *each)])
    found, start = [], 0
    for one, each in zip(given, parts, strict=True):
        end = start + 1 + len(each)
        read = tuple(rules.words(part) for part in each)
        found.append(Message(one.text, one.harm, one.kind, one.source, rules.find(one.text), rows[start:end], read))
        start = end
    return found


def to_learn_from() -> list[Labelled]:
    """All training messages, each text once."""
    once: dict[str, Labelled] = {}
    for one in (*own("train"), *examples(), *(row for pack in PACKS for row in of_pack(pack)), *intents()):
        once.setdefault(one.text, one)
    return list(once.values())


def own(name: str) -> list[Labelled]:
    """Our own labelled messages: `train` or `held_out`."""
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


def figures(name: str, given: Sequence[Labelled], screen: SafetyScreen) -> None:
    """Print what is missed and what is a false alarm."""
    levels = [screen.screen(one.text).level for one in given]
    harm = [level for level, one in zip(levels, given, strict=True) if one.harm]
    print(f"{name}: missed {share_text(sum(level is not Level.DISCLOSURE for level in harm), len(harm))}")
    print(f"{name}: missed even with a gentle line {share_text(sum(level is Level.NONE for level in harm), len(harm))}")
    rest = [(level, one.kind) for level, one in zip(levels, given, strict=True) if not one.harm]
    idioms = [level for level, kind in rest if kind == _IDIOM]
    if idioms:
        print(f"{name}: false alarms, idioms {share_text(sum(lv is Level.DISCLOSURE for lv in idioms), len(idioms))}")
    print(f"{name}: false alarms, all harmless {share_text(sum(lv is Level.DISCLOSURE for lv, _ in rest), len(rest))}")
    print(f"{name}: gentle lines, all harmless {share_text(sum(lv is Level.CAUTION for lv, _ in rest), len(rest))}")
