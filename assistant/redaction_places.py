"""Finds addresses, dates of birth and exact ages, which need the words around them to be told apart."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.redaction_recognisers import Found
from assistant.redaction_words import RedactionRules

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_FULL_DATE = re.compile(
    rf"(?<![\w/.£-])(?:(?:0?[1-9]|[12]\d|3[01])([/.-])(?:0?[1-9]|1[0-2])\1(?:(?:19|20)\d\d|\d\d)"
    rf"|(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
    rf"|{_DAY} (?:of )?{_MONTH},? (?:19|20)\d\d|{_MONTH} {_DAY},? (?:19|20)\d\d)(?![\w/-])",
    re.I,
)
_PART_DATE = re.compile(
    rf"(?<![\w/.£-])(?:{_DAY} (?:of )?{_MONTH}|{_MONTH} {_DAY}|{_MONTH} (?:19|20)\d\d|christmas (?:day|eve)(?: (?:19|20)\d\d)?"
    rf"|(?:19|20)\d\d)(?![\w/-])",
    re.I,
)
_NUMBERS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty"
).split()
_AGE = rf"(?<![\w£.,-])(\d{{1,2}}|{'|'.join(_NUMBERS)})"
_HALF = r"(?: (?:and a half|1/2)|½)?"
_YEARS = r"(?=(?:[ -]?(?:years?|yrs?)[ -]?old|[ -]?(?:yo|y/o)|[ -]years? of age)(?!\w))"
_AGES = (
    re.compile(rf"{_AGE}{_HALF}{_YEARS}", re.I),
    re.compile(
        r"(?:(?<!\w)(?:(?:he|she|they|i|who|son|daughter|boy|girl|dd|ds|child|lad|twins?|brother|sister)"
        r"(?:['’]?s|['’]?m| is| am| are|['’]?ll be| will be)"
        r"|(?-i:[A-Z])[\w'’-]{1,20}(?: is| will be))"
        r"(?: (?:only|just|nearly|almost|now|about|still)){0,2} )" + _AGE + _HALF + r"(?=[ ,.;:)!?-]|$)"
        r"(?! to | ?(?:%|hours|weeks|months|miles|minutes|days|kids|pupils|terms|o'?clock|pm|am|times|stone|kg|cm))",
        re.I,
    ),
    re.compile(r"(?<!\w)(?:aged?|turn(?:ed|s|ing)) (?:of )?" + _AGE + _HALF + r"(?!\w|[ -]level)", re.I),
    re.compile(r"[\w’')] ?\(" + _AGE + r"(?=\))", re.I),
    re.compile(r"(?<=, )" + _AGE + r"(?=, )", re.I),
    re.compile(r"^(?:im|i'm) " + _AGE + r"(?!\w)", re.I),
)
_LIVES = re.compile(r"(?<!\w)(?:live|lives|living|address|moved|moving|house|home|staying|at)(?!\w)", re.I)
_NAMED_AGE = re.compile(
    r"(?<!\w)(?:reading|spelling|mental|developmental|working at|level of|leaving|at|from|until|till|between) aged? ?$",
    re.I,
)


class Addresses:
    """Finds street addresses with a number or a named house."""

    def __init__(self, rules: RedactionRules) -> None:
        lists = rules.lists
        streets = "|".join(sorted(lists["streets"], key=len, reverse=True))
        houses = "|".join(sorted(lists["houses"], key=len, reverse=True))
        named = "|".join(word.capitalize() for word in sorted(lists["named_houses"]))
        name = r"(?:[a-z][\w'’]{0,20}\.? ){0,3}?[a-z][\w'’]{0,20}"
        block = rf"(?-i:[A-Z])[\w'’]{{1,20}} (?:(?-i:[A-Z])[\w'’]{{1,20}} )?(?:house|court|{streets}), ?"
        part = rf"(?:{houses}) \d{{1,4}}[a-z]?,? (?:{block})?"
        house = rf"(?:[A-Z][\w'’]{{1,20}} ){{0,2}}[A-Z][\w'’]{{1,20}} (?:{named})"
        self._numbered = re.compile(
            rf"(?<![\w£/.,-])(?:{part})?(?:(?-i:(?:The )?{house}, ?))?(\d{{1,4}}(?: ?[a-d](?= ))?),? ({name}) ({streets})(?!\w)",
            re.I,
        )
        self._named = re.compile(rf"(?<!\w)(?:(?i:{houses}) \d{{1,4}}, )?(?:{house}), ({name}) (?i:{streets})(?!\w)")
        self._unnumbered = re.compile(
            rf"(?<!\w)(?:{houses}) \d{{1,4}}[a-z]?, {name} (?:{streets})(?:, {name} (?:{streets}))?(?!\w)", re.I
        )
        self._not = lists["not_in_address"]

    def find(self, text: str, kept: bytearray) -> Iterator[Found]:
        """`kept` marks the characters of names that are public: a school called Mill Lane is no address."""
        for pattern in (self._unnumbered, self._numbered, self._named):
            for match in pattern.finditer(text):
                words = [word for word in match[2].split() if word.islower()] if pattern is self._numbered else []
                lives = bool(_LIVES.search(text, max(0, match.start() - 30), match.start()))
                if self._not & set(words) - ({"the"} if lives else set()):
                    continue
                if kept[match.end() - 1] and not lives:
                    continue
                yield Found(match.start(), match.end(), "address")


class Births:
    """Finds dates of birth: a date near a word like `born`, or a full date that no event explains."""

    def __init__(self, rules: RedactionRules) -> None:
        self._cues = rules.cues["birth"]
        self._events = rules.lists["events"]

    def find(self, text: str) -> Iterator[Found]:
        """Dates of birth, in the order of the text."""
        for match in _FULL_DATE.finditer(text):
            words = _words_before(text, match.start())
            cued = bool(self._cues & set(words[-4:]) or self._cues & set(_words_after(text, match.end())))
            if cued or not self._events & set(words[-4:]):
                yield Found(match.start(), match.end(), "date_of_birth")
        for match in _PART_DATE.finditer(text):
            near = _words_before(text, match.start())[-3:] + _words_after(text, match.end())[:4]
            if self._cues & set(near):
                yield Found(match.start(), match.end(), "date_of_birth")


def ages(text: str) -> Iterator[tuple[Found, int]]:
    """Exact ages of a person, with the age."""
    seen: set[int] = set()
    for pattern in _AGES:
        for match in pattern.finditer(text):
            start = match.start(1)
            raw = match[1].lower()
            age = int(raw) if raw.isdigit() else _NUMBERS.index(raw) + 1
            if start in seen or age == 0 or _NAMED_AGE.search(text, max(0, start - 24), start):
                continue
            seen.add(start)
            end = match.end() if match.end() > match.end(1) and pattern is not _AGES[3] else match.end(1)
            yield Found(start, end, "age"), age


def _words_before(text: str, at: int) -> list[str]:
    return [word.strip(".").lower() for word in re.findall(r"[a-z][a-z.]*", text[max(0, at - 40) : at], re.I)]


def _words_after(text: str, at: int) -> list[str]:
    return [word.strip(".").lower() for word in re.findall(r"[a-z][a-z.]*", text[at : at + 30], re.I)]
