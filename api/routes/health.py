"""Whether the service is alive, whether all is well, and what it counts."""

from __future__ import annotations

import hmac

from fastapi import APIRouter, HTTPException, Response
from prometheus_client import CONTENT_TYPE_LATEST

from api.routes.conversations import Token, bearer
from api.schemas import HealthOut
from api.service import ServiceDep

router = APIRouter(tags=["health"])


@router.get("/health")
def health(service: ServiceDep) -> HealthOut:
    """`ok`, with a plain line for each thing that is missing or stale."""
    notes = [str(getattr(finding, "text", finding)) for finding in service.findings()]
    notes += service.conversation.notes()
    return HealthOut(ok=True, notes=notes)


@router.get("/metrics", include_in_schema=False)
def metrics(service: ServiceDep, authorization: Token = None) -> Response:
    """What this process counts, for Prometheus; only with the token of the settings."""
    if not service.metrics_token:
        raise HTTPException(404, "Metrics are off: set SIGNPOST_METRICS_TOKEN.")
    if not hmac.compare_digest(bearer(authorization).encode(), service.metrics_token.encode()):
        raise HTTPException(401, "The token is wrong: send the one of SIGNPOST_METRICS_TOKEN.")
    return Response(service.metrics.text(), media_type=CONTENT_TYPE_LATEST)
