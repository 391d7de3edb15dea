"""The day's key for telling people apart; names that were made without one are drawn anew."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "asker_keys",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_asker_keys")),
    )
    unanswered = sa.table("unanswered", sa.column("asker", sa.String()))
    connection = op.get_bind()
    named = unanswered.c.asker != ""
    for asker in list(connection.scalars(sa.select(unanswered.c.asker).where(named).distinct())):
        again = unanswered.update().where(unanswered.c.asker == asker)
        connection.execute(again.values(asker=secrets.token_hex(8)))
