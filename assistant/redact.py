"""Takes personal data out of a question before it is kept, and leaves the words that retrieval needs.

Phones are found by the phonenumbers library (Google's libphonenumber); the rest by bounded patterns
and by the words that come right before a name (`data/redaction.yml`). Names of settings and services
are kept: they are public.
"""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import phonenumbers
import yaml

from assistant.errors import DataError

_LONGEST = 4000  # characters looked at; what is longer is cut, for nothing longer is ever kept
_AGE = re.compile(
    r"\b(?:aged? |is |he's |shes? |she's |hes )?(\d{1,2})(?=[ -]?(?:years?[ -]old|yrs?[ -]old|yr old|yo\b|year old))", re.I
)
_KEPT = "\ue000{}\ue001"
_MARK = re.compile("\ue000(\\d+)\ue001")


@dataclass(frozen=True)
class RedactionRules:
    """The patterns by kind, and the words around names."""

    patterns: Mapping[str, re.Pattern[str]]
    cues: re.Pattern[str]
    titled: re.Pattern[str]
    not_names: frozenset[str]


@dataclass(frozen=True)
class Redaction:
    """The text without personal data, and how many of each kind were taken out."""

    text: str
    counts: Mapping[str, int]


def load_redaction_rules(path: Path) -> RedactionRules:
    """Read the rules. Raises DataError for a pattern that is not valid."""
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))
        patterns = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in rows["patterns"].items()}
        cues = "|".join(
            re.escape(cue) for cue in sorted(shlex.split(rows["name_cues"].replace("'", "\\'")), key=len, reverse=True)
        )
        titles = "|".join(rows["titles"].split())
    except (OSError, yaml.YAMLError, re.error, KeyError, ValueError) as error:
        raise DataError(f"{path} can't be read as redaction rules: {error}") from error
    name = r"([A-Za-z][a-z'’-]{1,20})((?: (?-i:[A-Z][a-z'’-]{1,20})){0,2})"
    return RedactionRules(
        patterns,
        re.compile(rf"\b({cues})[,:]? {name}", re.IGNORECASE),
        re.compile(rf"\b({titles})\.? (?-i:[A-Z])[\w'’-]{{1,20}}", re.IGNORECASE),
        frozenset(rows["not_names"].split()),
    )


class Redactor:
    """Redacts with one set of rules; `keep` are names that are public."""

    def __init__(self, rules: RedactionRules, keep: Sequence[str] = ()) -> None:
        self._rules = rules
        names = sorted({name for name in keep if len(name) > 2}, key=len, reverse=True)
        self._keep = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in names) or r"(?!)", re.IGNORECASE)

    def redact(self, text: str) -> Redaction:
        """`text` with each personal detail replaced by its kind in square brackets."""
        counts: Counter[str] = Counter()
        kept: list[str] = []

        def hold(match: re.Match[str]) -> str:
            kept.append(match[0])
            return _KEPT.format(len(kept) - 1)

        text = self._keep.sub(hold, text[:_LONGEST])
        text = self._phones(text, counts)
        for kind, pattern in self._rules.patterns.items():
            text, found = pattern.subn(f"[{kind.replace('_', ' ')}]", text)
            counts[kind] += found
        text = self._names(text, counts)
        text = _AGE.sub(lambda match: self._band(match, counts), text)
        return Redaction(_MARK.sub(lambda match: kept[int(match[1])], text), {k: n for k, n in counts.items() if n})

    def _phones(self, text: str, counts: Counter[str]) -> str:
        for match in reversed(list(phonenumbers.PhoneNumberMatcher(text, "GB", leniency=phonenumbers.Leniency.POSSIBLE))):
            digits = re.sub(r"\D", "", match.raw_string)
            if len(digits) >= 10 and digits[0] in "0474":
                text = text[: match.start] + "[phone]" + text[match.end :]
                counts["phone"] += 1
        return text

    def _names(self, text: str, counts: Counter[str]) -> str:
        def after_cue(match: re.Match[str]) -> str:
            if match[2].lower() in self._rules.not_names or match[2].lower().endswith(("ing", "ed")):
                return match[0]
            counts["name"] += 1
            return match[0][: match.start(2) - match.start(0)] + "[name]"

        text, titled = self._rules.titled.subn("[name]", text)
        counts["name"] += titled
        return self._rules.cues.sub(after_cue, text)

    @staticmethod
    def _band(match: re.Match[str], counts: Counter[str]) -> str:
        age = int(match[1])
        band = next(band for limit, band in ((4, "0-4"), (10, "5-10"), (15, "11-15"), (18, "16-18"), (99, "19+")) if age <= limit)
        counts["age"] += 1
        return match[0].replace(match[1], f"[{band}]")
