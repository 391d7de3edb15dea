"""The page that a site shows in place of one that is gone, known by its title."""

from __future__ import annotations

import re

from knowledge.errors import ConversionError

_NOT_THERE = re.compile(
    r"(error )?404( error)?( (page )?not found)?|not found"
    r"|((oops|sorry) )?(the |this |that )?page (you \w+ \w+ \w+ )?((was |is |could |can)?(not|no longer)|cant|doesnt|does not)"
    r"( be)? (found|available|exist|exists)|((oops|sorry) )?we (cannot|can not|cant|couldnt) find (the|that|this|your) page"
)


def refuse_not_there(title: str) -> None:
    """Raise ConversionError if `title` says that there is no such page: a site's own words, saved or sent as if it were one."""
    if _NOT_THERE.fullmatch(_plain_words(title)):
        raise ConversionError(
            f"its title is '{title[:80]}', which a site shows where a page is gone: "
            "mend the link to it, or save the page again; it stays live if it was"
        )


def _plain_words(title: str) -> str:
    return " ".join(re.sub(r"[^\w\s]+", " ", re.sub("['’]", "", title.lower())).split())
