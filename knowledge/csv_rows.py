"""Reads a CSV file as people save it: columns by their names, rows with the number of their line."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from knowledge.errors import ConversionError

TOO_MANY = "too many"  # the values of a row that stand under no column
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


def csv_rows(text: str) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    """The names of the columns ("Contact phone" is `contact_phone`), and the rows that are not blank, each with its last line.

    A row's `TOO_MANY` is what stands under no column. Raises ConversionError if the text is no CSV.
    """
    reader = csv.DictReader(io.StringIO(text, newline=None), restkey=TOO_MANY, strict=True)
    try:
        reader.fieldnames = ["_".join(name.lower().split()) for name in reader.fieldnames or ()]
        rows = [(reader.line_num, _values(row)) for row in reader]
    except csv.Error as error:
        raise ConversionError(f"it can't be read ({error}): see whether a quotation mark is missing") from error
    return [name for name in reader.fieldnames or () if name], [(number, row) for number, row in rows if any(row.values())]


def no_column(names: Sequence[str], columns: Sequence[str], text: str) -> str:
    """Why a file without the columns `names` can't be used: perhaps it is parted by something else than commas."""
    marks = [what for sign, what in _SEPARATORS.items() if sign in text.partition("\n")[0]]
    hint = f"it is parted by {marks[0]}: save it with commas" if marks else "its first line must name the columns"
    return f"it has no column {' and '.join(names)} (its columns: {', '.join(columns)[:200] or 'none'}): {hint}"


def _values(row: Mapping[str, Any]) -> dict[str, str]:
    texts = {key: " ".join(value) if isinstance(value, list) else value or "" for key, value in row.items() if key}
    return {key: text.strip() for key, text in texts.items() if key != TOO_MANY or text.strip()}
