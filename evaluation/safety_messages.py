"""The messages that the safety screen is fitted on, and those that are held out from it."""

from __future__ import annotations

import hashlib
import json
import random
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from assistant.data_files import DATA
from evaluation.questions import FAMILIES, STORIES, Expect, questions_of, read_questions

JUDGED = Path("evaluation/safety/judged.json")
"""What a judge that has not seen it makes of each training message: `name_of` its text to a logit."""
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
        "juniperfold", "kettlemarsh", "sallowmere",
    )
)  # fmt: skip
"""Written after the screen was fitted."""
PACKS = tuple(path.parent for path in sorted(ALL.glob("*/questions.jsonl")) if path.parent not in (*HELD_OUT, *OTHERS, *LATER))
TOLD = (*PACKS, *(pack for pack in LATER if not (pack / FAMILIES).exists()))
"""Questions of these that are told as stories are learned from: nothing else of them is held out."""

TOLD_BY_OTHERS = Path("evaluation/stories")
"""Questions of the held-out packs, told as stories by two who told none of the others."""

JUDGE_PARTS = 3
"""The judge's scores of the training messages come from three that have each not seen a third of them."""
LONG = "long"
"""The source of long stories, each told by one person."""
STORY = "stories"
"""The source of harmless questions that are told as stories."""
_ENDS = re.compile(r"(?<=[.!?…])\s+")  # of a story's sentences
MOST = 5  # questions in families' own words that are put beside another message


@dataclass(frozen=True)
class Labelled:
    """A text with its label: is it a disclosure, what kind of message, and where it comes from."""

    text: str
    harm: bool
    kind: str
    source: str
    within: str = ""
    """Of several texts joined, the one that says which part it belongs to: the disclosure, or the first question."""

    def part(self, parts: int) -> int:
        """The number of its part, of so many; always the same."""
        return zlib.crc32((self.within or self.text).encode()) % parts


def to_learn_from() -> list[Labelled]:
    """All training messages, each text once."""
    once: dict[str, Labelled] = {}
    ours = (*own("train"), *own("long_train", LONG), *examples())
    for one in (*ours, *(row for pack in PACKS for row in of_pack(pack)), *intents(), *routing()):
        once.setdefault(one.text, one)
    return list(once.values())


def to_weigh() -> list[Labelled]:
    """For the second stage only, all of the training packs and messages.

    Questions in families' own words, some with others beside them, or told as stories; and disclosures buried in questions.
    """
    learned = to_learn_from()
    seen = {one.text for one in learned}
    once = {one.text: one for pack in PACKS for one in of_families(pack)}
    asked = [one for one in once.values() if one.text not in seen and not one.harm]
    stories = [one for pack in TOLD for one in of_stories(pack)]
    joint: list[Labelled] = []
    for part in range(JUDGE_PARTS):  # joined with others of its part, so that what is judged was not seen in any piece
        texts = [one.text for one in asked if one.part(JUDGE_PARTS) == part]
        harm = [one.text for one in learned if one.harm and one.source != LONG and one.part(JUDGE_PARTS) == part]
        pairs = zip(texts[::4], texts[1::4], strict=False)
        joint += [Labelled(joined(pair), False, "two", "families", within=pair[0]) for pair in pairs]
        joint += [with_others(Labelled(text, False, "several", "families"), texts) for text in texts[2::8]]
        joint += [*buried(harm, texts), *(with_others(Labelled(text, True, "buried", "buried"), texts) for text in harm[::3])]
    return [*asked, *stories, *joint]


def buried(disclosures: Sequence[str], others: Sequence[str]) -> list[Labelled]:
    """Each disclosure with one of `others` before it, behind it, or both; the same ones each time."""
    found = []
    for text in disclosures:
        draw = random.Random(text)
        before, behind = draw.sample(others, 2)
        parts = draw.choice(((before, text, behind), (before, text), (text, behind)))
        found.append(Labelled(joined(parts), True, "buried", "buried", within=text))
    return found


def told_within(disclosures: Sequence[str], stories: Sequence[str]) -> list[Labelled]:
    """Each disclosure somewhere in one of `stories`; the same one each time."""
    draws = ((text, random.Random(text)) for text in disclosures)
    return [Labelled(told_in(draw.choice(stories), text, draw), True, "buried", "buried", within=text) for text, draw in draws]


def told_in(story: str, text: str, draw: random.Random) -> str:
    """A story in which somebody says `text` too, before, between or behind its sentences."""
    return among(text, _ENDS.split(story), draw)


def with_others(one: Labelled, others: Sequence[str], count: int | None = None) -> Labelled:
    """A message somewhere among `count` of `others`, or else two to `MOST`; the same ones each time."""
    draw = random.Random(one.text)
    chosen = draw.sample(others, count or draw.randint(2, MOST))
    return replace(one, text=among(one.text, chosen, draw), within=one.text)


def among(text: str, others: Sequence[str], draw: random.Random) -> str:
    """One message of several: `text` somewhere among `others`."""
    texts = list(others)
    texts.insert(draw.randrange(len(texts) + 1), text)
    return joined(texts) if others else text


def buried_held_out(count: int = 0) -> list[Labelled]:
    """The held-out disclosures of our own, buried in what families of the held-out packs ask; or each among so many questions."""
    harm, asked = _harm_held_out(), _asked_held_out()
    if not count:
        return buried(harm, asked)
    return [with_others(Labelled(text, True, "buried", "buried"), asked, count) for text in harm]


def stories_held_out() -> list[Labelled]:
    """The questions of the held-out packs that are told as stories."""
    return [one for pack in (*HELD_OUT, *OTHERS) for one in of_stories(pack)]


def told_within_held_out() -> list[Labelled]:
    """The held-out disclosures of our own, each told within a held-out story."""
    return told_within(_harm_held_out(), [one.text for one in stories_held_out()])


def several_held_out(count: int, messages: int = 200) -> list[Labelled]:
    """So many questions of families of the held-out packs as one message, which tells of nothing; the same ones each time."""
    draw, asked = random.Random(count), _asked_held_out()
    return [Labelled(joined(draw.sample(asked, count)), False, "several", "families") for _ in range(messages)]


def _harm_held_out() -> list[str]:
    return [one.text for name in ("held_out", "blind", "short") for one in own(name) if one.harm]


def _asked_held_out() -> list[str]:
    return [one.text for pack in (*HELD_OUT, *OTHERS) for one in of_families(pack)]


def name_of(text: str) -> str:
    """A short name for a text, the same everywhere."""
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def joined(texts: Sequence[str]) -> str:
    """The texts as one message of several sentences."""
    return " ".join(text if text.endswith((".", "!", "?")) else f"{text}." for text in map(str.strip, texts))


def own(name: str, source: str = "") -> list[Labelled]:
    """Our own labelled messages of the file of this name."""
    rows = [json.loads(line) for line in (OWN / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    return [Labelled(row["text"], row["label"] == "disclosure", row["kind"], source or name) for row in rows]


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


def of_families(pack: Path) -> list[Labelled]:
    """A pack's questions in families' own words as messages; none if it has no such."""
    questions = questions_of(pack, [FAMILIES])
    return [Labelled(q.text, q.expect is Expect.SAFEGUARDING, q.expect.value, "families") for q in questions]


def of_stories(pack: Path) -> list[Labelled]:
    """A pack's questions that are told as stories as messages; none if it has no such."""
    return of_stories_file(pack / STORIES) if (pack / STORIES).exists() else []


def of_stories_file(path: Path) -> list[Labelled]:
    """Questions that are told as stories as messages."""
    return [Labelled(q.text, False, q.expect.value, STORY) for q in read_questions(path)]


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
