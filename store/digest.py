"""What waits for each member of staff, as numbers: no family's words, nobody's name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from store.gaps import OPEN_STATES, TO_DO_STATES
from store.staff import Role, Staff
from store.tables import CuratedRow, GapRow, SettingRow, SourceCheckRow


@dataclass(frozen=True)
class Waiting:
    """What waits for one person. `people` asked the gaps that nobody owns."""

    owned: int = 0
    late: int = 0
    fresh: int = 0
    people: int = 0
    answers: int = 0
    """Answers to check again."""
    sources: int = 0
    """Sources that could not be read, or not all of them."""
    contacts: int = 0
    """Settings' contacts that were last seen before this school year."""

    @property
    def anything(self) -> bool:
        """True if there is something to do."""
        return any((self.owned, self.fresh, self.answers, self.sources, self.contacts))


def waiting_for(engine: Engine, staff: Staff, today: date, school_year: date) -> Waiting:
    """What waits for `staff`: an editor sees the own setting's only."""
    states = OPEN_STATES if staff.role is Role.EDITOR else TO_DO_STATES
    mine = [GapRow.area == staff.area, GapRow.merged_into.is_(None), GapRow.state.in_(states)]
    curated = [CuratedRow.area == staff.area, CuratedRow.state == "live", CuratedRow.review_by < today]
    settings = [SettingRow.area == staff.area]
    if staff.role is Role.EDITOR:
        mine, curated = [*mine, GapRow.setting == staff.setting], [*curated, CuratedRow.setting == staff.setting]
        settings = [*settings, SettingRow.slug == staff.setting]
    with Session(engine) as session:
        gaps = session.execute(select(GapRow.owner, GapRow.due, GapRow.people).where(*mine)).all()
        answers = session.scalar(select(func.count()).select_from(CuratedRow).where(*curated)) or 0
        contacts = session.scalars(select(SettingRow.contact).where(*settings)).all()
        checks = session.scalars(select(SourceCheckRow).where(SourceCheckRow.area == staff.area)).all()
    owned = [due for owner, due, _ in gaps if owner == staff.email]
    fresh = [people for owner, _, people in gaps if not owner]
    old = [each for each in contacts if not each.get("seen_on") or date.fromisoformat(each["seen_on"]) < school_year]
    troubled = [each for each in checks if each.problems] if staff.role is not Role.EDITOR else []
    late = sum(due is not None and due < today for due in owned)
    return Waiting(len(owned), late, len(fresh), sum(fresh), answers, len(troubled), len(old))
