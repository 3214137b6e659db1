"""The first tables of a hub."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The first tables of a hub."""
    _versions()
    _order()
    _streams()
    _relations()
    _refusals()
    _feeds()


def _versions() -> None:
    op.create_table(
        "item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sub", sa.String(), nullable=False),
        sa.Column("highest", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("retracted_at", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ux_item_sub", "item", ["sub"], unique=True)
    op.create_table(
        "version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("ver", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("prev", sa.String(), nullable=True),
        sa.Column("received_at", sa.Integer(), nullable=False),
        sa.Column("marks", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ux_version_digest", "version", ["digest"], unique=True)
    op.create_index("ux_version_item", "version", ["item_id", "ver"], unique=True)
    op.create_index("ux_version_place", "version", ["agency", "stream", "seq"], unique=True)


def _order() -> None:
    op.create_table(
        "log",
        sa.Column("idx", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("sealed_at", sa.Float(), nullable=False),
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("lang", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"]),
        sa.PrimaryKeyConstraint("idx"),
    )
    op.create_index("ix_log_agency", "log", ["agency", "idx"])
    op.create_index("ix_log_lang", "log", ["lang", "idx"])
    op.create_index("ix_log_member", "log", ["member", "idx"])
    op.create_index("ux_log_version", "log", ["version_id"], unique=True)
    op.create_table(
        "shown",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("idx", sa.Integer(), nullable=False),
        sa.Column("ver", sa.Integer(), nullable=False),
        sa.Column("retracts", sa.Boolean(), nullable=False),
        sa.Column("sealed_at", sa.Float(), nullable=False),
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("lang", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["idx"], ["log.idx"]),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"]),
        sa.PrimaryKeyConstraint("item_id"),
    )
    op.create_index("ix_shown_agency", "shown", ["agency", "idx"])
    op.create_index("ix_shown_lang", "shown", ["lang", "idx"])
    op.create_index("ix_shown_member", "shown", ["member", "idx"])
    op.create_index("ux_shown_idx", "shown", ["idx"], unique=True)


def _streams() -> None:
    op.create_table(
        "stream",
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("kids", sa.String(), nullable=False),
        sa.Column("forked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("agency", "stream"),
    )
    op.create_table(
        "receipt",
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("received_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("agency"),
    )
    op.create_table(
        "held",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("held_at", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_held_agency", "held", ["agency", "id"])
    op.create_index("ux_held_digest", "held", ["digest"], unique=True)


def _relations() -> None:
    op.create_table(
        "relation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sub", sa.String(), nullable=False),
        sa.Column("ver", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("to_sub", sa.String(), nullable=True),
        sa.Column("to_ver", sa.Integer(), nullable=True),
        sa.Column("to_url", sa.String(), nullable=True),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_relation_sub", "relation", ["sub"])
    op.create_index("ix_relation_to_sub", "relation", ["to_sub"])


def _refusals() -> None:
    op.create_table(
        "refusal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_refusal_agency", "refusal", ["agency", "id"])
    op.create_index("ix_refusal_newest", "refusal", ["source", "last_at"])
    op.create_index("ux_refusal_same", "refusal", ["source", "reason", "digest"], unique=True)
    op.create_table(
        "refusal_count",
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("agency", "reason"),
    )


def _feeds() -> None:
    op.create_table(
        "feed",
        sa.Column("feed", sa.String(), nullable=False),
        sa.Column("etag", sa.String(), nullable=True),
        sa.Column("last_modified", sa.String(), nullable=True),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("due_at", sa.Float(), nullable=False),
        sa.Column("last_try", sa.Integer(), nullable=True),
        sa.Column("last_success", sa.Integer(), nullable=True),
        sa.Column("last_new", sa.Integer(), nullable=True),
        sa.Column("last_heartbeat", sa.Integer(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("mismatches", sa.Integer(), nullable=False),
        sa.Column("errors", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("feed"),
    )
