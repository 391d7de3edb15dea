"""Brings a pack's `settings.csv` up to date from "Get Information about Schools", the Department for Education's register.

The register gives name, URN, phase, website and the office's phone; it knows no SENCO and no e-mail address, so whatever a pack
says of contacts stays. Its columns come and go: they are read by name. Source: its download "Establishment fields CSV"
(https://www.get-information-schools.service.gov.uk/Downloads), a CSV file in Windows-1252, alone or in a zip archive.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from knowledge.errors import PackError

_NEEDED = ("URN", "LA (code)", "LA (name)", "EstablishmentName", "EstablishmentStatus (name)")
_OPEN = ("open", "open, but proposed to close")
_CLOSED = "closed"
_GROUPS = ("local authority maintained schools", "academies", "free schools", "special schools", "colleges")
_PHASES = {
    "nursery": "nursery", "primary": "primary", "middle deemed primary": "primary", "secondary": "secondary",
    "middle deemed secondary": "secondary", "16 plus": "college", "all-through": "all-through",
}  # fmt: skip
_ELSEWHERE = ("pupil referral", "alternative provision")
_OFFICE = "School office"
_NOT_IN_A_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class School:
    """An establishment of the register. `phase` is one of those of `settings.csv`."""

    urn: str
    name: str
    phase: str
    website: str
    phone: str
    town: str
    closed: str
    """The day on which it closed, as the register writes it; "" while it is open."""


@dataclass(frozen=True)
class BroughtUp:
    """The rows of `settings.csv` as they should be, and by slug what became of them."""

    rows: tuple[Mapping[str, str], ...]
    added: tuple[str, ...]
    filled_in: tuple[str, ...]
    closed: tuple[str, ...]
    unknown: tuple[str, ...]
    """Rows that no school of the register fits."""


def schools_of(path: Path, authority: str) -> list[School]:
    """The schools of a local authority (name or code): open or closed, of the kinds that families ask a council about.

    Independent schools only if they are approved under section 41. Raises PackError if the file is another, or has none of it.
    """
    authorities: dict[str, str] = {}
    found = []
    with _opened(path) as handle:
        reader = csv.DictReader(handle)
        if lacking := [name for name in _NEEDED if name not in (reader.fieldnames or ())]:
            raise PackError(f"{path} has no column '{lacking[0]}': give the register's file of all establishment fields")
        for row in reader:
            code, name = row["LA (code)"] or "", row["LA (name)"] or ""
            authorities[name] = code
            if authority.casefold() in (name.casefold(), code) and _is_asked_about(row):
                found.append(_school(row))
    if not found:
        near = get_close_matches(authority, authorities, 3, 0.4)
        hint = f"did you mean {' or '.join(near)}?" if near else "give its name or code as the register writes it"
        raise PackError(f"{path} has no school of the authority '{authority}': {hint}")
    return found


def brought_up(rows: Sequence[Mapping[str, str]], schools: Sequence[School]) -> BroughtUp:
    """`rows` of `settings.csv` with what they lack filled in, and a row for each open school that is not among them.

    A row is known by its URN, or else by its name, if no two schools have that. What a row says stays as it is.
    """
    by_urn = {school.urn: school for school in schools}
    named = Counter(_words(school.name) for school in schools)
    by_name = {name: school for school in schools if named[name := _words(school.name)] == 1}
    kept, met = [], set[str]()
    filled, closed, unknown = [], [], []
    for row in rows:
        school = by_urn.get(row.get("urn", "").strip()) or by_name.get(_words(row.get("name", "")))
        if school is None:
            unknown.append(row.get("setting", ""))
            kept.append(row)
            continue
        met.add(school.urn)
        fresh = dict(row) | {name: value for name, value in _facts(school).items() if value and not row.get(name, "").strip()}
        filled += [row["setting"]] if fresh != dict(row) else []
        closed += [row["setting"]] if school.closed else []
        kept.append(fresh)
    slugs = {row.get("setting", "") for row in rows}
    added = []
    for school in sorted(schools, key=lambda each: (each.name, each.urn)):
        if school.closed or school.urn in met:
            continue
        slug = _slug(school, slugs)
        slugs.add(slug)
        added.append(slug)
        kept.append({"setting": slug, "name": school.name, "contact_role": _OFFICE, **_facts(school)})
    return BroughtUp(tuple(kept), tuple(added), tuple(filled), tuple(closed), tuple(unknown))


@contextmanager
def _opened(path: Path) -> Iterator[io.TextIOWrapper]:
    """The CSV file, or the one in the archive. Raises PackError."""
    try:
        if not zipfile.is_zipfile(path):
            with path.open(encoding="cp1252", errors="replace", newline="") as handle:
                yield handle
            return
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.lower().endswith(".csv")]
            chosen = [name for name in names if "edubasealldata" in name.lower()] or names
            if len(chosen) != 1:
                raise PackError(f"{path} holds {len(chosen)} CSV files: unpack it, and give the one of all establishments")
            with archive.open(chosen[0]) as raw:
                yield io.TextIOWrapper(raw, encoding="cp1252", errors="replace", newline="")
    except (OSError, zipfile.BadZipFile, csv.Error, RuntimeError) as error:
        raise PackError(f"{path} can't be read ({error}): download it again") from error


def _is_asked_about(row: Mapping[str, str | None]) -> bool:
    status, group = _low(row, "EstablishmentStatus (name)"), _low(row, "EstablishmentTypeGroup (name)")
    approved = _low(row, "Section41Approved (name)").startswith("approved")
    return status in (*_OPEN, _CLOSED) and (group in _GROUPS or approved)


def _school(row: Mapping[str, str | None]) -> School:
    closed = _low(row, "EstablishmentStatus (name)") == _CLOSED
    website = _value(row, "SchoolWebsite")
    return School(
        _value(row, "URN"), _value(row, "EstablishmentName"), _phase(row),
        website if not website or "://" in website else f"https://{website}", _value(row, "TelephoneNum"), _value(row, "Town"),
        (_value(row, "CloseDate") or "a day that is not known") if closed else "",
    )  # fmt: skip


def _phase(row: Mapping[str, str | None]) -> str:
    group, kind = _low(row, "EstablishmentTypeGroup (name)"), _low(row, "TypeOfEstablishment (name)")
    if any(each in kind for each in _ELSEWHERE):
        return "other"
    if group == "special schools" or "special" in kind:
        return "special"
    if group == "colleges":
        return "college"
    return _PHASES.get(_low(row, "PhaseOfEducation (name)"), "other")


def _facts(school: School) -> dict[str, str]:
    return {"phase": school.phase, "urn": school.urn, "website": school.website, "contact_phone": school.phone}


def _slug(school: School, taken: set[str]) -> str:
    """Of its name; with its town, or else its URN, if another has that already."""
    name = _words(school.name)
    options = (name, f"{name}-{_words(school.town)}", f"{name[:60]}-{school.urn}")
    return next((each[:80].strip("-") for each in options if each[:80].strip("-") not in taken), school.urn)


def _words(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.lower()).replace("'", "").replace("’", "").encode("ascii", "ignore").decode()
    return _NOT_IN_A_SLUG.sub("-", letters).strip("-")


def _low(row: Mapping[str, str | None], column: str) -> str:
    return _value(row, column).casefold()


def _value(row: Mapping[str, str | None], column: str) -> str:
    return (row.get(column) or "").strip()
