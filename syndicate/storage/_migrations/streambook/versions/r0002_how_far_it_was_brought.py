"""How far the stream has been brought: to the archive's files, and to each hub that it is pushed to."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One more table; what was signed stays as it is."""
    op.create_table(
        "reached",
        sa.Column("goal", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("goal"),
    )
