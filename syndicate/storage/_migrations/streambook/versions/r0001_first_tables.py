"""The first tables of a stream book."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The first tables of a stream book."""
    _owner()
    _signed()


def _owner() -> None:
    op.create_table(
        "owner",
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("agency", "stream"),
    )


def _signed() -> None:
    op.create_table(
        "signed",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("sub", sa.String(), nullable=False),
        sa.Column("ver", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("kid", sa.String(), nullable=False),
        sa.Column("iat", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("published", sa.String(), nullable=False),
        sa.Column("cms_id", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("ux_signed_digest", "signed", ["digest"], unique=True)
    op.create_index("ux_signed_version", "signed", ["sub", "ver"], unique=True)
