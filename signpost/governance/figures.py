"""What was measured: the policy's own figures, and redaction and the safety screen on the messages that were held out.

Redaction and the screen are measured anew each time, with the rules, the model and the encoder that serve. The messages are
those of docs/reference/redaction.md and docs/reference/safety.md.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.data_files import DATA
from assistant.policy import DecisionPolicy
from assistant.redact import Redactor, load_redaction_rules
from assistant.safety import Level, SafetyScreen
from evaluation.intervals import share_text
from evaluation.redaction_figures import Tally, public_names, read_labelled, tally
from signpost.settings import REPOSITORY
from signpost.wiring import Workshop

REDACTION = REPOSITORY / "evaluation" / "redaction" / "held_out.jsonl"
SAFETY = REPOSITORY / "evaluation" / "safety" / "blind.jsonl"
PACKS = REPOSITORY / "evaluation" / "packs"
SAMPLE = REPOSITORY / "samples" / "larkmere"


@dataclass(frozen=True)
class Share:
    """A measured share."""

    hits: int
    total: int

    def __str__(self) -> str:
        return share_text(self.hits, self.total)

    @property
    def short(self) -> str:
        """`97 in 100`."""
        return f"{round(100 * self.hits / self.total)} in 100" if self.total else "none"


@dataclass(frozen=True)
class Redaction:
    """How well personal details are taken out."""

    messages: int
    caught: Share
    names: Share
    kinds: dict[str, Share]
    left_alone: Share


@dataclass(frozen=True)
class Safety:
    """How well disclosures of harm are seen. `unmarked` are those with not even the gentle line."""

    messages: int
    missed: Share
    unmarked: Share
    false_idioms: Share
    false_alarms: Share


@dataclass(frozen=True)
class Measured:
    """Both; None where the labelled messages are not on this machine."""

    redaction: Redaction | None
    safety: Safety | None


@dataclass(frozen=True)
class Policy:
    """What the decision policy reached when it was fitted; shares are 0 to 1, intervals are of 95 %."""

    fitted_on: str
    models: str
    answer_at: float
    sure_at: float
    bound: float
    questions: int
    areas: tuple[str, ...]
    fictional: bool
    """True if all areas are packs that ship with Signpost."""
    answered: float
    right: float
    right_95: tuple[float, float]
    false_answers: float
    false_answers_95: tuple[float, float]
    answered_areas: tuple[float, float]
    """The smallest and the largest share of an area; so the two that follow."""
    right_areas: tuple[float, float]
    false_answers_areas: tuple[float, float]
    surely_answered: float
    """The three shares without the answers that are said to be uncertain."""
    right_among_sure: float
    surely_false: float


def measure(workshop: Workshop) -> Measured:
    """Measure with the parts that serve; takes some seconds."""
    return Measured(
        measure_redaction(REDACTION) if REDACTION.exists() and SAMPLE.exists() else None,
        measure_safety(SAFETY, workshop.safety) if SAFETY.exists() else None,
    )


def measure_redaction(path: Path) -> Redaction:
    """Redact labelled messages, and count."""
    messages = read_labelled(path)
    result: Tally = tally(messages, Redactor(load_redaction_rules(DATA / "redaction.yml"), public_names(SAMPLE)))
    kinds = {kind.replace("_", " "): Share(result.caught[kind], result.total[kind]) for kind in sorted(result.total)}
    caught = Share(result.caught.total(), result.total.total())
    return Redaction(len(messages), caught, kinds.get("name", Share(0, 0)), kinds, Share(result.spotless, result.clean))


def measure_safety(path: Path, screen: SafetyScreen) -> Safety:
    """Screen labelled messages, and count."""
    rows: list[dict[str, Any]] = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    seen = [(screen.screen(row["text"]).level, row["label"] == "disclosure", row["kind"]) for row in rows]
    harm = [level for level, is_harm, _ in seen if is_harm]
    harmless = [(level, kind) for level, is_harm, kind in seen if not is_harm]
    idioms = [level for level, kind in harmless if kind == "idiom"]
    return Safety(
        len(rows),
        Share(sum(level is not Level.DISCLOSURE for level in harm), len(harm)),
        Share(sum(level is Level.NONE for level in harm), len(harm)),
        Share(sum(level is Level.DISCLOSURE for level in idioms), len(idioms)),
        Share(sum(level is Level.DISCLOSURE for level, _ in harmless), len(harmless)),
    )


def read_policy(path: Path) -> Policy | None:
    """The figures of the policy in use; None if it carries none. Raises PolicyError if there is no policy."""
    policy = DecisionPolicy.load(path)
    row = policy.reached
    try:
        return Policy(
            fitted_on=str(row["fitted_on"]),
            models=policy.models,
            answer_at=policy.answer_at,
            sure_at=policy.sure_at,
            bound=float(row["bound"]),
            questions=int(row["questions"]),
            areas=tuple(row["areas"]),
            fictional=set(row["areas"]) <= _shipped_areas(),
            answered=float(row["coverage_of_answerable"]),
            right=float(row["right_among_answered"]),
            right_95=_pair(row["right_among_answered_95"]),
            false_answers=float(row["false_answers"]),
            false_answers_95=_pair(row["false_answers_95"]),
            answered_areas=_pair(row["coverage_of_answerable_areas"]),
            right_areas=_pair(row["right_among_answered_areas"]),
            false_answers_areas=_pair(row["false_answers_areas"]),
            surely_answered=float(row["surely_answered"]),
            right_among_sure=float(row["right_among_sure"]),
            surely_false=float(row["surely_false"]),
        )
    except KeyError:
        return None


def _shipped_areas() -> set[str]:
    return {SAMPLE.name, *(path.name for path in PACKS.glob("*"))}


def _pair(values: Any) -> tuple[float, float]:
    low, high = values
    return float(low), float(high)
