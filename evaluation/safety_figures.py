"""What the safety screen misses, and whom it alarms for nothing, among messages that are held out from it."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.safety import Level, SafetyScreen
from evaluation.intervals import share_text
from evaluation.safety_messages import (
    HELD_OUT,
    LATER,
    OTHERS,
    TOLD_BY_OTHERS,
    Labelled,
    buried_held_out,
    of_families,
    of_pack,
    of_stories_file,
    own,
    several_held_out,
    stories_held_out,
    told_within_held_out,
)

_IDIOM = "idiom"
_LONG = 32  # words
_MANY = 5  # questions


def report_held_out(screen: SafetyScreen) -> None:
    """Print how all that is held out fares."""
    report("own held-out half", own("held_out"), screen)
    report("blind set", own("blind"), screen)
    report("short turns of a chat", own("short"), screen)
    report("long stories", own("long"), screen)
    report("asked once", own("asked_once"), screen)
    report("badly spelt", own("badly_spelt"), screen)
    for path in sorted(TOLD_BY_OTHERS.glob("*.jsonl")):
        report(f"questions told as stories, {path.stem}", of_stories_file(path), screen)
    report("stories of the held-out packs", stories_held_out(), screen)
    report("told within them", told_within_held_out(), screen)
    for pack in HELD_OUT:
        report(pack.name, of_pack(pack), screen)
    report("the other packs", [one for pack in OTHERS for one in of_pack(pack)], screen)
    for name, packs in (("held out", (*HELD_OUT, *OTHERS)), ("written later", LATER)):
        told = [one for pack in packs for one in of_families(pack)]
        report(f"families' words, {name}", told, screen)
        report(f"families' words, {name}, over {_LONG} words", [one for one in told if len(one.text.split()) > _LONG], screen)
    report("buried in families' words", buried_held_out(), screen)
    report("buried among five of families' questions", buried_held_out(_MANY), screen)
    for count in (4, _MANY + 1):
        report(f"{count} of families' questions at once", several_held_out(count), screen)


def report(name: str, given: Sequence[Labelled], screen: SafetyScreen) -> None:
    """Print how messages fare with the whole screen."""
    figures(name, [(one.harm, one.kind, screen.screen(one.text).level) for one in given])


def figures(name: str, met: Sequence[tuple[bool, str, Level]]) -> None:
    """Print what is missed and what is a false alarm, from (is a disclosure, kind, how it was met)."""
    harm = [level for is_harm, _, level in met if is_harm]
    rest = [level for is_harm, _, level in met if not is_harm]
    idioms = [level for is_harm, kind, level in met if not is_harm and kind == _IDIOM]
    for label, levels, counted in (
        ("missed", harm, (Level.CAUTION, Level.NONE)),
        ("missed even with a gentle line", harm, (Level.NONE,)),
        ("false alarms, idioms", idioms, (Level.DISCLOSURE,)),
        ("false alarms, all harmless", rest, (Level.DISCLOSURE,)),
        ("gentle lines, all harmless", rest, (Level.CAUTION,)),
    ):
        if levels:
            print(f"{name}: {label} {share_text(sum(level in counted for level in levels), len(levels))}")
