"""Finds personal details that have a shape: numbers, addresses, dates, references.

Every pattern is bounded: a repeat has an upper limit, starts only at the start of a word, and no repeat
holds another that can match the same characters, so the work grows with the length of the text. What a
number is (a phone, an NHS number) is decided by check digits, by the phonenumbers library, or by the
words near it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import phonenumbers

from assistant.redaction_words import RedactionRules

_NEAR = 40  # characters before a number in which a word says what it is


@dataclass(frozen=True)
class Found:
    """A personal detail: where it is, and of what kind."""

    start: int
    end: int
    kind: str


Recogniser = Callable[[str], Iterator[Found]]

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_SPELT_EMAIL = re.compile(
    r"(?<![\w.])\w{1,30}(?:(?: (?:dot|\.) |[.+-])\w{1,30}){0,3} (?:at|@) \w{1,30}(?: (?:dot|\.) \w{1,30}){1,4}(?!\w)", re.I
)
_PROFILE = re.compile(
    r"(?<![\w.])(?:https?://)?(?:www\.|m\.)?(?:facebook|fb|instagram|tiktok|twitter|x|linkedin|snapchat|youtube)\.com/[\w.@/-]{1,80}",
    re.I,
)
_AT_NAME = re.compile(r"(?<![\w@./])@[a-z_][\w.]{1,30}(?<!\.)", re.I)
_DISCORD = re.compile(r"(?<!\w)[a-z][\w.]{1,31}#\d{4}(?!\w)", re.I)
_LOGIN = re.compile(r"(?<![\w.@#/])(?=[\w.]{0,30}[_\d.][a-z_\d])[a-z_][\w.]{3,30}(?<!\.)", re.I)
_PHONE = re.compile(r"(?<![\w£.])(?:\(?0(?:[ ().-]{0,2}\d){9,10}|(?:\+|00) ?\d(?:[ ().-]{0,2}\d){8,13})(?![\w])")
_LOCAL_PHONE = re.compile(r"(?<![\w£.,])7(?:[ .-]?\d){9}(?!\w)")
_NHS = re.compile(r"(?<![\w£])\d{3}[ -]?\d{3}[ -]?\d{4}(?![\w-])")
_UPN = re.compile(r"(?<!\w)[a-z] ?(?:\d ?){11}[a-z\d](?!\w)", re.I)
_POSTCODE = re.compile(
    r"(?<![\w-])(?!(?:y|yr|ks|k|p|sen|u)\d)[a-z]{1,2}\d[a-z\d]? ?\d(?!st|nd|rd|th)[abd-hjlnp-uw-z]{2}(?!\w)", re.I
)
_TRIBUNAL = re.compile(r"(?<!\w)(?:EH|SE|SD) ?\d{3} ?/ ?\d{2} ?/ ?\d{5}(?!\w)", re.I)
_SLASHED = re.compile(
    r"(?<![\w/])(?=[a-z\d/-]{0,30}[a-z])(?=[a-z\d/-]{0,30}\d{3})[a-z\d]{1,8}(?:[/-][a-z\d]{1,8}){1,4}(?![\w/])", re.I
)
_PREFIXED = re.compile(r"(?<!\w)(?:EHCP?|EHCNA|SEND?|CMP|LGO|CAS)[-/ ]?\d{4,10}(?!\w)", re.I)
_CUED_REF = re.compile(
    r"(?<![\w£.,/-])(?=[a-z\d/-]{0,12}\d)[a-z\d]{1,12}"
    r"(?:[/ -](?=[a-z\d]{0,9}\d|[A-Z] )[a-z\d]{1,10}|(?: [A-Z](?!\w))){0,4}(?![\w/])",
    re.I,
)
_INSURANCE = re.compile(r"(?<!\w)(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z]{2}(?: ?\d\d){3} ?[A-D](?!\w)", re.I)
_IBAN = re.compile(r"(?<!\w)[a-z]{2}\d{2}(?: ?[a-z\d]{4}){3,7}(?: ?[a-z\d]{1,3})?(?!\w)", re.I)
_CARD = re.compile(r"(?<!\w)\d{4}(?:[ -]?\d{4}){3}(?!\w)")
_SORT = re.compile(r"(?<![\w-])\d{2}(?:([ -]?)\d{2})\1\d{2}(?![\w-])")
_ACCOUNT = re.compile(r"(?<![\w£-])\d{4} ?\d{4}(?![\w-])")
_PLATE = re.compile(r"(?<!\w)(?:[a-z]{2} ?\d{2} ?[a-z]{3}|[a-z]\d{1,3} ?[a-z]{3}|[a-z]{3} ?\d{1,3}[a-z])(?!\w)", re.I)
_WORD_BEFORE = re.compile(r"[a-z][a-z./]*", re.I)


def recognisers(rules: RedactionRules) -> tuple[Recogniser, ...]:
    """In order: the first that claims some text keeps it."""
    near = _Near(rules.cues)
    return (
        _all("email", _EMAIL, _SPELT_EMAIL),
        _all("handle", _PROFILE, _AT_NAME, _DISCORD),
        _all("case_reference", _TRIBUNAL),
        _kept_if("upn", _UPN, lambda text, m: " " not in m[0] or near("upn", text, m.start())),
        _kept_if("bank", _IBAN, lambda text, m: _iban(m[0]) or near("bank", text, m.start())),
        _kept_if("bank", _CARD, lambda text, m: _luhn(m[0]) or near("bank", text, m.start())),
        _kept_if("nhs_number", _NHS, lambda text, m: near("nhs_number", text, m.start(), m.end())),
        _kept_if("phone", _PHONE, lambda text, m: _possible_phone(m[0])),
        _kept_if("phone", _LOCAL_PHONE, lambda text, m: near("phone", text, m.start())),
        _kept_if("nhs_number", _NHS, lambda text, m: nhs_check(m[0])),
        _all("case_reference", _INSURANCE),
        _kept_if("postcode", _POSTCODE, lambda text, m: not near("car_registration", text, m.start()) or " " in m[0]),
        _kept_if("car_registration", _PLATE, lambda text, m: _plate(m[0], near("car_registration", text, m.start()))),
        lambda text: _bank(text, near),
        _kept_if("case_reference", _SLASHED, lambda text, m: not re.fullmatch(r"[\d/-]+|\d{4}-\d\d", m[0])),
        _all("case_reference", _PREFIXED),
        _kept_if("handle", _LOGIN, lambda text, m: near("handle", text, m.start())),
    )


def cued_references(rules: RedactionRules) -> Recogniser:
    """References that only the word before them gives away; run after dates and addresses are claimed."""
    near = _Near(rules.cues)
    return _kept_if(
        "case_reference",
        _CUED_REF,
        lambda text, m: sum(c.isdigit() for c in m[0]) >= 4 and near("case_reference", text, m.start()),
    )


class _Near:
    """Whether a word that gives a kind away is near a place in the text."""

    def __init__(self, cues: Mapping[str, frozenset[str]]) -> None:
        self._cues = cues

    def __call__(self, kind: str, text: str, start: int, end: int | None = None) -> bool:
        before = text[max(0, start - _NEAR) : start]
        after = text[end : end + _NEAR // 2] if end is not None else ""
        cues = self._cues[kind]
        return any(word.strip(".").lower() in cues for word in _WORD_BEFORE.findall(f"{before} {after}"))


def _all(kind: str, *patterns: re.Pattern[str]) -> Recogniser:
    def find(text: str) -> Iterator[Found]:
        for pattern in patterns:
            yield from (Found(m.start(), m.end(), kind) for m in pattern.finditer(text))

    return find


def _kept_if(kind: str, pattern: re.Pattern[str], test: Callable[[str, re.Match[str]], bool]) -> Recogniser:
    def find(text: str) -> Iterator[Found]:
        return (Found(m.start(), m.end(), kind) for m in pattern.finditer(text) if test(text, m))

    return find


def _possible_phone(raw: str) -> bool:
    try:
        bare = "".join(c for c in raw.replace("(0)", "") if c.isdigit() or c == "+")  # it is slow with what lies between digits
        return phonenumbers.is_possible_number(phonenumbers.parse(bare, "GB"))
    except phonenumbers.NumberParseException:
        return False


def nhs_check(raw: str) -> bool:
    """Whether the tenth digit is the check digit of the nine before it (modulus 11)."""
    digits = [int(c) for c in raw if c.isdigit()]
    check = 11 - sum(digit * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return len(digits) == 10 and check % 11 == digits[9]


def _luhn(raw: str) -> bool:
    digits = [int(c) for c in raw if c.isdigit()][::-1]
    return sum(d if n % 2 == 0 else sum(divmod(2 * d, 10)) for n, d in enumerate(digits)) % 10 == 0


def _iban(raw: str) -> bool:
    code = raw.replace(" ", "").upper()
    return int("".join(str(int(c, 36)) for c in code[4:] + code[:4])) % 97 == 1


def _plate(raw: str, cued: bool) -> bool:
    return cued or (raw == raw.upper() and bool(re.fullmatch(r"[A-Z]{2}\d{2} ?[A-Z]{3}", raw)) and not raw.startswith("KS"))


def _bank(text: str, near: _Near) -> Iterator[Found]:
    last = -100
    for match in _SORT.finditer(text):
        if near("bank", text, match.start()) or (match[1] == "-" and int(match[0][3:5]) > 12):
            last = match.end()
            yield Found(match.start(), match.end(), "bank")
    for match in _ACCOUNT.finditer(text):
        if near("bank", text, match.start()) or 0 <= match.start() - last < _NEAR:
            yield Found(match.start(), match.end(), "bank")
