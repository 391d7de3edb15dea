"""Pages that are found under several addresses: which of them is their place (`<link rel=canonical>`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from knowledge.crawling.addresses import Kind, Site, identity


class Places:
    """What pages call their own address, as far as it was believed."""

    def __init__(self, start: str) -> None:
        self._start = identity(start)
        self._named: dict[str, str] = {}
        self._waiting: dict[str, list[str]] = defaultdict(list)

    def elsewhere(self, site: Site, address: str, named: str) -> str:
        """The other address at which a page is to be read, from the one it names; "" if it is to be taken where it is.

        Where the site begins is no other page's place: that is a template that was not filled in.
        """
        own, here = site.canonical(named), identity(address)
        place = identity(own)
        if not own or site.kind(own) != Kind.PAGE or place in (here, self._start):
            return ""
        while place in self._named and place != here:
            place = self._named[place]
        return "" if place == here else own

    def believe(self, address: str, own: str) -> None:
        """Note that a page is left to its other address."""
        self._named[identity(address)] = identity(own)
        self._waiting[identity(own)].append(address)

    def without(self, address: str) -> Sequence[str]:
        """The addresses of pages that were left to one that holds no page."""
        return self._waiting.pop(identity(address), ())
