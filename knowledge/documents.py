"""Makes documents of what sources hold, with what the source says where the page says nothing."""

from __future__ import annotations

import logging
import re
from datetime import date

from knowledge.convert import Converted
from knowledge.source_list import Source
from knowledge.types import Area, Document, Scope, Skipped

log = logging.getLogger(__name__)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""Halves of an emoji and the like: no database takes them."""


def document_of(
    source: Source, area: Area, name: str, setting: str | None, page: Converted,
    *, title: str = "", url: str = "", updated: date | None = None, owner: str = "",
) -> Document:  # fmt: skip
    """The document `name` of `setting` (None: of the area). An address that is none is left out."""
    names = {each.slug: each.name for each in area.settings}
    return Document(
        id=name,
        scope=Scope.of(area.slug, setting),
        title=storable(title or page.title),
        body=storable(page.body),
        url=storable(url) if url.startswith(("http://", "https://")) else "",
        owner=storable(owner or source.owner or (names.get(setting, setting) if setting else area.name)),
        updated=updated or source.updated or page.updated,
        review_by=page.review_by,
    )


def unexpected(where: str, document: str, error: Exception) -> Skipped:
    """One odd item is no reason to leave out the rest; nothing of what it says is logged."""
    log.error("an item could not be read: %s", type(error).__name__)
    return Skipped(storable(where), f"'{document}' can't be read ({type(error).__name__}): leave it out, or report it", document)


def storable(text: str) -> str:
    """`text` without what no database takes."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)
