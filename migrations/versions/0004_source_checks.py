"""When each source was last checked, what it brought, and what of it could not be read."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "source_checks",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("area", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("pack", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("checked", sa.DateTime(), nullable=True),
        sa.Column("touched", sa.DateTime(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_checks")),
        sa.UniqueConstraint("area", "source", name=op.f("uq_source_checks_area_source")),
    )
    with op.batch_alter_table("curated_answers") as batch_op:
        batch_op.add_column(sa.Column("approved", sa.DateTime(), nullable=True))
