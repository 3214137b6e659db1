"""Rows of bands that came lately, apart from the many: these are written a stretch at a time."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What is there already stays where it is."""
    op.create_table(
        "band_new",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", "agency", "version_id"),
        sqlite_with_rowid=False,
    )
