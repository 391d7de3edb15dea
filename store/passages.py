"""Areas, documents, passages and vectors in the database (implements `knowledge.ports.PassageStore`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from sqlalchemy import Engine, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from knowledge.ports import PassageChanges, StoredPassages
from knowledge.split import Piece
from knowledge.types import Area, Contact, Document, DocumentFacts, Passage, Scope, Setting
from store.content import CONFIRMED
from store.database import insert_into
from store.tables import AreaRow, ConflictRow, DocumentRow, PassageRow, ScopeRow, SettingRow, VectorRow

Result = TypeVar("Result")
_AT_ONCE = 500  # SQLite allows a limited number of values in one statement


class DatabasePassages:
    """Every writing call is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def save_area(self, area: Area, *, every_setting: bool = False) -> tuple[str, ...]:
        """Add the area with its settings, or bring them up to date; what staff confirmed stays until the pack says otherwise.

        A contact that `area` lacks stays. So does a setting, unless `area` has `every_setting`; gives the slugs of those.
        """
        return self._write(lambda session: _save_area(session, area, every_setting))

    def areas(self) -> tuple[Area, ...]:
        """All areas, by slug."""
        with Session(self._engine) as session:
            rows = session.scalars(select(AreaRow).order_by(AreaRow.slug)).all()
            settings = session.scalars(select(SettingRow).order_by(SettingRow.name)).all()
        return tuple(_area(row, [each for each in settings if each.area == row.slug]) for row in rows)

    def areas_version(self) -> int:
        """Rises with each change of an area, a setting or a contact."""
        with Session(self._engine) as session:
            return session.scalar(select(func.sum(AreaRow.version))) or 0

    def document_digests(self, area: str, source: str) -> Mapping[str, str]:
        """Document id to digest, for one source of an area."""
        query = select(DocumentRow.id, DocumentRow.digest).where(DocumentRow.area == area, DocumentRow.source == source)
        with Session(self._engine) as session:
            return {row.id: row.digest for row in session.execute(query)}

    def owner_of(self, area: str, document_id: str) -> str | None:
        """The key of the source that a document of this area came from."""
        with Session(self._engine) as session:
            return session.scalar(select(DocumentRow.source).where(DocumentRow.key == _key(area, document_id)))

    def put_document(
        self, area: str, source: str, document: Document, digest: str,
        pieces: Sequence[Piece], topics: Sequence[Mapping[str, float]],
    ) -> None:  # fmt: skip
        """Add or replace a document with its passages, and raise its scope's version."""
        key = _key(area, document.id)
        rows = [
            _passage_row(key, document.scope.key, place, piece, named)
            for place, (piece, named) in enumerate(zip(pieces, topics, strict=True))
        ]

        def put(session: Session) -> None:
            before = session.get(DocumentRow, key, with_for_update=True)
            if before is not None and before.scope != document.scope.key:
                _raise_version(session, before.scope)
            _empty(session, key)
            session.merge(_document_row(key, area, source, document, digest))
            session.flush()
            if rows:
                session.execute(insert(PassageRow), rows)
            _raise_version(session, document.scope.key)

        self._write(put)

    def delete_document(self, area: str, document_id: str) -> None:
        """Remove a document with its passages, and raise its scope's version."""
        with Session(self._engine) as session, session.begin():
            row = session.get(DocumentRow, _key(area, document_id))
            if row is not None:
                _raise_version(session, row.scope)
                _empty(session, row.key)
                session.delete(row)

    def scopes(self) -> Mapping[Scope, int]:
        """Every scope that has ever held a passage, with its version."""
        with Session(self._engine) as session:
            return {Scope.from_key(key): version for key, version in session.execute(select(ScopeRow.scope, ScopeRow.version))}

    def passages(self, scope: Scope) -> StoredPassages:
        """All passages of a scope, by document and place."""
        with Session(self._engine) as session:
            version = session.scalar(select(ScopeRow.version).where(ScopeRow.scope == scope.key)) or 0
            documents = session.scalars(select(DocumentRow).where(DocumentRow.scope == scope.key)).all()
            rows = session.scalars(
                select(PassageRow).where(PassageRow.scope == scope.key).order_by(PassageRow.document, PassageRow.ordinal)
            ).all()
        facts = {row.key: _facts(row) for row in documents}
        passages = tuple(_passage(row, scope) for row in rows if row.document in facts)
        return StoredPassages(version, passages, facts)

    def changes(self, scope: Scope, known: Set[int], most: int) -> PassageChanges | None:
        """How a scope differs from the passages of the ids `known`; None if by more than `most` passages."""
        with Session(self._engine) as session:
            version = session.scalar(select(ScopeRow.version).where(ScopeRow.scope == scope.key)) or 0
            now = set(session.scalars(select(PassageRow.id).where(PassageRow.scope == scope.key)))
            gone, came = known - now, now - known
            if len(gone) + len(came) > most:
                return None
            rows = session.scalars(select(PassageRow).where(PassageRow.id.in_(came))).all()
            names = {row.document for row in rows}
            documents = session.scalars(select(DocumentRow).where(DocumentRow.key.in_(names))).all()
        facts = {row.key: _facts(row) for row in documents}
        fresh = tuple(_passage(row, scope) for row in rows if row.document in facts)
        return PassageChanges(version, frozenset(gone), fresh, facts)

    def vectors(self, digests: Sequence[str], encoder: str) -> Mapping[str, bytes]:
        """Stored vectors by passage digest; digests without one are left out."""
        found: dict[str, bytes] = {}
        with Session(self._engine) as session:
            for start in range(0, len(digests), _AT_ONCE):
                query = select(VectorRow.digest, VectorRow.vector).where(
                    VectorRow.encoder == encoder, VectorRow.digest.in_(digests[start : start + _AT_ONCE])
                )
                found |= {row.digest: row.vector for row in session.execute(query)}
        return found

    def put_vectors(self, vectors: Mapping[str, bytes], encoder: str) -> None:
        """Keep the vectors of passages, by digest, so that they are never computed twice."""
        known = self.vectors(list(vectors), encoder)
        fresh = [
            {"digest": digest, "encoder": encoder, "vector": vectors[digest]} for digest in sorted(vectors) if digest not in known
        ]
        if fresh:
            with Session(self._engine) as session, session.begin():
                session.execute(insert_into(VectorRow, session).on_conflict_do_nothing(), fresh)

    def _write(self, work: Callable[[Session], Result]) -> Result:
        """Do `work` in one transaction; once more if another process wrote the same row first."""
        try:
            with Session(self._engine) as session, session.begin():
                return work(session)
        except IntegrityError:
            with Session(self._engine) as session, session.begin():
                return work(session)


def _key(area: str, document_id: str) -> str:
    return f"{area}/{document_id}"


def _empty(session: Session, document: str) -> None:
    """Delete what was made of a document, and what was found to be wrong with it."""
    session.execute(delete(PassageRow).where(PassageRow.document == document))
    session.execute(delete(ConflictRow).where(ConflictRow.document == document))


def _raise_version(session: Session, scope: str) -> None:
    raised = update(ScopeRow).where(ScopeRow.scope == scope).values(version=ScopeRow.version + 1)
    if session.execute(raised).rowcount == 0:  # type: ignore[attr-defined]
        session.add(ScopeRow(scope=scope, version=1))
        session.flush()


def _contact_json(contact: Contact) -> dict[str, Any]:
    row = asdict(contact)
    row["seen_on"] = contact.seen_on.isoformat() if contact.seen_on else None
    return row


def _contact(row: Mapping[str, Any]) -> Contact:
    seen = row.get("seen_on")
    return Contact(**{**row, "seen_on": date.fromisoformat(seen) if seen else None})


def _save_area(session: Session, area: Area, every_setting: bool) -> tuple[str, ...]:
    query = select(SettingRow.slug).where(SettingRow.area == area.slug).order_by(SettingRow.slug)
    lacks = sorted(set(session.scalars(query)) - {each.slug for each in area.settings})
    before = session.get(AreaRow, area.slug)
    contacts, given = (before.contacts, before.given) if before else ({}, {})
    live = _with_confirmed(session, area)
    row = session.merge(_area_row(live, area))
    stay = {*contacts, *(f"setting/{slug}" for slug in lacks if not every_setting)}
    row.contacts = {**contacts, **row.contacts}
    row.given = {**{key: each for key, each in given.items() if key in stay}, **row.given}
    session.flush()
    row.version = AreaRow.version + 1
    if every_setting:
        session.execute(delete(SettingRow).where(SettingRow.area == area.slug, SettingRow.slug.in_(lacks)))
    for setting in live.settings:
        session.merge(_setting_row(area.slug, setting))
    return () if every_setting else tuple(lacks)


def _with_confirmed(session: Session, area: Area) -> Area:
    """Staff who confirmed a contact know better than a pack that says what it said before."""
    row = session.get(AreaRow, area.slug)
    if row is None:
        return area
    contacts = {key: _chosen(each, row.contacts.get(key), row.given.get(key)) for key, each in area.contacts.items()}
    live = {each.slug: each.contact for each in session.scalars(select(SettingRow).where(SettingRow.area == area.slug))}
    settings = tuple(
        replace(each, contact=_chosen(each.contact, live.get(each.slug), row.given.get(f"setting/{each.slug}")))
        for each in area.settings
    )
    return replace(area, contacts=contacts, settings=settings)


def _chosen(given: Contact, live: Mapping[str, Any] | None, last: Mapping[str, Any] | None) -> Contact:
    """What the pack says if that is not what it said `last`, or else what staff confirmed."""
    before = _contact(live) if live else given
    changed = bool(last) and _said(given) != last
    return before if before.seen_at == CONFIRMED and not changed else given


def _said(contact: Contact) -> dict[str, Any]:
    """A contact without where and when it was seen."""
    return {name: value for name, value in asdict(contact).items() if name not in ("seen_at", "seen_on")}


def _area_row(area: Area, given: Area) -> AreaRow:
    said = {**given.contacts, **{f"setting/{each.slug}": each.contact for each in given.settings}}
    return AreaRow(
        slug=area.slug, name=area.name, local_offer_url=area.local_offer_url, sites=list(area.sites),
        contacts={key: _contact_json(contact) for key, contact in area.contacts.items()},
        given={key: _said(contact) for key, contact in said.items()},
    )  # fmt: skip


def _area(row: AreaRow, settings: Sequence[SettingRow]) -> Area:
    contacts = {key: _contact(each) for key, each in row.contacts.items()}
    known = tuple(_setting(each) for each in settings)
    return Area(row.slug, row.name, row.local_offer_url, contacts, known, tuple(row.sites))


def _setting_row(area: str, setting: Setting) -> SettingRow:
    return SettingRow(
        area=area, slug=setting.slug, name=setting.name, aliases=list(setting.aliases), phase=setting.phase,
        urn=setting.urn, website=setting.website, contact=_contact_json(setting.contact),
    )  # fmt: skip


def _setting(row: SettingRow) -> Setting:
    return Setting(row.slug, row.name, tuple(row.aliases), row.phase, row.urn, row.website, _contact(row.contact))


def _document_row(key: str, area: str, source: str, document: Document, digest: str) -> DocumentRow:
    return DocumentRow(
        key=key, id=document.id, area=area, source=source, scope=document.scope.key, title=document.title,
        url=document.url, owner=document.owner, body=document.body, kind=document.kind, digest=digest,
        updated=document.updated, review_by=document.review_by, seen=datetime.now(UTC).replace(tzinfo=None),
    )  # fmt: skip


def _facts(row: DocumentRow) -> DocumentFacts:
    return DocumentFacts(
        row.id, Scope.from_key(row.scope), row.title, row.url, row.owner, row.updated, row.review_by, row.kind, row.seen
    )


def _passage_row(key: str, scope: str, place: int, piece: Piece, topics: Mapping[str, float]) -> dict[str, Any]:
    return {
        "document": key, "scope": scope, "ordinal": place, "headings": list(piece.headings),
        "text": piece.text, "digest": piece.digest, "topics": dict(topics),
    }  # fmt: skip


def _passage(row: PassageRow, scope: Scope) -> Passage:
    return Passage(row.id, row.document, scope, row.ordinal, tuple(row.headings), row.text, row.digest, dict(row.topics))
