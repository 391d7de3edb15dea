"""The web service's parts: the assistant, how to see whether all is well, how to catch up with the store."""

from __future__ import annotations

import logging

from sqlalchemy.exc import SQLAlchemyError

from api.service import Service
from knowledge.errors import KnowledgeError
from knowledge.types import NATIONAL, Scope
from signpost.health import findings
from signpost.wiring import AreaCache, Workshop

log = logging.getLogger(__name__)


def make_service(workshop: Workshop) -> Service:
    """Wire the service and open the indexes, so that the first family does not wait for them."""
    assistant = workshop.assistant()
    areas = assistant.parts.areas
    for scope in [NATIONAL, *(Scope.of(area.slug, None) for area in areas())]:
        workshop.library.view(scope)

    def refresh() -> None:
        try:
            changed = workshop.library.refresh()
        except (KnowledgeError, SQLAlchemyError, OSError) as error:
            log.warning("can't look for new content (%s); what is live stays live", type(error).__name__)
            return
        if changed and isinstance(areas, AreaCache):
            areas.clear()

    return Service(assistant, lambda: findings(workshop), refresh)
