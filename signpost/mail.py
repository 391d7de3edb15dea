"""Sends what waits in the outbox, by SMTP, each message at most once."""

from __future__ import annotations

import logging
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import formatdate

from signpost.settings import Settings
from store.outbox import SENDING, Letter, Outbox

log = logging.getLogger(__name__)
_SECONDS = 20
_FORMAT = policy.SMTP.clone(cte_type="7bit")  # a mail server need not take 8 bits
_UNWRITABLE = "this can't be sent as an e-mail: look at the address. It may hold plain letters (a to z), numbers and marks only"


@dataclass(frozen=True)
class MailServer:
    """How to reach the council's mail server."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = ""
    starttls: bool = True

    @classmethod
    def of(cls, settings: Settings) -> MailServer | None:
        """From the settings; None if no server is set."""
        if not settings.smtp_host:
            return None
        return cls(
            settings.smtp_host, settings.smtp_port, settings.smtp_from, settings.smtp_user,
            settings.smtp_password.get_secret_value(), settings.smtp_starttls,
        )  # fmt: skip


def send_due(outbox: Outbox, server: MailServer, now: datetime | None = None) -> int:
    """Send every message whose time has come; says how many arrived. Never raises for the fault of a server or of a message."""
    arrived = 0
    for letter in outbox.due(now):
        if _sent(outbox, server, letter, now):
            arrived += 1
    return arrived


def _sent(outbox: Outbox, server: MailServer, letter: Letter, now: datetime | None) -> bool:
    try:
        letter.recipient.encode("ascii")
        words = message(letter, server.sender).as_bytes()
    except Exception as error:  # for an odd address the e-mail library raises errors of many kinds
        outbox.failed(letter.id, _UNWRITABLE, final=True, now=now)
        log.error("mail %s can't be written: %s", letter.reference, type(error).__name__)
        return False
    try:
        with smtplib.SMTP(server.host, server.port, timeout=_SECONDS) as connection:
            _greet(connection, server)
            return _handed_over(connection, outbox, server, letter, words, now)
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        # Nothing has left yet: `_handed_over` deals with what happens once it has.
        outbox.failed(letter.id, _plain(error), now=now)
        log.warning("mail %s waits: %s", letter.reference, type(error).__name__)
        return False


def _greet(connection: smtplib.SMTP, server: MailServer) -> None:
    connection.ehlo()
    if server.starttls:
        connection.starttls(context=ssl.create_default_context())
        connection.ehlo()
    if server.user:
        connection.login(server.user, server.password)


def _handed_over(
    connection: smtplib.SMTP, outbox: Outbox, server: MailServer, letter: Letter, words: bytes, now: datetime | None
) -> bool:
    """Sender and recipient first; the message is claimed only when the words are about to leave."""
    for command in (f"MAIL FROM:<{server.sender}>", f"RCPT TO:<{letter.recipient}>"):
        code, said = connection.docmd(command)
        if code >= 400:
            outbox.failed(letter.id, _refused(code, said), final=code >= 500, now=now)
            return False
    if not outbox.claim(letter.id, now):
        return False
    try:
        code, said = connection.data(words)
    except smtplib.SMTPDataError as error:
        code, said = error.smtp_code, error.smtp_error if isinstance(error.smtp_error, bytes) else str(error.smtp_error).encode()
    except (OSError, smtplib.SMTPException) as error:
        log.error(
            "mail %s: the connection broke while it was sent (%s); staff have to check", letter.reference, type(error).__name__
        )
        return False  # it stays `sending`, and becomes `check`
    if code >= 400:
        outbox.failed(letter.id, _refused(code, said), state=SENDING, final=code >= 500, now=now)
        return False
    outbox.sent(letter.id, now)
    return True


def message(letter: Letter, sender: str) -> EmailMessage:
    """The letter as an e-mail; its id is made from its reference, so that a mail server can see a double."""
    mail = EmailMessage(_FORMAT)
    mail["From"], mail["To"], mail["Subject"] = sender, letter.recipient, letter.subject
    if letter.reply_to:
        mail["Reply-To"] = letter.reply_to
    mail["Message-ID"] = f"<{letter.reference.lower()}@{sender.partition('@')[2] or 'signpost.invalid'}>"
    mail["Date"] = formatdate()
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.body)
    return mail


def _refused(code: int, said: bytes) -> str:
    return f"the mail server refused it: {code} {said.decode(errors='replace')[:200]}"


def _plain(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError | UnicodeError):
        return f"the mail server does not take our name and password ({type(error).__name__}): tell whoever looks after Signpost"
    return f"the mail server can't be reached ({type(error).__name__})"
