"""The shapes of the JSON API. They follow `assistant.types`, which is never sent as it is."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from assistant.types import Audience, Citation, ContactCard, Kind, Reply

LONGEST_MESSAGE = 4000
"""Characters; a longer message is refused, not cut, so that nothing is answered half."""


class Question(BaseModel):
    """One question, asked on its own."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"text": "Who is the SENCO?", "setting": "millbrook", "audience": "parent"}]}
    )
    text: str = Field(min_length=1, max_length=LONGEST_MESSAGE, description="What the family typed.")
    setting: str | None = Field(None, max_length=80, description="Slug of the nursery, school or college, if known.")
    audience: Audience = Field(Audience.PARENT, description="Who is asking.")


class CitationOut(BaseModel):
    """Where an answer is from."""

    document: str
    title: str
    heading: str
    url: str
    owner: str
    date: date | None
    stale: str = Field(description="Why it may be out of date, in plain words; empty if it is current.")


class ContactOut(BaseModel):
    """A person or service to reach."""

    key: str
    name: str
    role: str
    phone: str
    email: str
    url: str
    hours: str
    why: str


class ReplyOut(BaseModel):
    """What the family sees."""

    kind: Kind
    text: str
    notice: str
    citations: list[CitationOut]
    see_also: list[CitationOut] = Field(description="Pages on the same thing; they are not said to answer the question.")
    choices: list[dict[str, str]]
    contacts: list[ContactOut]
    reason: str
    probability: float | None


class ErrorOut(BaseModel):
    """The one shape of every error."""

    ok: bool = False
    error: str = Field(description="What went wrong and what to do, in plain words.")
    errors: list[str] = Field(default_factory=list, description="One line a field, for a request that does not fit.")
    status: int


def reply_out(reply: Reply) -> ReplyOut:
    """A reply as it is sent."""
    return ReplyOut(
        kind=reply.kind,
        text=reply.text,
        notice=reply.notice,
        citations=[_citation(each) for each in reply.citations],
        see_also=[_citation(each) for each in reply.see_also],
        choices=[{"label": each.label, "payload": each.payload} for each in reply.choices],
        contacts=[_contact(each) for each in reply.contacts],
        reason=reply.reason.value if reply.reason else "",
        probability=reply.probability,
    )


def _citation(citation: Citation) -> CitationOut:
    return CitationOut(
        document=citation.document, title=citation.title, heading=citation.heading, url=citation.url,
        owner=citation.owner, date=citation.date, stale=citation.stale,
    )  # fmt: skip


def _contact(card: ContactCard) -> ContactOut:
    contact = card.contact
    return ContactOut(
        key=card.key, name=contact.name, role=contact.role, phone=contact.phone, email=contact.email,
        url=contact.url, hours=contact.hours, why=card.why,
    )  # fmt: skip
