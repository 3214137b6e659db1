"""Refusals are read by when they came last."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two indexes; what they are built from is here."""
    op.drop_index("ix_refusal_agency", table_name="refusal")
    op.create_index("ix_refusal_agency", "refusal", ["agency", "last_at", "id"])
    op.create_index("ix_refusal_last", "refusal", ["last_at", "id"])
