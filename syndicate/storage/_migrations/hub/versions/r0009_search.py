"""An index of texts: title and summary with their version, whole texts by a worker that follows the log."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing is read here: what is there already is put in by the worker, the oldest first."""
    options = "content='', columnsize=0, tokenize='ascii'"
    op.execute(f"CREATE VIRTUAL TABLE search_head USING fts5(title, summary, beside, {options})")
    op.execute(f"CREATE VIRTUAL TABLE search_whole USING fts5(text, beside, {options})")
    op.create_table(
        "search_reach",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("terms", sa.Integer(), nullable=False),
        sa.Column("began", sa.Integer(), nullable=False),
        sa.Column("reach", sa.Integer(), nullable=False),
        sa.Column("sweeping", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute("""
        INSERT INTO search_reach (id, terms, began, reach, sweeping)
        SELECT 1, 1001, coalesce(max(id), 0), 0, 0 FROM version
    """)
