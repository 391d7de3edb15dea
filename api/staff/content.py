"""Sources, old pages, contradictions with the law, and contacts that have to be looked after."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException
from fastapi.responses import Response

from api.staff.session import PostingDep, Signed, SignedDep, go
from assistant.contacts import setting_of
from knowledge.types import Contact

router = APIRouter(prefix="/staff/content", include_in_schema=False)
_FIELDS = ("name", "role", "phone", "email", "hours")


@router.get("")
def overview(signed: SignedDep) -> Response:
    """What is indexed, what is old, what contradicts a statutory card, and who is named where."""
    signed.needs("content")
    area, today = signed.area, signed.desk.today()
    contacts = [(key, each.name, each) for key, each in area.contacts.items()]
    contacts += [(each.slug, each.name, each.contact) for each in area.settings]
    return signed.page(
        "content.html", sources=signed.desk.content.sources(area.slug), old=signed.desk.content.old_documents(area.slug, today),
        troubled=signed.service.passing.outbox.troubled(area.slug),
        contradictions=signed.desk.content.contradictions(area.slug), contacts=contacts,
        september=today.month in (9, 10), since=today.replace(month=9, day=1) if today.month >= 9 else None,
    )  # fmt: skip


@router.post("/contacts/{key}")
def contact(
    signed: PostingDep,
    key: str,
    name: Annotated[str, Form(max_length=200)] = "",
    role: Annotated[str, Form(max_length=100)] = "",
    phone: Annotated[str, Form(max_length=40)] = "",
    email: Annotated[str, Form(max_length=200)] = "",
    hours: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Confirm a contact, with or without a change: it was seen today."""
    signed.needs("content")
    before = _contact(signed, key)
    if not phone and not email:
        raise HTTPException(422, f"{key} needs a phone number or an e-mail address: without one, no family can reach it.")
    seen = {"seen_at": "confirmed by staff", "seen_on": signed.desk.today()}
    after = replace(before, name=name, role=role, phone=phone, email=email, hours=hours, **seen)  # type: ignore[arg-type]
    signed.desk.content.save_contact(signed.staff.area, key, after)
    signed.service.refresh_areas()
    signed.log("confirm contact", key, _facts(before), _facts(after))
    return go("/staff/content#contacts")


@router.post("/letters/{letter_id}/again")
def send_again(signed: PostingDep, letter_id: int) -> Response:
    """Send a hand-over once more that did not arrive, or of which nobody knows whether it did."""
    signed.needs("content")
    if not signed.service.passing.outbox.again(signed.staff.area, letter_id):
        raise HTTPException(404, "There is no page at this address.")
    signed.log("send again", f"letter {letter_id}")
    return go("/staff/content")


def _contact(signed: Signed, key: str) -> Contact:
    if key in signed.area.contacts:
        return signed.area.contacts[key]
    setting = setting_of(signed.area, key)
    if setting is None:
        raise HTTPException(404, "There is no page at this address.")
    return setting.contact


def _facts(contact: Contact) -> dict[str, str]:
    return {name: str(value) for name, value in asdict(contact).items() if name in _FIELDS}
