"""How the entries of the CMS were found the last time."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """How the entries of the CMS were found the last time."""
    op.create_table(
        "reading",
        sa.Column("sub", sa.String(), nullable=False),
        sa.Column("raw", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("stands_for", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("sub"),
    )
    op.create_index("ix_reading_content", "reading", ["content"])
