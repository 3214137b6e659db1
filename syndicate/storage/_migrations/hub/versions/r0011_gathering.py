"""How far stories have followed the log: from now on they follow behind it, once excerpts have been found."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Stories have followed all that is shown so far; they go on from there."""
    op.create_table(
        "gathered",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("folding", sa.Integer(), nullable=False),
        sa.Column("sketched", sa.Integer(), nullable=False),
        sa.Column("sketch_until", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute(
        "INSERT INTO gathered (id, reached, edition, folding, sketched, sketch_until)"
        " SELECT 1, visible - 1, 0, 0, -1, -1 FROM horizon"
    )
    op.create_table(
        "figure",
        sa.Column("idx", sa.Integer(), nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("idx"),
    )
    op.create_index("ix_figure_key", "figure", ["key", "idx"])
    op.create_table(
        "credit",
        sa.Column("idx", sa.Integer(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("idx", "agency"),
        sqlite_with_rowid=False,
    )
