"""Signing in with a real OpenID Connect provider (the PyPI package oidc-provider-mock, a whole provider on loopback)."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from oidc_provider_mock import run_server_in_thread

from signpost.settings import Settings
from signpost.wiring import Workshop
from store.staff import Role, StaffAccounts
from tests.conftest import DATA
from tests.journeys.server import running


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("email", "status"), [("provider@larkmere.example", 200), ("stranger@larkmere.example", 403)])
def test_only_people_with_an_account_get_in(email: str, status: int) -> None:
    StaffAccounts(Workshop(Settings(data=Path(DATA))).engine).add("provider@larkmere.example", "Pat", Role.REVIEWER, "larkmere")
    with run_server_in_thread() as server:
        issuer = f"http://localhost:{server.server_port}"
        more = {
            "SIGNPOST_OIDC_ISSUER": issuer,
            "SIGNPOST_OIDC_CLIENT_ID": "signpost",
            "SIGNPOST_OIDC_CLIENT_SECRET": "for-the-test",
        }
        httpx.put(f"{issuer}/users/{email}", json={"email": email, "email_verified": True})
        with running(DATA, **more) as address, httpx.Client(follow_redirects=True, timeout=30) as browser:
            form = browser.get(f"{address}/staff/oidc/start")
            assert str(form.url).startswith(issuer), form.text
            back = browser.post(str(form.url), data={"sub": email})
            assert back.status_code == status, back.text
            assert re.search("How it is doing" if status == 200 else "have no account here", back.text)
