"""Wires what the staff screens work with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from api.staff.desk import StaffDesk
from assistant.coverage import Auditor, CoverageTable, area_coverage, setting_coverage
from assistant.coverage_rules import load_coverage_rules
from assistant.curated_preview import Trial, try_answer
from assistant.data_files import DATA
from assistant.london import london_today
from assistant.turn import Assistant
from knowledge.topics import TopicMapper
from knowledge.types import Area, Document
from signpost.taking_in import take_in_again
from signpost.wiring import Workshop
from store.content import DatabaseContent
from store.curated import EXPIRED, LIVE, SOURCE, CuratedAnswer, CuratedAnswers
from store.gaps import Gaps
from store.records import NoRecorder
from store.reports import Reports
from store.staff import AuditLog, StaffAccounts

_LEAST_HEADING = 0.25  # of the scale of `knowledge.topics`, as for passages; under it, a gap belongs to no heading
_ONE_AT_A_TIME = Lock()  # for publishing answers


def make_desk(
    workshop: Workshop, assistant: Assistant, refresh: Callable[[], None], answered: Callable[[CuratedAnswer], object]
) -> StaffDesk:
    """The desk over one database."""
    settings = workshop.settings
    curated = CuratedAnswers(workshop.engine)

    def publish(area: str) -> None:
        publish_answers(workshop, curated, area)
        refresh()

    def trial(answer: CuratedAnswer) -> Trial:
        return try_answer(assistant, answer.document(), workshop.topic_mapper, NoRecorder())

    rules = load_coverage_rules(DATA / "coverage.yml", workshop.intents)
    topics = {item.id: item.wording for item in rules.items}
    headings = [item.id for item in rules.area_items()]

    def asked(area: str) -> dict[str, tuple[int, int]]:
        return _by_heading(workshop.topic_mapper, Gaps(workshop.engine).open_centres(area), headings)

    auditor = cache(lambda: Auditor(rules, workshop.encoder, workshop.library))

    def coverage(area: Area, setting: str) -> list[CoverageTable]:
        chosen = [each for each in area.settings if setting in ("", each.slug)]
        tables = [setting_coverage(area, each, auditor(), london_today()) for each in chosen]
        return tables if setting else [area_coverage(area, auditor(), london_today()), *tables]

    secret = settings.oidc_client_secret.get_secret_value()
    oidc = {"issuer": settings.oidc_issuer, "client_id": settings.oidc_client_id, "client_secret": secret}
    oidc = oidc if settings.oidc_issuer else {}
    return StaffDesk(
        StaffAccounts(workshop.engine), AuditLog(workshop.engine), Gaps(workshop.engine), curated, Reports(workshop.engine),
        DatabaseContent(workshop.engine), publish, trial, coverage, asked, partial(take_in_again, workshop), answered, topics,
        assistant.parts.policy.reached, london_today, oidc, settings.cookie_secret.get_secret_value(),
        settings.public_address.rstrip("/"),
    )  # fmt: skip


def _by_heading(
    mapper: TopicMapper, gaps: Sequence[tuple[int, NDArray[np.float32]]], headings: Sequence[str]
) -> dict[str, tuple[int, int]]:
    """Local Offer heading ("" for none) to (gaps, people) of what was asked and is still not answered."""
    found = dict.fromkeys(headings, (0, 0))
    columns = [mapper.names.index(heading) for heading in headings]
    centres = np.stack([centre for _, centre in gaps]) if gaps else np.zeros((0, 1), dtype=np.float32)
    for (people, _), row in zip(gaps, mapper.scores(centres)[:, columns], strict=True):
        best = int(row.argmax())
        heading = headings[best] if row[best] >= _LEAST_HEADING else ""
        before = found.get(heading, (0, 0))
        found[heading] = (before[0] + 1, before[1] + people)
    return found


def publish_answers(workshop: Workshop, curated: CuratedAnswers, area: str) -> None:
    """Take an area's live answers in as documents; those that are not live any more go.

    What is live is read again after it was taken in: whoever approves or withdraws meanwhile, here or in another process,
    must not be undone by an older list.
    """
    taken_in: Sequence[Document] | None = None
    with _ONE_AT_A_TIME:
        while (live := curated.documents(area)) != taken_in:
            workshop.ingester().ingest_documents(area, SOURCE, live)
            taken_in = live


def publish_all_answers(workshop: Workshop, curated: CuratedAnswers) -> None:
    """Mend what a process that died, or two at once, left between the answers and the index; else nothing is done."""
    for area in workshop.store.areas():
        publish_answers(workshop, curated, area.slug)


def expire_answers(workshop: Workshop, curated: CuratedAnswers) -> int:
    """End the answers whose day has come, and take them out of the index; says how many."""
    ended = curated.expire(london_today())
    for area in {each.area for each in ended}:
        publish_answers(workshop, curated, area)
    for each in ended:
        AuditLog(workshop.engine).write(
            "Signpost", each.area, "expire answer", f"answer {each.id}", {"state": LIVE}, {"state": EXPIRED}
        )
    return len(ended)
