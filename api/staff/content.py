"""Sources, old pages, contradictions with the law, and contacts that have to be looked after."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Annotated

import phonenumbers
from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import Response

from api.handing_over import PLAIN_ADDRESS
from api.staff.session import Id, PostingDep, Signed, SignedDep, TooOldDep, as_seen, go, overtaken
from assistant.contacts import setting_of
from knowledge.types import Contact
from store.content import CONFIRMED, SourceLine
from store.outbox import is_address

router = APIRouter(prefix="/staff/content", include_in_schema=False)
_SAFETY = "safeguarding"
_FIELDS = ("name", "role", "phone", "email", "hours")
_KINDS = {
    "folder": "Files in", "pages": "List of pages", "website": "Website", "open_referral": "Directory of services",
    "services_csv": "Table of services", "curated": "Answers that staff wrote",
}  # fmt: skip
_NONE = HTTPException(404, "There is no page at this address.")


@router.get("")
def overview(signed: SignedDep) -> Response:
    """What is indexed, what is old, what contradicts a statutory card, and who is named where."""
    signed.needs("content")
    return _shown(signed)


def _shown(signed: Signed, key: str = "", typed: Contact | None = None, problem: str = "") -> Response:
    """The page. `problem`: why the contact `key`, as it was `typed`, was refused."""
    area, today, setting = signed.area, signed.desk.today(), signed.setting
    contacts = [] if setting else [(key, each.name, each) for key, each in area.contacts.items()]
    contacts += [(each.slug, each.name, each.contact) for each in area.settings if setting in ("", each.slug)]
    return signed.page(
        "content.html", 422 if problem else 200, refused=key, typed=typed, problem=problem, name_of=source_name,
        seen=lambda contact: as_seen(_facts(contact)),
        sources=signed.desk.content.sources(area.slug, setting),
        old=signed.desk.content.old_documents(area.slug, today, setting),
        troubled=[] if setting else signed.service.passing.outbox.troubled(area.slug),
        contradictions=signed.desk.content.contradictions(area.slug, setting), contacts=contacts,
        september=today.month in (9, 10), since=signed.desk.school_year(today),
    )  # fmt: skip


@router.get("/sources/{check_id}")
def source(signed: SignedDep, check_id: Id) -> Response:
    """One source with its progress bar, as a part of the page."""
    signed.needs("content")
    return signed.page("source.html", each=_line(signed, check_id), name_of=source_name, fresh=False)


@router.post("/sources/{check_id}/again")
def take_in_again(request: Request, signed: PostingDep, check_id: Id) -> Response:
    """Take a source in again, beside serving. What has not changed is left alone."""
    signed.needs("content")
    line = _line(signed, check_id)
    if line.check is None or not line.check.pack:
        raise HTTPException(422, "This source was a single file. To take it in again, run: signpost ingest FILE")
    signed.log("take in again", f"source {line.key}")
    signed.desk.take_in_again(line.check)
    if request.headers.get("hx-request"):
        return signed.page("source.html", each=_line(signed, check_id), name_of=source_name, fresh=True)
    return go(f"/staff/content#source-{check_id}")


@router.post("/contacts/{key}")
def contact(
    signed: SignedDep,
    too_old: TooOldDep,
    key: str,
    name: Annotated[str, Form(max_length=200)] = "",
    role: Annotated[str, Form(max_length=100)] = "",
    phone: Annotated[str, Form(max_length=40)] = "",
    email: Annotated[str, Form(max_length=200)] = "",
    hours: Annotated[str, Form(max_length=200)] = "",
    seen: Annotated[str, Form()] = "",
) -> Response:
    """Confirm a contact, with or without a change: it was seen today."""
    signed.needs("content")
    signed.may_touch(key)
    before = _contact(signed, key)
    after = replace(
        before, name=name.strip(), role=role.strip(), phone=phone.strip(), email=email.strip(), hours=hours.strip(),
        seen_at=CONFIRMED, seen_on=signed.desk.today(),
    )  # fmt: skip
    if problem := _problem(signed, key, after) or overtaken(seen, _facts(before), _facts(after)) or too_old:
        return _shown(signed, key, after, problem)
    signed.desk.content.save_contact(signed.staff.area, key, after)
    signed.service.refresh_areas()
    signed.log("confirm contact", key, _facts(before), _facts(after))
    return go("/staff/content#contacts")


@router.post("/letters/{letter_id}/again")
def send_again(signed: PostingDep, letter_id: Id) -> Response:
    """Send a hand-over once more that did not arrive, or of which nobody knows whether it did."""
    return _deal_with(signed, letter_id, "send again", signed.service.passing.outbox.again)


@router.post("/letters/{letter_id}/discard")
def discard(signed: PostingDep, letter_id: Id) -> Response:
    """Delete the words and addresses of such a hand-over; its reference stays."""
    return _deal_with(signed, letter_id, "discard", signed.service.passing.outbox.discard)


def _deal_with(signed: Signed, letter_id: int, action: str, deal: Callable[[str, int], bool]) -> Response:
    signed.needs("letters")
    if not deal(signed.staff.area, letter_id):
        raise _NONE
    signed.log(action, f"letter {letter_id}")
    return go("/staff/content")


def source_name(key: str) -> str:
    """A source in words: `folder:oak:report.pdf` is "Files in report.pdf"."""
    kind, _, rest = key.partition(":")
    return " ".join(part for part in (_KINDS.get(kind, kind.replace("_", " ").capitalize()), rest.partition(":")[2]) if part)


def _line(signed: Signed, check_id: int) -> SourceLine:
    lines = signed.desk.content.sources(signed.staff.area, signed.setting)
    found = next((line for line in lines if line.check and line.check.id == check_id), None)
    if found is None:
        raise _NONE
    return found


def _contact(signed: Signed, key: str) -> Contact:
    if key in signed.area.contacts:
        return signed.area.contacts[key]
    setting = setting_of(signed.area, key)
    if setting is None:
        raise _NONE
    return setting.contact


def _problem(signed: Signed, key: str, contact: Contact) -> str:
    """Why a contact can't be kept; "" if it can. Families read the names of the area's own contacts in a sentence."""
    if key in signed.area.contacts and not contact.name:
        return "Write a name, or what the team is called: families are told to ring it by that name."
    if key == _SAFETY and not contact.phone:
        return "Write a phone number: it stands on the safety card, for somebody who needs help now."
    if contact.email and not is_address(contact.email):
        return f"'{contact.email}' does not look like an e-mail address. {PLAIN_ADDRESS} Please check it."
    if not contact.phone and not contact.email:
        return f"{key} needs a phone number or an e-mail address: without one, no family can reach it."
    if contact.phone and not _is_phone(contact.phone):
        return (
            f"'{contact.phone}' is not a phone number: write one, with its area code, as 01632 960100. More can go under Hours."
        )
    return ""


def _is_phone(text: str) -> bool:
    """Whether a tap on it rings one whole number."""
    try:
        found = phonenumbers.parse(re.sub(r"[^\d+]", "", text.replace("(0)", "")), "GB")
    except phonenumbers.NumberParseException:
        return False
    whole = phonenumbers.is_possible_number_with_reason(found) == phonenumbers.ValidationResult.IS_POSSIBLE
    return whole or phonenumbers.is_valid_short_number(found)


def _facts(contact: Contact) -> dict[str, str]:
    return {name: str(value) for name, value in asdict(contact).items() if name in _FIELDS}
