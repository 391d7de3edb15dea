"""A setting that can't be meant is refused in one line, which names the variable and the value."""

from __future__ import annotations

import pytest

from signpost.service import make_service
from signpost.settings import Settings, SettingsError
from signpost.wiring import Workshop
from tests.conftest import DATA


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("MODE", "Live", "'demo' or 'live'"),
        ("PORT", "99999", "less than or equal to 65535"),
        ("PORT", "http", "integer"),
        ("SMTP_PORT", "0", "greater than or equal to 1"),
        ("MESSAGES_A_MINUTE", "0", "greater than or equal to 1"),
        ("CLIENT_MESSAGES_A_MINUTE", "-5", "greater than or equal to 1"),
        ("CONVERSATION_MINUTES", "0", "greater than or equal to 1"),
        ("DIGEST_DAY", "Mon", "a day in full"),
        ("PUBLIC_ADDRESS", "signpost.example.org", "begins with https://"),
        ("RASA_URL", "rasa:5005", "begins with https://"),
        ("OIDC_ISSUER", "login.council.example", "begins with https://"),
        ("EXTRA_SITES", "https://a.example, b.example", "'b.example' is not a site"),
        ("SMTP_FROM", "Signpost <no-reply@council.example>", "the e-mail address alone"),
    ],
)
def test_what_can_not_be_meant_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str) -> None:
    monkeypatch.setenv(f"SIGNPOST_{name}", value)
    with pytest.raises(SettingsError, match=f"^SIGNPOST_{name} is '{value}': .*{expected}") as refused:
        Settings()
    assert "\n" not in str(refused.value)


def test_a_site_may_end_with_a_slash() -> None:
    assert Settings(extra_sites="https://One.example/, http://two.example:8080").more_sites == (
        "https://one.example",
        "http://two.example:8080",
    )


def test_the_area_of_a_channel_is_one_that_there_is() -> None:
    with pytest.raises(SettingsError, match="SIGNPOST_AREA is 'Larkmere': name one of larkmere"):
        make_service(Workshop(Settings(data=DATA, area="Larkmere")))
