"""Finds which settings of an area a message names, by name, alias or a typo of either.

spaCy's PhraseMatcher finds exact names; RapidFuzz finds near ones among runs of words of like length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process

from assistant.light_spacy import ForgetfulEnglish, import_spacy
from assistant.types import Entity
from knowledge.types import Setting

if TYPE_CHECKING:
    from spacy.tokens import Doc

_NEAR = 88.0  # RapidFuzz ratio from which a word run counts as a typo of a name
_SHORTEST_FUZZY = 7  # letters; shorter names have too many neighbours
_GENERIC = re.compile(
    r"\b(?:primary|infant|junior|nursery|school|academy|college|high|sixth form|church of england|c ?of ?e|"
    r"catholic|community|special|day|the|and)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Name:
    text: str
    slug: str


class SettingNames:
    """The names and aliases of one area's settings, ready to be found in messages."""

    def __init__(self, settings: Sequence[Setting]) -> None:
        self._english = ForgetfulEnglish()
        self._matcher = import_spacy().matcher.PhraseMatcher(self._english.language.vocab, attr="LOWER")
        self._slugs: dict[str, set[str]] = {}
        for name in _names(settings):
            self._slugs.setdefault(name.text.lower(), set()).add(name.slug)
        for text in self._slugs:
            self._matcher.add(text, [self._english.language.make_doc(text)])
        self._fuzzy = [text for text in self._slugs if len(text) >= _SHORTEST_FUZZY]

    def find(self, text: str) -> tuple[Entity, ...]:
        """One entity for each setting that `text` may name; longer names win over shorter ones inside them."""
        with self._english.reading(text.replace("’", "'")) as doc:
            spans = self._matcher(doc, as_spans=True)
            found = {(span.start_char, span.end_char): (span.text.lower(), 1.0) for span in spans}
            runs = [] if found else list(_runs(doc))
        found = found or self._near(runs)
        entities: list[Entity] = []
        taken: list[tuple[int, int]] = []
        for (start, end), (name, sure) in sorted(found.items(), key=lambda item: item[0][0] - item[0][1]):
            if any(start < last and end > first for first, last in taken):
                continue
            taken.append((start, end))
            entities += [Entity("setting", slug, start, end, sure) for slug in sorted(self._slugs[name])]
        return tuple(sorted(entities, key=lambda entity: entity.start))

    def spelt(self, text: str) -> str:
        """`text` with a badly typed name as it is written, for retrieval: no page says "Herenbrook"."""
        near = {(each.start, each.end) for each in self.find(text) if each.confidence < 1}
        for start, end in sorted(near, reverse=True):
            text = text[:start] + process.extractOne(text[start:end].lower(), self._fuzzy, scorer=fuzz.ratio)[0] + text[end:]
        return text

    def other(self, text: str, setting: str | None) -> tuple[str, ...]:
        """The slug of the one setting that `text` names, if that is not `setting`; nothing without a `setting`."""
        named = tuple({each.value for each in self.find(text)}) if setting and text else ()
        return named if len(named) == 1 and named[0] != setting else ()

    def renamed(self, text: str, setting: Setting | None) -> str:
        """`text`, asked about `setting`: its name in place of every other's. As it is if it names `setting` too, or for none."""
        found = self.find(text) if setting and text else ()
        if setting is None or any(each.value == setting.slug for each in found):
            return text
        for start, end in sorted({(each.start, each.end) for each in found}, reverse=True):
            text = text[:start] + setting.name + text[end:]
        return text

    def _near(self, runs: Sequence[tuple[int, int, str]]) -> dict[tuple[int, int], tuple[str, float]]:
        found = {}
        for start, end, run in runs:
            best = process.extractOne(run, self._fuzzy, scorer=fuzz.ratio, score_cutoff=_NEAR)
            if best:
                found[(start, end)] = (best[0], best[1] / 100)
        return found


def _names(settings: Sequence[Setting]) -> Iterator[_Name]:
    """Full names, aliases, and what is left of a name without words like 'Primary School'."""
    for setting in settings:
        for text in (setting.name, *setting.aliases, setting.slug.replace("-", " ")):
            plain = text.replace("’", "'").strip()
            if len(plain) > 2:
                yield _Name(plain, setting.slug)
                if "'" in plain:
                    yield _Name(plain.replace("'", ""), setting.slug)
        short = " ".join(_GENERIC.sub(" ", setting.name).split())
        if len(short) > 4 and sum(short.lower() in other.name.lower() for other in settings) == 1:
            yield _Name(short, setting.slug)


def _runs(doc: Doc) -> Iterator[tuple[int, int, str]]:
    """Runs of one to four words, lower case, with where they start and end."""
    tokens = [token for token in doc if token.is_alpha or "'" in token.text]
    text = doc.text  # put together from the tokens each time that it is asked for
    for size in (1, 2, 3, 4):
        for first in range(len(tokens) - size + 1):
            chosen = tokens[first : first + size]
            start, end = chosen[0].idx, chosen[-1].idx + len(chosen[-1])
            run = text[start:end].lower()
            if len(run) >= _SHORTEST_FUZZY - 1:
                yield start, end, run
