"""What is missing or stale, in plain words: for `signpost check`, the start, and the health page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from assistant.errors import AssistantError
from assistant.features import feature_names
from assistant.policy import DecisionPolicy
from knowledge.errors import KnowledgeError
from knowledge.pack import REQUIRED_CONTACTS
from knowledge.types import Area
from signpost.self_check import misreadings
from signpost.settings import Mode
from signpost.wiring import Workshop
from store.sources import FAILED, SourceChecks

_LEAST_FREE = 100_000_000  # bytes
_NEEDED_LIVE = ("sendiass", "safeguarding")
_FRESH = timedelta(days=14)  # how long a source that is fetched may be left


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be.

    `serious` stops the service in every mode, `live` only in live mode.
    """

    text: str
    serious: bool = False
    live: bool = False

    def stops(self, mode: Mode) -> bool:
        """True if the service must not start with it."""
        return self.serious or (self.live and mode is Mode.LIVE)


def findings(workshop: Workshop, *, thorough: bool = False) -> list[Finding]:
    """Everything that is missing or stale, the serious first; `thorough` reads every index to its end, and tries the models."""
    found = [*_parts(workshop, thorough), *_areas(workshop), *_disk(workshop.settings.data)]
    if thorough and not any(finding.serious for finding in found):
        found += [Finding(text, serious=True) for text in misreadings(workshop.cross_encoder, workshop.harm_judge)]
    return sorted(found, key=lambda finding: (not finding.serious, not finding.live))


def _parts(workshop: Workshop, thorough: bool) -> Iterator[Finding]:
    try:
        digest = workshop.models_digest
    except (KnowledgeError, AssistantError) as error:
        yield Finding(str(error), serious=True)
        return
    try:
        policy = DecisionPolicy.load(workshop.settings.policy_file)
        policy.fits(digest, feature_names(workshop.kinds))
    except AssistantError as error:
        yield Finding(str(error), serious=True)
    look = workshop.library.is_stale if thorough else workshop.library.is_behind
    for scope, version in workshop.store.scopes().items():
        if why := look(scope, version):
            yield Finding(f"index of {scope.key}: {why}; it will be built anew at start, or run 'signpost build'")


def _areas(workshop: Workshop) -> Iterator[Finding]:
    areas = workshop.store.areas()
    if not areas:
        yield Finding("no area has been taken in: run 'signpost ingest PACK', for example samples/larkmere", serious=True)
    for area in areas:
        yield from _contacts(area)
        for setting in area.settings:
            if not (setting.contact.phone or setting.contact.email):
                yield Finding(f"{setting.name} has no contact: its families are sent to SENDIASS; add it to settings.csv")
        yield from _sources(workshop, area)


def _contacts(area: Area) -> Iterator[Finding]:
    for key in REQUIRED_CONTACTS:
        contact = area.contacts.get(key)
        if contact is None or not (contact.phone or contact.email):
            needed = key in _NEEDED_LIVE
            yield Finding(f"{area.name} has no {key} contact: add it to area.yml and ingest the pack again", live=needed)
        elif not contact.name:
            yield Finding(f"{area.name}: {key} has no name: give it one under 'Sources and contacts'", live=True)
    team = area.contacts.get("safeguarding")
    if team and not team.phone:
        yield Finding(f"{area.name}: safeguarding has no phone: give it one under 'Sources and contacts'", live=True)
    if team and not team.out_of_hours_phone:
        yield Finding(f"{area.name}: safeguarding has no out_of_hours_phone: add it to area.yml", live=True)


def _sources(workshop: Workshop, area: Area) -> Iterator[Finding]:
    """Sources that failed, and those that are fetched and have not been for long."""
    now = datetime.now(UTC).replace(tzinfo=None)
    for check in SourceChecks(workshop.engine).all(area.slug):
        if check.state == FAILED:
            why = check.problems[0][1] if check.problems else "it was broken off"
            yield Finding(f"{area.name}: source {check.source} could not be taken in ({why}); what was live stays live")
        elif "://" in check.source and check.checked and now - check.checked > _FRESH:
            days = (now - check.checked).days
            yield Finding(f"{area.name}: source {check.source} was last fetched {days} days ago: ingest the pack each night")


def _disk(data: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(data).free
    if free < _LEAST_FREE:
        yield Finding(f"only {free // 1_000_000} MB of disk are free at {data}: make room, or nothing more can be kept")
