"""What a law made the operator take back: its leaf stays, and names the act."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing has been erased yet."""
    op.create_table(
        "erased",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"]),
        sa.PrimaryKeyConstraint("version_id"),
    )
