"""The weekly e-mail to staff: written into the outbox once a week, whatever number of workers there are."""

from __future__ import annotations

from datetime import date

from sqlalchemy.exc import IntegrityError

from api.staff.desk import StaffDesk
from assistant.data_files import DATA, read_yaml
from assistant.drift import drifts
from assistant.london import london_today
from assistant.policy import DecisionPolicy
from signpost.wiring import Workshop
from store.digest import Waiting, waiting_for
from store.outbox import Letter, Outbox, weekly
from store.reports import Reports, shown
from store.staff import Role, Staff, StaffAccounts

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LINES = ("owned", "late", "fresh", "answers", "sources", "contacts")


def write_digests(workshop: Workshop, today: date | None = None) -> int:
    """Put the letters of this week into the outbox, if its day has come; says how many. Nobody gets two in a week."""
    day, chosen = today or london_today(), workshop.settings.digest_day.strip().lower()
    if chosen not in _DAYS or day.weekday() < _DAYS.index(chosen):
        return 0
    outbox, written = Outbox(workshop.engine), 0
    week = f"{day.isocalendar().year}-{day.isocalendar().week:02}"
    for area in workshop.store.areas():
        everyone = [staff for staff in StaffAccounts(workshop.engine).everyone(area.slug) if staff.active]
        due = [staff for staff in everyone if not outbox.state(weekly(week, staff.id))]
        ratings = _drifting(workshop, area.slug, day) if due else None
        for staff in due:
            waiting = waiting_for(workshop.engine, staff, day, StaffDesk.school_year(day))
            drifting = ratings if staff.role is not Role.EDITOR else None
            if waiting.anything or drifting:
                address = workshop.settings.public_address
                written += _put(outbox, letter(staff, area.name, waiting, address, weekly(week, staff.id), drifting))
    return written


def letter(
    staff: Staff, area: str, waiting: Waiting, address: str, reference: str, drifting: tuple[int, int] | None = None
) -> Letter:
    """The letter to one person: numbers and a link. `drifting`: ratings "not helpful" of all, if there are too many."""
    say = read_yaml(DATA / "digest.yml")
    lines = [
        say[name].format(number=getattr(waiting, name), people=shown(waiting.people)) for name in _LINES if getattr(waiting, name)
    ]
    if drifting:
        lines.append(say["drift"].format(unhelpful=drifting[0], rated=drifting[1], address=address.rstrip("/")))
    parts = (
        say["hello"].format(name=staff.name), say["first"], "\n".join(f"- {line}" for line in lines),
        say["look"].format(address=address.rstrip("/")), say["why"].format(area=area),
    )  # fmt: skip
    return Letter(staff.area, staff.email, say["subject"].format(area=area), "\n\n".join(parts) + "\n", reference=reference)


def _drifting(workshop: Workshop, area: str, day: date) -> tuple[int, int] | None:
    """How many ratings of the last 30 days said "not helpful", of how many; None unless that is surely too many."""
    found = Reports(workshop.engine).doing(area, day)
    reached = DecisionPolicy.load(workshop.settings.policy_file).reached
    wrong = 1 - float(reached.get("right_among_answered", 1))
    return (found.unhelpful, found.helpful + found.unhelpful) if drifts(found.helpful, found.unhelpful, wrong) else None


def _put(outbox: Outbox, written: Letter) -> int:
    try:
        outbox.put([written])
    except IntegrityError:  # another worker was first
        return 0
    return 1
