"""Reads a CSV file of services, one row each: Signpost's own columns, Outpost's import file, or a kb5 export.

Which of them it is shows from the names of its columns, in any order and case.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from knowledge.convert.files import decode
from knowledge.csv_rows import TOO_MANY, csv_rows, no_column
from knowledge.documents import storable, unexpected
from knowledge.errors import ConversionError
from knowledge.services import kb5, outpost
from knowledge.services.columns import OWN, OWN_IDS, Row, identifier, own
from knowledge.services.service import Service, document, document_id
from knowledge.services.words import day
from knowledge.slips import misnamed, usable
from knowledge.source_list import Source
from knowledge.types import Area, Skipped, SourceItem, Withdrawn

LARGEST_FILE = 50_000_000  # bytes
_ALIASES = {
    "organization": "organisation", "minimum_age": "min_age", "maximum_age": "max_age", "opening_times": "when",
    "contact_phone": "phone", "contact_email": "email", "telephone": "phone", "e-mail": "email",
}  # fmt: skip
_NO_OPT_OUT = f"it has no column '{kb5.OPT_OUT}', so no streets are shown: export that column as well"


@dataclass(frozen=True)
class _Shape:
    """How the rows of a file are read."""

    ids: tuple[str, ...]
    """Columns that give its id; the last is its name."""
    known: Callable[[str], bool]
    careful: tuple[str, ...]
    """Columns without which something would be shown that may not be, or shown to others: never misspelt."""


_OWN = _Shape(OWN_IDS, lambda name: name in OWN, ("setting", "status", "urn", "shown_until"))
_OUTPOST = _Shape(
    ("import_id", "name"),
    lambda name: name in (*outpost.OUTPOST, *outpost.UNREAD) or name.startswith("custom_"),
    ("setting", "import_id_reference", "mask_exact_address", "location_visible", "contact_visible", "approved"),
)  # fmt: skip
_KB5 = _Shape(kb5.IDS, lambda name: bool(kb5.NAMES.fullmatch(name)), ("setting", kb5.OPT_OUT))


def read_services(source: Source, area: Area) -> Iterator[SourceItem]:
    """Each service of the file that may be shown, as a page; else why it was left out."""
    label = storable(str(source.location))
    try:
        columns, rows, text = _table(source)
        shape = _shape(columns, text)
        if shape is _OWN:
            columns, rows = _own_names(columns, rows)
        odd = [name for name in columns if not shape.known(name)]
        suspect = columns if shape is _KB5 else [name for name in columns if name in odd or name in shape.careful]
        if slip := misnamed(suspect, shape.careful):
            raise ConversionError(f"it has a column '{slip[0]}' and none named '{slip[1]}': mend its name, or take it out")
        if shape is _KB5 and kb5.keeps_private(columns):
            raise ConversionError(
                f"it has private columns and no '{kb5.OPT_OUT}', so it can't be told what is hidden: export it too"
            )
        if not rows:
            raise ConversionError("it has no rows, so what is live from it stays: put them back, or take it out of sources.yml")
    except (ConversionError, OSError) as error:
        yield Skipped(label, storable(" ".join(str(error).split())), None)
        return
    if odd:
        named = ", ".join(f"'{name}'" for name in odd)
        yield Skipped(label, storable(f"{named[:200]} is not known, and not used: mend the name, or leave the column out"))
    if shape is _KB5 and kb5.OPT_OUT not in columns:
        yield Skipped(label, _NO_OPT_OUT)
    yield from _items(source, area, shape, rows, odd)


def _items(
    source: Source, area: Area, shape: _Shape, rows: Sequence[tuple[int, Row]], odd: Sequence[str]
) -> Iterator[SourceItem]:
    seen: set[str] = set()
    titles = kb5.titles(row for _, row in rows)
    further = _further(rows) if shape is _OUTPOST else {}
    ids = {row.get("import_id", "") for _, row in rows if not row.get("import_id_reference")}
    for number, row in rows:
        where = f"{source.location}, line {number}"
        if shape is _OUTPOST and (parent := row.get("import_id_reference")):
            if parent not in ids:
                yield Skipped(where, f"import_id_reference '{parent[:80]}' is not the import_id of a service: mend it")
            continue
        name = identifier(row, shape.ids)
        document_ = document_id(name) if name else None
        if wrong := _wrong(row, shape):
            yield Skipped(where, wrong, document_)
            continue
        try:
            service = _service(shape, row, titles, further)
            if service is None:
                if document_:
                    yield Withdrawn(document_)
                continue
            if service.id in seen:
                yield Skipped(where, f"id '{service.id[:80]}' is there twice: the first is kept; rename one", document_)
                continue
            seen.add(service.id)
            yield from _slips(row, shape, where)
            yield document(source, area, replace(service, setting=_setting(row, source, area, odd)))
        except kb5.Unclear as error:
            yield Skipped(where, storable(str(error)))
            if document_:
                yield Withdrawn(document_)
        except ConversionError as error:
            yield Skipped(where, storable(str(error)), document_)
        except Exception as error:
            yield unexpected(where, document_ or where, error)


def _service(shape: _Shape, row: Row, titles: Mapping[str, str], further: Mapping[str, Sequence[Row]]) -> Service | None:
    today = date.today()
    if shape is _KB5:
        return kb5.kb5(row, titles, today)
    if shape is _OUTPOST:
        return outpost.outpost([row, *further.get(row["import_id"], ())], today)
    return own(row, today)


def _wrong(row: Row, shape: _Shape) -> str:
    """Why a row can't be read; "" if it can."""
    if TOO_MANY in row:
        return "it has more values than there are columns: put quotation marks around a value with a comma in it"
    if not row.get(shape.ids[-1]):
        return f"it has no '{shape.ids[-1]}': fill it in"
    if shape is _OUTPOST and not row.get("import_id"):
        return "it has no 'import_id': fill it in"
    return ""


def _further(rows: Sequence[tuple[int, Row]]) -> Mapping[str, Sequence[Row]]:
    """Outpost's rows that belong to another one, by its id."""
    found: dict[str, list[Row]] = {}
    for _, row in rows:
        if (parent := row.get("import_id_reference")) and TOO_MANY not in row:
            found.setdefault(parent, []).append(row)
    return found


def _setting(row: Row, source: Source, area: Area, odd: Sequence[str]) -> str | None:
    """The setting that a service belongs to. Raises ConversionError where that can't be told."""
    slugs = {each.slug for each in area.settings}
    numbers = {each.urn: each.slug for each in area.settings if each.urn}
    named, urn = row.get("setting", ""), row.get("urn") or row.get("dfes_urn", "")
    by_urn = numbers.get(urn.removesuffix(".0"))
    if named and named not in slugs:
        raise ConversionError(f"setting '{named[:80]}' is not in settings.csv: add it there, or mend the slug")
    if named and by_urn not in (None, named):
        raise ConversionError(f"setting '{named}' and URN {urn} ('{by_urn}') are two settings: mend one of them")
    found = named or by_urn or source.setting
    other = [name for name in odd if row.get(name) in slugs]
    if found is None and other:  # the service of one school must not become the whole area's
        raise ConversionError(f"'{other[0]}' names the setting '{row[other[0]]}', but is not read: call it 'setting'")
    return found


def _slips(row: Row, shape: _Shape, where: str) -> list[Skipped]:
    """What is no phone number, e-mail address or date, in the shape that people type themselves."""
    problems: list[Skipped] = []
    if shape is _OWN:
        for field in ("phone", "email"):
            usable(field, row.get(field, ""), where, problems)
        if row.get("updated") and not day(row["updated"]):
            why = f"updated '{row['updated'][:80]}' is not a date, and not used: write it as 2026-09-30"
            problems.append(Skipped(where, why))
    return problems


def _table(source: Source) -> tuple[list[str], Sequence[tuple[int, Row]], str]:
    """The names of the columns, the rows that are not blank, each with its last line, and the text of it all."""
    size = source.location.stat().st_size
    if size > LARGEST_FILE:
        raise ConversionError(f"it has {size:,} bytes, at most {LARGEST_FILE:,}: split it")
    text = storable(decode(source.location.read_bytes()))
    columns, rows = csv_rows(text)
    twice = [name for name, count in Counter(columns).items() if count > 1]
    if twice:
        raise ConversionError(f"it has the column '{twice[0][:80]}' twice: rename or remove one")
    return columns, rows, text


def _own_names(columns: list[str], rows: Sequence[tuple[int, Row]]) -> tuple[list[str], list[tuple[int, Row]]]:
    """Columns and rows by the names of Signpost's own shape, where another name for one is used in its place."""
    names: dict[str, str] = {}
    for name in columns:
        if (meant := _ALIASES.get(name, name)) not in (*columns, *names.values()):
            names[name] = meant
    renamed: list[tuple[int, Row]] = [
        (number, {names.get(key, key): value for key, value in row.items()}) for number, row in rows
    ]
    return [names.get(name, name) for name in columns], renamed


def _shape(columns: Sequence[str], text: str) -> _Shape:
    if "import_id" in columns and "name" in columns:
        return _OUTPOST
    if "title" in columns and any(name in columns for name in kb5.SIGNS):
        return _KB5
    if "name" in columns:
        return _OWN
    raise ConversionError(no_column(["'name'"], columns, text))
