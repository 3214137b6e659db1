"""Relations that are found by likeness, what finds them, and the stories that they make."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was admitted before is compared with nothing that was; what comes is compared with what comes."""
    op.add_column("relation", sa.Column("score", sa.Float(), nullable=True))
    op.add_column("relation", sa.Column("spans", sa.String(), nullable=True))
    op.add_column("relation", sa.Column("folding", sa.Integer(), nullable=True))
    op.add_column("relation", sa.Column("state", sa.String(), nullable=False, server_default="stands"))
    op.add_column("relation", sa.Column("at", sa.Integer(), nullable=True))
    op.create_index(
        "ix_relation_found", "relation", ["type", "at"], sqlite_where=sa.text("score IS NOT NULL")
    )
    op.create_table(
        "sketch",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("received_at", sa.Integer(), nullable=False),
        sa.Column("folding", sa.Integer(), nullable=False),
        sa.Column("bands", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"]),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"]),
        sa.PrimaryKeyConstraint("version_id"),
    )
    op.create_index("ix_sketch_item", "sketch", ["item_id"])
    op.create_table(
        "band",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", "agency", "version_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "story",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("story", sa.Integer(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("joined_as", sa.String(), nullable=False),
        sa.Column("joined_idx", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"]),
        sa.PrimaryKeyConstraint("item_id"),
    )
    op.create_index("ix_story_story", "story", ["story"])
    op.create_table(
        "story_head",
        sa.Column("story", sa.Integer(), nullable=False),
        sa.Column("origin", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("changed_idx", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["story"], ["item.id"]),
        sa.ForeignKeyConstraint(["origin"], ["item.id"]),
        sa.PrimaryKeyConstraint("story"),
    )
    op.create_index("ix_story_head_changed", "story_head", ["changed_idx"])
    op.create_table(
        "ruling",
        sa.Column("sub", sa.String(), nullable=False),
        sa.Column("to_sub", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("sub", "to_sub"),
    )
