"""A month of a made-up council: counts, gaps, answers, people and sources, so that no staff screen is empty.

All but the counts come about as they do in life: by questions over the API and forms on the staff screens.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

import httpx
from sqlalchemy import delete
from sqlalchemy.orm import Session

from knowledge.pack import read_pack
from signpost.settings import Settings
from signpost.taking_in import take_in_pack
from signpost.wiring import Workshop
from store.outbox import Letter, Outbox
from store.staff import Role, StaffAccounts
from store.tables import CountRow

PACK = Path("samples/larkmere")
ADA = ("ada.finch@larkmere.example", "Ada Finch")
PASSWORD = "three easy words"
ASKED = (
    "does the council run horse riding for wheelchair users", "is there horse riding for disabled kids",
    "any horse riding for children in wheelchairs", "horse riding for wheelchair users?",
    "where can an autistic child get a haircut", "haircut for my autistic child", "quiet hairdresser for autistic children",
    "haircut for an autistic child", "can we borrow a weighted blanket", "can i borrow a weighted blanket for the summer",
    "weighted blanket to borrow for the holidays?", "can my son borrow a weighted blanket", "can the bus escort speak polish",
    "can my twins share one escort on the bus",
)  # fmt: skip
RIDING = {
    "questions": "does the council run horse riding for wheelchair users\nis there horse riding for disabled kids",
    "text": "Yes. Riding for wheelchair users is on Sundays, 9am to 10am, at Larkmere Stables. It costs £2. A hoist is there.",
    "title": "Riding at Larkmere Stables", "url": "https://localoffer.larkmere.example/riding", "owner": "Larkmere SEND Team",
    "change": "We asked the stables for a session, and it now runs every Sunday.",
}  # fmt: skip
BARBER = {
    "questions": "where can an autistic child get a haircut\nhaircut for my autistic child",
    "text": "Three barbers in Larkmere keep a quiet hour. You can ask for it when you book. The SEND Team has the list.",
    "title": "Quiet hours in Larkmere", "url": "", "owner": "Larkmere SEND Team", "change": "We asked every barber in town.",
}  # fmt: skip
PEOPLE = (
    ("ben.okafor@larkmere.example", "Ben Okafor", "reviewer", ""), ("cleo.marsh@larkmere.example", "Cleo Marsh", "reviewer", ""),
    ("senco@millbrook.example", "Ruth Abara", "editor", "millbrook"),
)  # fmt: skip
KINDS = {"answer": 9, "clarify": 2, "handoff": 5, "out_of_scope": 1, "safeguarding": 0.3}
TOPICS = ("L2.TRAVEL", "S1.03e", "P14", "P04", "L2.CARE", "Y09", "S1.04")


@dataclass(frozen=True)
class Desk:
    """Where to find what was made."""

    gap: int
    live: int
    draft: int
    cookies: dict[str, str]


def taken_in(data: Path) -> None:
    """Take the sample pack in again, so that every source has been checked; count a month of replies, and have a letter refused."""
    workshop = Workshop(Settings(data=data))
    take_in_pack(workshop, read_pack(PACK), PACK)
    with Session(workshop.engine) as session, session.begin():
        session.execute(delete(CountRow))  # what was asked of this data folder before
        session.add_all(counts(date.today()))
    outbox = Outbox(workshop.engine)
    outbox.put(
        [Letter("larkmere", "senco@oldmill.example", "A question about SEND", "Who is the school nurse?", reference="SP-7K2M")]
    )
    for letter in outbox.due():
        outbox.failed(letter.id, "the mail server refused it: 550 no such mailbox", final=True)


def counts(today: date) -> list[CountRow]:
    """Replies of thirty days: fewer at weekends, more each week, a few hundred in all."""
    chance, rows = Random(7), []
    for back in range(30):
        day = today - timedelta(days=back)
        busy = (0.4 if day.weekday() > 4 else 1.0) * (1.3 - back / 40)
        for kind, usual in KINDS.items():
            for setting, voice, share in (
                ("", "parent", 1.0),
                ("millbrook", "parent", 0.5),
                ("larkmere-college", "young_person", 0.4),
            ):
                number = round(usual * share * busy * chance.uniform(0.5, 1.5))
                topic = "" if kind in ("safeguarding", "out_of_scope") else chance.choice(TOPICS)
                where = "" if kind == "safeguarding" else setting
                if number and not (kind == "safeguarding" and setting):
                    rows.append(
                        CountRow(day=day, area="larkmere", setting=where, audience=voice, kind=kind, topic=topic, number=number)
                    )
        for kind, number in (("helpful", round(3 * busy)), ("unhelpful", round(0.4 * busy)), ("misread", round(0.3 * busy))):
            rows.append(CountRow(day=day, area="larkmere", setting="", audience="parent", kind=kind, topic="", number=number))
    return rows


def lived(address: str, data: Path) -> Desk:
    """Ask, sign in, answer, add people; what came of it."""
    for text in ASKED:
        asked_by_somebody(address, text)
    token = StaffAccounts(Workshop(Settings(data=data)).engine).add(*ADA, Role.ADMIN, "larkmere")
    with httpx.Client(base_url=address, follow_redirects=True, timeout=60) as client:
        page = client.post(f"/staff/welcome/{token}", data={"password": PASSWORD}).text
        csrf = found(r'name="csrf" value="([^"]+)"', page)
        for email, name, role, setting in PEOPLE:
            client.post("/staff/people", data={"csrf": csrf, "email": email, "name": name, "role": role, "setting": setting})
        gaps = dict(re.findall(r'<a href="/staff/gaps/(\d+)">([^<]+)</a>', client.get("/staff/gaps").text))
        gap = {word: numbered(gaps, word) for word in ("riding", "haircut", "blanket")}
        live = written(client, csrf, RIDING, gap["riding"])
        client.post(f"/staff/answers/{live}/approve", data={"csrf": csrf}).raise_for_status()
        draft = written(client, csrf, BARBER, gap["haircut"])
        looked_after = {"state": "assigned", "owner": PEOPLE[0][0], "due": str(date.today() + timedelta(days=9))}
        client.post(f"/staff/gaps/{gap['haircut']}", data={"csrf": csrf, "notes": "Ask the town centre team.", **looked_after})
        return Desk(gap["blanket"], live, draft, dict(client.cookies))


def asked_by_somebody(address: str, text: str) -> None:
    """Ask in a conversation of its own: all that one client asks at `/ask` counts as one person's."""
    with httpx.Client(base_url=f"{address}/api/v1", timeout=30) as client:
        begun = client.post("/conversations", json={"area": "larkmere"}).raise_for_status().json()
        told = {"Authorization": f"Bearer {begun['conversation']}"}
        client.post("/conversation/messages", json={"text": text}, headers=told).raise_for_status()


def written(client: httpx.Client, csrf: str, words: dict[str, str], gap: int) -> int:
    """Write an answer; its number."""
    review = str(date.today() + timedelta(days=180))
    kept = client.post("/staff/answers", data={"csrf": csrf, "gap": str(gap), "review_by": review, **words})
    return int(found(r"/staff/answers/(\d+)$", str(kept.url)))


def numbered(gaps: dict[str, str], word: str) -> int:
    """The number of the gap with this word in its label. Raises ValueError if there is none."""
    for number, label in gaps.items():
        if word in label:
            return int(number)
    raise ValueError(f"no gap has {word!r} in its label, so its questions were answered: {list(gaps.values())}")


def found(pattern: str, text: str) -> str:
    """What a pattern's group matches. Raises ValueError if nothing does."""
    match = re.search(pattern, text)
    if match is None:
        raise ValueError(f"nothing matches {pattern}")
    return match[1]
