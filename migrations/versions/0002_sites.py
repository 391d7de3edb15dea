"""Sites that may embed the chat."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("areas") as batch_op:
        batch_op.add_column(sa.Column("sites", sa.JSON(), nullable=False, server_default="[]"))
