"""The staff screens' application over a copy of the sample data, with one account of each role and things to work on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.app import create_app
from api.service import Service
from api.staff.desk import StaffDesk
from signpost.service import make_service
from signpost.settings import Settings
from signpost.wiring import Workshop
from store.curated import CuratedAnswer
from store.outbox import Letter
from store.staff import Role, StaffAccounts
from store.tables import GapRow, OutboxRow, SourceCheckRow, UnansweredRow
from tests.conftest import copy_data

PASSWORD = "three easy words"
STAFF = {
    "admin": (Role.ADMIN, "larkmere", ""), "reviewer": (Role.REVIEWER, "larkmere", ""), "editor": (Role.EDITOR, "larkmere", "millbrook"),
    "stranger": (Role.ADMIN, "elsewhere", ""),
}  # fmt: skip


@dataclass
class Office:
    """A service, a browser, and the things that staff work on."""

    client: TestClient
    workshop: Workshop
    service: Service
    made: object = 0
    """What was made last, for a test that needs it twice."""

    @property
    def desk(self) -> StaffDesk:
        assert self.service.desk
        return self.service.desk

    @property
    def accounts(self) -> StaffAccounts:
        return self.desk.accounts

    def sign_in(self, who: str) -> TestClient:
        self.client.cookies.clear()
        answer = self.client.post(
            "/staff/sign-in", data={"email": f"{who}@{STAFF.get(who, ('', 'larkmere', ''))[1]}.example", "password": PASSWORD}
        )
        assert answer.status_code == 200, answer.text
        return self.client

    def csrf(self) -> str:
        page = self.client.get("/staff/you-asked").text
        return page.split('name="csrf" value="')[1].split('"')[0] if 'name="csrf"' in page else ""

    def post(self, path: str, **form: object) -> str:
        """Send a form as whoever is signed in; the page that comes back."""
        answer = self.client.post(path, data={"csrf": self.csrf(), **form})
        assert answer.status_code == 200, answer.text
        return answer.text

    def ask(self, *texts: str, setting: str = "", reason: str = "unsure", asker: str = "") -> int:
        """Keep questions as unanswered, each by another person; the gap of the last one."""
        now = datetime.now(UTC).replace(tzinfo=None)
        with Session(self.workshop.engine) as session, session.begin():
            last = session.scalar(select(UnansweredRow.id).order_by(UnansweredRow.id.desc()).limit(1)) or 0
            for number, text in enumerate(texts, 1):
                session.add(
                    UnansweredRow(
                        area="larkmere", setting=setting, audience="parent", text=text, outcome="handoff", reason=reason,
                        probability=0.2, asked=now, asker=asker or f"person {last + number}", topic="",
                        vector=self.workshop.encoder.encode([text])[0].astype(np.float16).tobytes(),
                    )
                )  # fmt: skip
        self.desk.gaps.cluster()
        with Session(self.workshop.engine) as session:
            return int(session.scalar(select(UnansweredRow.gap).order_by(UnansweredRow.id.desc()).limit(1)) or 0)

    def gap(self, setting: str, people: int = 3, area: str = "larkmere") -> int:
        """A gap of its own kind, about a setting."""
        row = GapRow(
            area=area, setting=setting, topic="", label="", state="new", owner="", due=None, notes="", people=people,
            questions=people, need=1.0, first=datetime(2026, 11, 2), last=datetime(2026, 11, 3),
            centre=np.zeros(self.workshop.encoder.dimensions, dtype=np.float16).tobytes(), merged_into=None, curated=None,
        )  # fmt: skip
        with Session(self.workshop.engine) as session, session.begin():
            session.add(row)
            session.flush()
            for number in range(people):
                session.add(
                    UnansweredRow(
                        area=area, setting=setting or ("", "kestrel")[number % 2], audience="parent",
                        text=f"made up question {row.id} {number}", outcome="handoff", reason="unsure", probability=0.2,
                        asked=datetime(2026, 11, 2), asker=f"g{row.id} {number}", topic="", vector=row.centre, gap=row.id,
                    )
                )  # fmt: skip
            return row.id

    def answer(self, setting: str, state: str = "draft") -> int:
        """An answer about a setting."""
        kept = self.desk.curated.save(
            CuratedAnswer("larkmere", (f"is there a {setting or 'council'} trampoline",), "Yes.", setting), "x@y.example"
        )
        if state != "draft":
            self.desk.curated.set_state(kept.id, state)
        return int(kept.id)

    def letter(self) -> int:
        """A hand-over that did not arrive."""
        self.service.passing.outbox.put([Letter("larkmere", "send@larkmere.example", "subject", "body")])
        with Session(self.workshop.engine) as session, session.begin():
            row = session.scalars(select(OutboxRow).order_by(OutboxRow.id.desc())).first()
            assert row
            row.state, row.problem = "failed", "no such mailbox"
            return row.id

    def check(self, setting: str) -> int:
        """A source of an area's pages, or of one setting's."""
        with Session(self.workshop.engine) as session:
            rows = session.scalars(select(SourceCheckRow).where(SourceCheckRow.area == "larkmere")).all()
            return next(row.id for row in rows if (f":{setting}:" in row.source if setting else row.source.startswith("pages")))

    def person(self) -> int:
        """Somebody else with an account."""
        email = f"spare{datetime.now(UTC).timestamp()}@larkmere.example"
        self.accounts.add(email, "Spare", Role.REVIEWER, "larkmere")
        return next(int(each.id) for each in self.accounts.everyone("larkmere") if each.email == email)


def opened(folder: Path) -> Iterator[Office]:
    """An office over a copy of the sample data in `folder`."""
    copy_data(folder)
    workshop = Workshop(Settings(data=folder, client_messages_a_minute=100_000))
    larkmere = next(each for each in workshop.store.areas() if each.slug == "larkmere")
    workshop.store.save_area(replace(larkmere, slug="elsewhere", name="Elsewhere Council (fictional)", settings=()))
    service = make_service(workshop)
    with TestClient(create_app(service), raise_server_exceptions=False) as client:
        made = Office(client, workshop, service)
        for who, (role, area, setting) in STAFF.items():
            token = made.accounts.add(f"{who}@{area}.example", who.title(), role, area, setting)
            assert made.accounts.set_password(token, PASSWORD)
        yield made
