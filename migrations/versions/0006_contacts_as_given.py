"""Contacts as the pack last gave them, a version of each area, and no conflicts of pages that were changed since."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

AREAS = sa.table("areas", sa.column("slug"), sa.column("contacts", sa.JSON), sa.column("given", sa.JSON))
SETTINGS = sa.table("settings", sa.column("area"), sa.column("slug"), sa.column("contact", sa.JSON))


def upgrade() -> None:
    """Apply. What a pack said before staff confirmed a contact is not known: it stays empty."""
    with op.batch_alter_table("areas") as batch_op:
        batch_op.add_column(sa.Column("given", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="0"))
    connection = op.get_bind()
    for area, contacts in connection.execute(sa.select(AREAS.c.slug, AREAS.c.contacts)).all():
        settings = connection.execute(sa.select(SETTINGS.c.slug, SETTINGS.c.contact).where(SETTINGS.c.area == area))
        every = {**contacts, **{f"setting/{slug}": contact for slug, contact in settings}}
        given = {key: _said(contact) for key, contact in every.items() if contact.get("seen_at") != "confirmed by staff"}
        connection.execute(sa.update(AREAS).where(AREAS.c.slug == area).values(given=given))
    op.execute(
        "DELETE FROM conflicts WHERE NOT EXISTS (SELECT 1 FROM documents "
        "WHERE documents.key = conflicts.document AND documents.seen <= conflicts.found)"
    )


def _said(contact: dict) -> dict:
    return {name: value for name, value in contact.items() if name not in ("seen_at", "seen_on")}
