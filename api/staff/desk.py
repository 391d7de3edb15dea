"""What the staff screens work with; made in `signpost.desk` and handed over once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from assistant.coverage import CoverageTable
from assistant.curated_preview import Trial
from knowledge.types import Area
from store.content import DatabaseContent
from store.curated import CuratedAnswer, CuratedAnswers
from store.gaps import Gaps
from store.reports import Reports
from store.sources import SourceCheck
from store.staff import AuditLog, StaffAccounts

_SEPTEMBER = 9


@dataclass(frozen=True)
class StaffDesk:
    """All that staff can see and do."""

    accounts: StaffAccounts
    audit: AuditLog
    gaps: Gaps
    curated: CuratedAnswers
    reports: Reports
    content: DatabaseContent
    publish: Callable[[str], None]
    """Make an area's live answers live, in this worker at once and in every other within two seconds."""
    trial: Callable[[CuratedAnswer], Trial]
    """The live assistant with and without an answer, to try questions on. Nothing is recorded or published."""
    coverage: Callable[[Area, str], list[CoverageTable]]
    """The coverage of an area and its settings, or of one setting."""
    asked: Callable[[str], Mapping[str, tuple[int, int]]]
    """Local Offer heading ("" for none) to (gaps, people): asked in an area, and still not answered."""
    take_in_again: Callable[[SourceCheck], object]
    """Begin to take a source in again, beside serving."""
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
    public_address: str
    """Where staff reach the service, without a slash at its end."""

    @staticmethod
    def school_year(today: date) -> date:
        """When this school year began: names that were seen before may be out of date."""
        return date(today.year - (today.month < _SEPTEMBER), _SEPTEMBER, 1)
