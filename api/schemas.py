"""The shapes of the JSON API. They follow `assistant.types`, which is never sent as it is."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from actions.replies import reply_json
from api.examples import EXAMPLES
from assistant.types import Audience, Kind, Reply

LONGEST_MESSAGE = 4000
"""Characters; a longer message is refused, not cut, so that nothing is answered half."""


def _with_example(schema: dict[str, Any]) -> None:
    if schema["title"] in EXAMPLES:
        schema["examples"] = [EXAMPLES[schema["title"]]]


class Shape(BaseModel):
    """What all shapes share: their example is in `api.examples`."""

    model_config = ConfigDict(json_schema_extra=_with_example)


class Question(Shape):
    """One question, asked on its own."""

    text: str = Field(min_length=1, max_length=LONGEST_MESSAGE, description="What the family typed.")
    setting: str | None = Field(None, max_length=80, description="Slug of the nursery, school or college, if known.")
    audience: Audience = Field(Audience.PARENT, description="Who is asking.")


class CitationOut(Shape):
    """Where an answer is from."""

    document: str
    title: str
    heading: str
    url: str
    owner: str
    date: date | None
    stale: str = Field(description="Why it may be out of date, in plain words; empty if it is current.")


class ContactOut(Shape):
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
    setting: str = Field("", description="Slug of the nursery, school or college that they are asked about, if it is one.")


class ReplyOut(Shape):
    """What the family sees."""

    kind: Kind
    text: str
    notice: str = Field(
        description="A line to show above the text: that the answer is not certain, or for a message that may be a cry for help."
    )
    citations: list[CitationOut]
    see_also: list[CitationOut] = Field(description="Pages on the same thing; they are not said to answer the question.")
    choices: list[dict[str, str]]
    contacts: list[ContactOut]
    reason: str
    probability: float | None
    reference: str = Field("", description="What was asked, as it was understood: for the summary that the family may send.")


class ConversationIn(Shape):
    """Where and for whom a conversation is started."""

    area: str = Field(min_length=1, max_length=80, description="Slug of the area.")
    setting: str | None = Field(None, max_length=80, description="Slug of the nursery, school or college, if it is about one.")
    audience: Audience = Field(Audience.PARENT, description="Who is asking.")


class ConversationOut(Shape):
    """A conversation that has started."""

    conversation: str = Field(description="The token for the Authorization header. Keep it in memory only.")
    expires: datetime = Field(description="When it is forgotten, unless something is said before.")
    area: str
    area_name: str
    setting: str | None
    setting_name: str
    audience: Audience
    intro: str = Field(description="What the chat can and can't do.")


class MessageIn(Shape):
    """What was typed, or the payload of the choice that was pressed: one of the two."""

    text: str | None = Field(None, min_length=1, max_length=LONGEST_MESSAGE)
    choice: str | None = Field(None, min_length=1, max_length=400)
    misread: bool = Field(
        False, description="The last reply was the safety card for these same words, and the person says that it was not meant."
    )

    @model_validator(mode="after")
    def _one(self) -> MessageIn:
        if (self.text is None) == (self.choice is None):
            raise ValueError("send either 'text' or 'choice'")
        return self


class MessagesOut(Shape):
    """The replies to one message, and whom the conversation is about now."""

    replies: list[ReplyOut]
    setting: str | None
    setting_name: str
    audience: Audience


class FeedbackIn(Shape):
    """Whether the last reply helped."""

    helpful: bool


class HandOverIn(Shape):
    """A message to one of the contacts that were shown."""

    contact: str = Field(max_length=40, description="Key of the contact: senco, sendiass or send_team.")
    setting: str = Field("", max_length=80, description="`setting` of the contact that was shown: nothing is sent elsewhere.")
    text: str = Field(min_length=1, max_length=LONGEST_MESSAGE, description="The person's own words.")
    reply_to: str = Field("", max_length=200, description="Where they may answer; not kept once it is sent.")
    consent: bool = Field(False, description="That the person wants it sent.")


class HandOverOut(Shape):
    """A message that waits to be sent."""

    reference: str
    contact: str
    text: str = Field(description="What to tell the person.")


class WaitIn(Shape):
    """Be told when it is answered."""

    email: str = Field("", max_length=200, description="Kept for this one e-mail only; may be left out.")


class WaitOut(Shape):
    """The code to look it up with."""

    code: str
    text: str = Field(description="What to tell the person.")


class AreaNameOut(Shape):
    """An area that can be asked about."""

    area: str
    name: str


class AreaOut(Shape):
    """An area with who can help in it."""

    area: str
    name: str
    local_offer_url: str
    contacts: dict[str, ContactOut]


class SettingOut(Shape):
    """A nursery, school or college."""

    setting: str
    name: str
    phase: str


class QuestionOut(Shape):
    """One of the questions that families ask most, to browse."""

    topic: str
    question: str


class ParseIn(Shape):
    """A message for `/nlu/parse`."""

    text: str = Field(max_length=LONGEST_MESSAGE)
    metadata: dict[str, Any] = Field(default_factory=dict)


class TrackerIn(Shape):
    """A conversation as a Rasa server sends it; the rest of it goes to the action as it is."""

    model_config = ConfigDict(extra="allow")
    sender_id: str
    slots: dict[str, Any] = Field(default_factory=dict)
    latest_message: dict[str, Any] | None = None


class ActionCall(Shape):
    """An action that a Rasa server wants run."""

    model_config = ConfigDict(extra="allow")
    next_action: str
    tracker: TrackerIn
    domain: dict[str, Any] | None = None


class RestMessage(Shape):
    """A message of Rasa's REST channel."""

    sender: str = Field(min_length=1, max_length=200, description="Whose conversation it is: one that nobody else can guess.")
    message: str = Field(min_length=1, max_length=LONGEST_MESSAGE)
    metadata: dict[str, Any] = Field(default_factory=dict)

    @field_validator("metadata", mode="before")
    @classmethod
    def _none_is_empty(cls, value: Any) -> Any:
        return {} if value is None else value


class ErrorOut(Shape):
    """The one shape of every error."""

    ok: bool = False
    error: str = Field(description="What went wrong and what to do, in plain words.")
    errors: list[str] = Field(default_factory=list, description="One line a field, for a request that does not fit.")
    status: int


class HealthOut(Shape):
    """Whether the service is alive, and what is missing or stale."""

    ok: bool
    notes: list[str]


def errors(*more: int) -> dict[int | str, dict[str, Any]]:
    """How every address describes its errors; `more` are those that only some have."""
    always = (400, 403, 404, 405, 413, 415, 422, 429, 500, 503)
    return {status: {"model": ErrorOut} for status in sorted({*always, *more})}


def reply_out(reply: Reply) -> ReplyOut:
    """A reply as it is sent."""
    return ReplyOut.model_validate(reply_json(reply))
