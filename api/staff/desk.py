"""What the staff screens work with; made in `signpost.desk` and handed over once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from assistant.coverage import CoverageTable
from assistant.curated_preview import Tried
from knowledge.types import Area, Contact
from store.curated import CuratedAnswer, CuratedAnswers
from store.gaps import Gaps
from store.reports import Reports
from store.staff import AuditLog, StaffAccounts


class ContentStore(Protocol):
    """What is indexed, and whom it names."""

    def sources(self, area: str) -> Sequence[Mapping[str, Any]]:
        """Sources of an area: name, documents, when last seen."""

    def old_documents(self, area: str, today: date) -> Sequence[Mapping[str, Any]]:
        """Documents past their review date or over a year old."""

    def contradictions(self, area: str) -> Sequence[Mapping[str, Any]]:
        """Pages that say something else than a statutory card."""

    def save_contact(self, area: str, setting: str, contact: Contact) -> None:
        """Change a setting's contact, or (with a key of the area's contacts) the area's."""


@dataclass(frozen=True)
class StaffDesk:
    """All that staff can see and do."""

    accounts: StaffAccounts
    audit: AuditLog
    gaps: Gaps
    curated: CuratedAnswers
    reports: Reports
    content: ContentStore
    publish: Callable[[str], None]
    """Make an area's live answers live, in this worker at once and in every other within two seconds."""
    preview: Callable[[CuratedAnswer, Sequence[str]], list[Tried]]
    coverage: Callable[[Area, str], list[CoverageTable]]
    """The coverage of an area and its settings, or of one setting."""
    answered: Callable[[CuratedAnswer], object]
    """Tell those who wait for it that a question has been answered."""
    topics: Mapping[str, str]
    """What each topic is about, in plain words."""
    reached: Mapping[str, Any]
    """What the decision policy reached when it was fitted."""
    today: Callable[[], date]
    oidc: Mapping[str, str]
    """Issuer, client id and secret of the sign-in provider; empty without one."""
    cookie_secret: str
