"""Whether the service is alive, and whether all is well."""

from __future__ import annotations

from fastapi import APIRouter

from api.schemas import HealthOut
from api.service import ServiceDep

router = APIRouter(tags=["health"])


@router.get("/health")
def health(service: ServiceDep) -> HealthOut:
    """`ok`, with a plain line for each thing that is missing or stale."""
    notes = [str(getattr(finding, "text", finding)) for finding in service.findings()]
    notes += service.conversation.notes()
    return HealthOut(ok=True, notes=notes)
