"""Reads an area pack: `area.yml`, `settings.csv` and `sources.yml` (formats: docs/reference/area-pack.md)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml

from knowledge.convert.files import decode
from knowledge.csv_rows import TOO_MANY, csv_rows, no_column
from knowledge.errors import ConversionError, PackError
from knowledge.slips import misnamed, unknown_names, usable
from knowledge.source_list import FOLDER, PAGES, Source, sources_of
from knowledge.types import Area, Contact, Setting, Skipped

REQUIRED_CONTACTS = ("sendiass", "send_team", "safeguarding")
_PHASES = {
    "nursery": "nursery", "early_years": "nursery", "primary": "primary", "infant": "primary", "junior": "primary",
    "secondary": "secondary", "all-through": "all-through", "all_through": "all-through", "special": "special",
    "college": "college", "fe_college": "college", "further_education_college": "college", "sixth_form": "college",
    "sixth_form_college": "college", "alternative_provision": "other", "other": "other",
}  # fmt: skip
_AREA_FIELDS = ("area", "name", "local_offer_url", "sites", "contacts", *REQUIRED_CONTACTS)
_CONTACT_FIELDS = ("name", "phone", "email", "url", "hours", "out_of_hours_phone")
COLUMNS = (
    "setting", "name", "aliases", "phase", "urn", "website", "contact_role", "contact_name", "contact_phone", "contact_email",
)  # fmt: skip
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(?::\d{1,5})?")
_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")
_SLUG_IS = "use at most 80 letters, digits and hyphens, for example 'bath-east'"


class _AsWritten(yaml.SafeLoader):
    """Takes every value as the text that it is: a phone number without a space would be an octal number."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [each for each in known if each[0] in ("tag:yaml.org,2002:null", "tag:yaml.org,2002:merge")]
        for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


@dataclass(frozen=True)
class AreaPack:
    """A pack that can be used, with what was wrong in parts of it."""

    area: Area
    sources: tuple[Source, ...]
    problems: tuple[Skipped, ...]
    complete: bool = False
    """True if it names sources and each of them can be found, so that any other source of the area is gone."""
    every_setting: bool = False
    """True if settings.csv has rows and each gives a setting, so that any other setting of the area is gone."""


def read_pack(folder: Path) -> AreaPack:
    """Read the pack in `folder`. Raises PackError if the area itself can't be told."""
    facts = _yaml_mapping(folder / "area.yml")
    slug = str(facts.get("area") or "").strip()
    if not slug:
        raise PackError(f"{folder / 'area.yml'} has no 'area' (the slug): add it, for example 'area: fernshire'")
    if not _SLUG.fullmatch(slug):
        raise PackError(f"{folder / 'area.yml'}: area '{slug}' can't be a slug: {_SLUG_IS}")
    problems: list[Skipped] = []
    _tell_unknown(facts, _AREA_FIELDS, str(folder / "area.yml"), problems)
    settings, every = _settings(folder / "settings.csv", problems)
    contacts = _contacts(folder / "area.yml", facts, problems)
    name = str(facts.get("name") or slug.replace("-", " ").title())
    sites = tuple(_sites(folder / "area.yml", facts, problems))
    area = Area(slug, name, str(facts.get("local_offer_url") or ""), contacts, settings, sites)
    before = len(problems)
    sources = tuple(_sources(folder, area, problems))
    return AreaPack(area, sources, tuple(problems), bool(sources) and len(problems) == before, every)


def _tell_unknown(names: Iterable[object], known: Sequence[str], where: str, problems: list[Skipped]) -> None:
    if odd := unknown_names(names, known):
        problems.append(Skipped(where, odd))


def _yaml_mapping(path: Path) -> Mapping[str, Any]:
    try:
        loaded = _yaml(path)
    except FileNotFoundError:
        raise PackError(f"{path} is missing: an area pack needs it (docs/reference/area-pack.md)") from None
    if not isinstance(loaded, dict):
        raise PackError(f"{path} should hold 'name: value' lines: see docs/reference/area-pack.md")
    return loaded


def _yaml(path: Path) -> Any:
    try:
        return yaml.load(_text(path), _AsWritten)  # noqa: S506
    except yaml.YAMLError as error:
        raise PackError(f"{path} is not YAML ({_one_line(error)}): mend that line") from error


def _text(path: Path) -> str:
    try:
        return decode(path.read_bytes())
    except ConversionError as error:
        raise PackError(f"{path} is not a text file ({error}): see whether it is of another kind, such as Excel's") from error


def _contacts(path: Path, facts: Mapping[str, Any], problems: list[Skipped]) -> dict[str, Contact]:
    given = facts.get("contacts")
    # design.md names the three contacts without saying at which level; both are read.
    rows = given if isinstance(given, dict) else facts
    seen_on = datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
    contacts = {}
    for key in REQUIRED_CONTACTS:
        row = rows.get(key)
        values = _contact_values(row, f"{path}: {key}", problems) if isinstance(row, dict) else {}
        if not values.get("name"):
            lacks = f"contact '{key}' has no 'name': mend it in" if values else f"no contact '{key}': add it to"
            problems.append(Skipped(f"{path}: {key}", f"{lacks} area.yml; a contact that was live stays"))
            continue
        contacts[key] = Contact(**values, seen_at=path.name, seen_on=seen_on)
    return contacts


def _contact_values(row: Mapping[str, Any], where: str, problems: list[Skipped]) -> dict[str, str]:
    _tell_unknown(row, _CONTACT_FIELDS, where, problems)
    given = {field: row[field] for field in _CONTACT_FIELDS if row.get(field) is not None}
    for field, value in given.items():
        if not isinstance(value, str):
            problems.append(Skipped(where, f"{field} '{value}' is not text, and not used: put it in quotation marks"))
    return {field: usable(field, value.strip(), where, problems) for field, value in given.items() if isinstance(value, str)}


def _sites(path: Path, facts: Mapping[str, Any], problems: list[Skipped]) -> Iterable[str]:
    """Origins: scheme, host and port, without a path."""
    given = facts.get("sites") or []
    for site in given if isinstance(given, list) else [given]:
        origin = str(site).strip().rstrip("/").lower()
        if _ORIGIN.fullmatch(origin):
            yield origin
        else:
            problems.append(Skipped(f"{path}: sites", f"'{site}' is not an address like https://www.school.example: mend it"))


def _settings(path: Path, problems: list[Skipped]) -> tuple[tuple[Setting, ...], bool]:
    """The settings by name, and whether the file has rows and each gives a setting."""
    try:
        rows = setting_rows(path, problems)
    except FileNotFoundError:
        return (), False
    seen_on = datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
    settings: dict[str, Setting] = {}
    for number, values in rows:
        where = f"{path}, line {number}"
        slug, phase = values.get("setting", ""), _PHASES.get(re.sub(r"\s+", "_", values.get("phase", "").lower()), "")
        if not slug:
            problems.append(Skipped(where, "a setting needs 'setting' (slug) and 'name': fill them in"))
        elif not values.get("name"):
            problems.append(Skipped(where, f"setting '{slug}' has no 'name': fill it in"))
        elif not _SLUG.fullmatch(slug):
            problems.append(Skipped(where, f"setting '{slug}' can't be a slug: {_SLUG_IS}"))
        elif TOO_MANY in values:
            why = "has more values than there are columns: put quotation marks around a value with a comma in it"
            problems.append(Skipped(where, f"setting '{slug}' {why}"))
        elif slug in settings:
            problems.append(Skipped(where, f"setting '{slug}' is there twice: the first is kept; remove one"))
        else:
            if not phase:
                problems.append(Skipped(where, f"phase '{values.get('phase')}' is not known: taken as 'other'"))
            checked = {field: usable(field, value, where, problems) for field, value in values.items()}
            settings[slug] = _setting(checked, phase or "other", path.name, seen_on)
    every = bool(rows) and len(settings) == len(rows)
    return tuple(sorted(settings.values(), key=lambda setting: setting.name)), every


def setting_rows(path: Path, problems: list[Skipped]) -> list[tuple[int, dict[str, str]]]:
    """Rows of `settings.csv` that are not blank, with the number of the line that each ends on.

    A row's `TOO_MANY` is what stands under no column. Raises PackError if the columns can't be told.
    """
    text = _text(path)
    try:
        columns, rows = csv_rows(text)
    except ConversionError as error:
        raise PackError(f"{path}: {error}") from error
    lacking = [name for name in ("setting", "name") if name not in columns]
    if columns and lacking:
        raise PackError(f"{path}: {no_column(lacking, columns, text)}")
    if slip := misnamed(columns, COLUMNS):
        raise PackError(f"{path} has a column '{slip[0]}' and none named '{slip[1]}': mend its name, or take it out")
    _tell_unknown(columns, COLUMNS, str(path), problems)
    return rows


def _setting(values: Mapping[str, str], phase: str, seen_at: str, seen_on: date) -> Setting:
    contact = Contact(
        name=values.get("contact_name", ""),
        role=values.get("contact_role", ""),
        phone=values.get("contact_phone", ""),
        email=values.get("contact_email", ""),
        url=values.get("website", ""),
        seen_at=seen_at,
        seen_on=seen_on,
    )
    aliases = tuple(alias.strip() for alias in values.get("aliases", "").split(";") if alias.strip())
    return Setting(values["setting"], values["name"], aliases, phase, values.get("urn", ""), values.get("website", ""), contact)


def _sources(folder: Path, area: Area, problems: list[Skipped]) -> Iterable[Source]:
    path = folder / "sources.yml"
    if not path.exists():
        beside = ((PAGES, folder / "pages.jsonl"), (FOLDER, folder / "content"))
        return [Source(area.slug, kind, place) for kind, place in beside if place.exists()]
    return sources_of(folder, area, _yaml(path), problems)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
