"""The web service's parts: the assistant, how to see whether all is well, how to catch up with the store."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy.exc import SQLAlchemyError

from api.hand_over_limits import HandOverLimits
from api.metrics import MeasuredRunner, Metrics
from api.service import Passing, Service
from assistant.browse import Browse
from assistant.data_files import DATA
from assistant.turn import Assistant
from knowledge.errors import KnowledgeError
from knowledge.types import NATIONAL, Scope
from signpost.area_cache import AreaCache
from signpost.conversation import make_conversation
from signpost.desk import expire_answers, make_desk, publish_all_answers
from signpost.digest import write_digests
from signpost.health import findings
from signpost.memory import give_back
from signpost.passing import Teller, mail_tasks
from signpost.self_check import misreadings
from signpost.wiring import Workshop
from store.conversations import DatabaseConversations
from store.curated import CuratedAnswers
from store.follow_ups import FollowUps
from store.outbox import Outbox

log = logging.getLogger(__name__)


def make_service(workshop: Workshop) -> Service:
    """Wire the service and open the indexes, so that the first family does not wait for them.

    Raises KnowledgeError while something is missing that it must not start without.
    """
    stopping = [finding.text for finding in findings(workshop) if finding.stops(workshop.settings.mode)]
    if not stopping:
        stopping = list(misreadings(workshop.cross_encoder, workshop.harm_judge))
    if stopping:
        raise KnowledgeError("can't start: " + "; ".join(stopping))
    assistant = workshop.assistant()
    areas = assistant.parts.areas
    for scope in [NATIONAL, *(Scope.of(area.slug, None) for area in areas())]:
        workshop.library.view(scope)

    def refresh() -> None:
        try:
            if isinstance(areas, AreaCache):
                areas.follow(workshop.store.areas_version())
            workshop.library.refresh()
        except (KnowledgeError, SQLAlchemyError, OSError) as error:
            log.warning("can't look for new content (%s); what is live stays live", type(error).__name__)

    return _service(workshop, assistant, refresh)


def _service(workshop: Workshop, assistant: Assistant, refresh: Callable[[], None]) -> Service:
    settings, areas = workshop.settings, assistant.parts.areas
    limits = HandOverLimits(
        settings.hand_overs_an_hour, settings.client_hand_overs_an_hour, settings.acknowledgements_an_hour
    )  # fmt: skip
    passing = Passing(
        Outbox(workshop.engine), FollowUps(workshop.engine), bool(settings.smtp_host), limits, settings.waits_for_an_address
    )  # fmt: skip
    teller = Teller(assistant, passing, CuratedAnswers(workshop.engine))
    desk = make_desk(workshop, assistant, refresh, teller.tell)
    trackers = DatabaseConversations(workshop.engine, settings.conversation_minutes)
    tasks = (
        trackers.purge, workshop.recorder().purge, desk.gaps.cluster, lambda: expire_answers(workshop, desk.curated),
        lambda: publish_all_answers(workshop, desk.curated),
        passing.follow_ups.purge, teller.catch_up, workshop.library.consolidate, give_back,
        *((lambda: write_digests(workshop),) if settings.smtp_host else ()), *mail_tasks(settings, passing.outbox),
    )  # fmt: skip
    metrics = Metrics({
        "signpost_notes": ("Things that are missing or stale; /health says which.", lambda: len(findings(workshop))),
        "signpost_stuck_hand_overs": ("Hand-overs that could not be sent.", lambda: len(passing.outbox.troubled())),
    })  # fmt: skip
    conversation = make_conversation(assistant, settings, trackers)
    return Service(
        assistant, replace(conversation, runner=MeasuredRunner(conversation.runner, metrics)), Browse.load(DATA / "browse.yml"),
        passing, desk, lambda: findings(workshop), metrics, refresh,
        areas.clear if isinstance(areas, AreaCache) else lambda: None,
        settings.shared_secret.get_secret_value(), settings.metrics_token.get_secret_value(),
        settings.more_sites, settings.messages_a_minute, settings.client_messages_a_minute, tasks,
    )  # fmt: skip
