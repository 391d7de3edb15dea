"""The weekly e-mail to staff: written into the outbox once a week, whatever number of workers there are."""

from __future__ import annotations

from datetime import date

import yaml
from sqlalchemy.exc import IntegrityError

from api.staff.desk import StaffDesk
from assistant.data_files import DATA
from signpost.wiring import Workshop
from store.digest import Waiting, waiting_for
from store.outbox import Letter, Outbox
from store.reports import shown
from store.staff import Staff, StaffAccounts

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LINES = ("owned", "late", "fresh", "answers", "sources", "contacts")


def write_digests(workshop: Workshop, today: date | None = None) -> int:
    """Put the letters of this week into the outbox, if its day has come; says how many. Nobody gets two in a week."""
    day, chosen = today or date.today(), workshop.settings.digest_day.strip().lower()
    if chosen not in _DAYS or day.weekday() < _DAYS.index(chosen):
        return 0
    outbox, written = Outbox(workshop.engine), 0
    for area in workshop.store.areas():
        for staff in StaffAccounts(workshop.engine).everyone(area.slug):
            reference = f"D-{day.isocalendar().year}-{day.isocalendar().week:02}-{staff.id}"
            if not staff.active or outbox.state(reference):
                continue
            waiting = waiting_for(workshop.engine, staff, day, StaffDesk.school_year(day))
            if waiting.anything:
                written += _put(outbox, letter(staff, area.name, waiting, workshop.settings.public_address, reference))
    return written


def letter(staff: Staff, area: str, waiting: Waiting, address: str, reference: str) -> Letter:
    """The letter to one person: numbers and a link."""
    say = yaml.safe_load((DATA / "digest.yml").read_text(encoding="utf-8"))
    lines = [
        say[name].format(number=getattr(waiting, name), people=shown(waiting.people)) for name in _LINES if getattr(waiting, name)
    ]
    parts = (
        say["hello"].format(name=staff.name), say["first"], "\n".join(f"- {line}" for line in lines),
        say["look"].format(address=address.rstrip("/")), say["why"].format(area=area),
    )  # fmt: skip
    return Letter(staff.area, staff.email, say["subject"].format(area=area), "\n\n".join(parts) + "\n", reference=reference)


def _put(outbox: Outbox, written: Letter) -> int:
    try:
        outbox.put([written])
    except IntegrityError:  # another worker was first
        return 0
    return 1
