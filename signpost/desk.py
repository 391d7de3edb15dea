"""Wires what the staff screens work with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import cache, partial

from api.staff.desk import StaffDesk
from assistant.coverage import Auditor, CoverageTable, area_coverage, setting_coverage
from assistant.coverage_rules import load_coverage_rules
from assistant.curated_preview import Beaten, Tried, preview, wins_over
from assistant.data_files import DATA
from assistant.turn import Assistant
from assistant.types import Audience, Context
from knowledge.types import Area
from signpost.taking_in import take_in_again
from signpost.wiring import Workshop
from store.content import DatabaseContent
from store.curated import SOURCE, CuratedAnswer, CuratedAnswers
from store.gaps import Gaps
from store.reports import Reports
from store.staff import AuditLog, StaffAccounts


def make_desk(
    workshop: Workshop, assistant: Assistant, refresh: Callable[[], None], answered: Callable[[CuratedAnswer], object]
) -> StaffDesk:
    """The desk over one database."""
    settings = workshop.settings
    curated = CuratedAnswers(workshop.engine)

    def publish(area: str) -> None:
        publish_answers(workshop, curated, area)
        refresh()

    def try_out(answer: CuratedAnswer, questions: Sequence[str]) -> list[Tried]:
        return preview(assistant, answer.document(), questions, _context(answer))

    def beaten(answer: CuratedAnswer, questions: Sequence[str]) -> list[Beaten]:
        return wins_over(assistant, answer.document(), questions, _context(answer))

    rules = load_coverage_rules(DATA / "coverage.yml", workshop.intents)
    topics = {item.id: item.wording for item in rules.items}
    auditor = cache(lambda: Auditor(rules, workshop.encoder, workshop.library))

    def coverage(area: Area, setting: str) -> list[CoverageTable]:
        chosen = [each for each in area.settings if setting in ("", each.slug)]
        tables = [setting_coverage(area, each, auditor(), date.today()) for each in chosen]
        return tables if setting else [area_coverage(area, auditor(), date.today()), *tables]

    secret = settings.oidc_client_secret.get_secret_value()
    oidc = {"issuer": settings.oidc_issuer, "client_id": settings.oidc_client_id, "client_secret": secret}
    oidc = oidc if settings.oidc_issuer else {}
    return StaffDesk(
        StaffAccounts(workshop.engine), AuditLog(workshop.engine), Gaps(workshop.engine), curated, Reports(workshop.engine),
        DatabaseContent(workshop.engine), publish, try_out, beaten, coverage, partial(take_in_again, workshop), answered, topics,
        assistant.parts.policy.reached, date.today, oidc, settings.cookie_secret.get_secret_value(),
    )  # fmt: skip


def _context(answer: CuratedAnswer) -> Context:
    audience = Audience(answer.audience) if answer.audience else Audience.PARENT
    return Context(answer.area, answer.setting or None, audience, clarified=True)


def publish_answers(workshop: Workshop, curated: CuratedAnswers, area: str) -> None:
    """Take an area's live answers in as documents; those that are not live any more go."""
    workshop.ingester().ingest_documents(area, SOURCE, curated.documents(area))


def expire_answers(workshop: Workshop, curated: CuratedAnswers) -> int:
    """End the answers whose day has come, and take them out of the index."""
    areas = curated.expire(date.today())
    for area in areas:
        publish_answers(workshop, curated, area)
    return len(areas)
