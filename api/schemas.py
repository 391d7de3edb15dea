"""The shapes of the JSON API. They follow `assistant.types`, which is never sent as it is."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from actions.replies import reply_json
from assistant.types import Audience, Kind, Reply

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
    out_of_hours_phone: str = ""
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
    reference: str = Field("", description="What was asked, as it was understood: for the summary that the family may send.")


class ConversationIn(BaseModel):
    """Where and for whom a conversation is started."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"area": "larkmere", "setting": "millbrook", "audience": "parent"}]}
    )
    area: str = Field(min_length=1, max_length=80, description="Slug of the area.")
    setting: str | None = Field(None, max_length=80, description="Slug of the nursery, school or college, if it is about one.")
    audience: Audience = Field(Audience.PARENT, description="Who is asking.")


class ConversationOut(BaseModel):
    """A conversation that has started."""

    conversation: str = Field(description="The token for the Authorization header. Keep it in memory only.")
    expires: datetime = Field(description="When it is forgotten, unless something is said before.")
    area: str
    area_name: str
    setting: str | None
    setting_name: str
    audience: Audience
    intro: str = Field(description="What the chat can and can't do.")


class MessageIn(BaseModel):
    """What was typed, or the payload of the choice that was pressed: one of the two."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "How do I get a blue badge?"}]})
    text: str | None = Field(None, min_length=1, max_length=LONGEST_MESSAGE)
    choice: str | None = Field(None, min_length=1, max_length=400)

    @model_validator(mode="after")
    def _one(self) -> MessageIn:
        if (self.text is None) == (self.choice is None):
            raise ValueError("send either 'text' or 'choice'")
        return self


class MessagesOut(BaseModel):
    """The replies to one message, and whom the conversation is about now."""

    replies: list[ReplyOut]
    setting: str | None
    setting_name: str
    audience: Audience


class FeedbackIn(BaseModel):
    """Whether the last reply helped."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"helpful": True}]})
    helpful: bool


class HandOverIn(BaseModel):
    """A message to one of the contacts that were shown."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"contact": "sendiass", "text": "Please can you help me with school transport?", "consent": True}]
        }
    )
    contact: str = Field(max_length=40, description="Key of the contact: senco, sendiass or send_team.")
    text: str = Field(min_length=1, max_length=LONGEST_MESSAGE, description="The person's own words.")
    reply_to: str = Field("", max_length=200, description="Where they may answer; not kept once it is sent.")
    consent: bool = Field(False, description="That the person wants it sent.")


class HandOverOut(BaseModel):
    """A message that waits to be sent."""

    reference: str
    contact: str
    text: str = Field(description="What to tell the person.")


class WaitIn(BaseModel):
    """Be told when it is answered."""

    email: str = Field("", max_length=200, description="Kept for this one e-mail only; may be left out.")


class WaitOut(BaseModel):
    """The code to look it up with."""

    code: str
    text: str = Field(description="What to tell the person.")


class AreaOut(BaseModel):
    """An area with who can help in it."""

    area: str
    name: str
    local_offer_url: str
    contacts: dict[str, ContactOut]


class SettingOut(BaseModel):
    """A nursery, school or college."""

    setting: str
    name: str
    phase: str


class QuestionOut(BaseModel):
    """One of the questions that families ask most, to browse."""

    topic: str
    question: str


class ParseIn(BaseModel):
    """A message for `/nlu/parse`."""

    text: str = Field(max_length=LONGEST_MESSAGE)
    metadata: dict[str, Any] = Field(default_factory=dict)


class RestMessage(BaseModel):
    """A message of Rasa's REST channel."""

    sender: str = Field("default", min_length=1, max_length=200)
    message: str = Field(min_length=1, max_length=LONGEST_MESSAGE)
    metadata: dict[str, Any] = Field(default_factory=dict)

    @field_validator("metadata", mode="before")
    @classmethod
    def _none_is_empty(cls, value: Any) -> Any:
        return {} if value is None else value


class ErrorOut(BaseModel):
    """The one shape of every error."""

    ok: bool = False
    error: str = Field(description="What went wrong and what to do, in plain words.")
    errors: list[str] = Field(default_factory=list, description="One line a field, for a request that does not fit.")
    status: int


def reply_out(reply: Reply) -> ReplyOut:
    """A reply as it is sent."""
    return ReplyOut.model_validate(reply_json(reply))
