"""Slices by topic, urgency and kind, and every combination: cells, and indices by cell."""

import base64
import json
from itertools import count
from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_AT_A_TIME: Final = 1_000  # versions in memory
_ITEM_TOPICS: Final = 50
_NO_URGENCY: Final = 10
_AMENDS: Final = ("correct", "withhold", "retract")
_VERSIONS = """
    SELECT id, item_id, agency, act, token FROM version WHERE id > ? ORDER BY id LIMIT ?
"""
_BEFORE = """
    SELECT item.id, facets.topics, cell.agency, cell.lang, cell.kind, cell.urgency, cell.corrected
    FROM json_each(?) AS asked JOIN item ON item.id = asked.value
    JOIN facets ON facets.version_id = item.newest JOIN cell ON cell.id = facets.cell
"""
_CELL = """
    INSERT INTO cell (id, agency, lang, kind, urgency, corrected, member) VALUES (?, ?, ?, ?, ?, ?, ?)
"""

# agency, language, kind, urgency, corrected; and the topics
Facets = tuple[tuple[str, str, str, int, bool], list[str]]


def upgrade() -> None:
    """Fill what is there already from its tokens, batch by batch: the order itself stays as it is."""
    _make_facets()
    _fill_facets(op.get_bind())
    op.execute("CREATE TEMPORARY TABLE old_log AS SELECT idx, version_id, sealed_at FROM log")
    op.execute("CREATE TEMPORARY TABLE old_shown AS SELECT item_id, idx, ver, retracts, sealed_at FROM shown")
    op.drop_table("shown")  # first: it refers to the log
    op.drop_table("log")
    _make_order()
    op.execute("""
        INSERT INTO log (idx, version_id, sealed_at, cell)
        SELECT idx, old_log.version_id, sealed_at, cell
        FROM old_log JOIN facets ON facets.version_id = old_log.version_id ORDER BY idx
    """)
    op.execute("""
        INSERT INTO shown (item_id, idx, ver, retracts, sealed_at, cell)
        SELECT item_id, old_shown.idx, ver, retracts, old_shown.sealed_at, cell
        FROM old_shown JOIN log ON log.idx = old_shown.idx ORDER BY item_id
    """)
    for table in ("log", "shown"):
        op.execute(f"""
            INSERT INTO {table}_topic (topic, cell, idx)
            SELECT topic.value, log.cell, log.idx FROM {table} AS here JOIN log ON log.idx = here.idx
            JOIN facets ON facets.version_id = log.version_id JOIN json_each(facets.topics) AS topic
            ORDER BY 1, 2, 3
        """)  # noqa: S608 - two words of our own
        op.execute(f"DROP TABLE old_{table}")


def _make_facets() -> None:
    op.create_table(
        "cell",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("corrected", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ux_cell", "cell", ["agency", "lang", "kind", "urgency", "corrected"], unique=True)
    op.create_index("ix_cell_kind", "cell", ["kind"])
    op.create_index("ix_cell_lang", "cell", ["lang"])
    op.create_index("ix_cell_member", "cell", ["member"])
    op.create_table(
        "facets",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("cell", sa.Integer(), nullable=False),
        sa.Column("topics", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"]),
        sa.PrimaryKeyConstraint("version_id"),
    )
    op.add_column("item", sa.Column("newest", sa.Integer(), nullable=True))
    for table in ("log_topic", "shown_topic"):
        op.create_table(
            table,
            sa.Column("topic", sa.String(), nullable=False),
            sa.Column("cell", sa.Integer(), nullable=False),
            sa.Column("idx", sa.Integer(), nullable=False),
            sa.PrimaryKeyConstraint("topic", "cell", "idx"),
            sqlite_with_rowid=False,
        )


def _make_order() -> None:
    op.create_table(
        "log",
        sa.Column("idx", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("sealed_at", sa.Float(), nullable=False),
        sa.Column("cell", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"]),
        sa.PrimaryKeyConstraint("idx"),
    )
    op.create_index("ix_log_cell", "log", ["cell", "idx"])
    op.create_index("ux_log_version", "log", ["version_id"], unique=True)
    op.create_table(
        "shown",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("idx", sa.Integer(), nullable=False),
        sa.Column("ver", sa.Integer(), nullable=False),
        sa.Column("retracts", sa.Boolean(), nullable=False),
        sa.Column("sealed_at", sa.Float(), nullable=False),
        sa.Column("cell", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["idx"], ["log.idx"]),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"]),
        sa.PrimaryKeyConstraint("item_id"),
    )
    op.create_index("ix_shown_cell", "shown", ["cell", "idx"])
    op.create_index("ux_shown_idx", "shown", ["idx"], unique=True)


def _fill_facets(connection: sa.Connection) -> None:
    cells: dict[tuple[str, str, str, int, bool], int] = {}
    numbers = count(1)
    last = 0
    while versions := connection.exec_driver_sql(_VERSIONS, (last, _AT_A_TIME)).all():
        last = versions[-1].id
        asked = json.dumps(sorted({row.item_id for row in versions}))
        standing: dict[int, Facets] = {
            row.id: (
                (row.agency, row.lang, row.kind, row.urgency, bool(row.corrected)),
                json.loads(row.topics),
            )
            for row in connection.exec_driver_sql(_BEFORE, (asked,))
        }
        rows = []
        for row in versions:
            cell, topics = standing[row.item_id] = _after(row, standing.get(row.item_id))
            if cell not in cells:
                cells[cell] = next(numbers)
                connection.exec_driver_sql(_CELL, (cells[cell], *cell, cell[0][:2]))
            rows.append((row.id, cells[cell], json.dumps(topics)))
        connection.exec_driver_sql("INSERT INTO facets (version_id, cell, topics) VALUES (?, ?, ?)", rows)
        newest = {row.item_id: row.id for row in versions}
        connection.exec_driver_sql(
            "UPDATE item SET newest = ? WHERE id = ?", [(id_, item) for item, id_ in newest.items()]
        )


def _after(row: Any, before: Facets | None) -> Facets:  # noqa: ANN401 - a row
    """What a version makes of its item's facets; an erased one says only its act."""
    nothing: Facets = (row.agency, "", "", _NO_URGENCY, False), []
    (agency, lang, kind, urgency, corrected), topics = before or nothing
    said = _payload(row.token) if row.token else {}
    together = list(topics)
    for code in said.get("cat", ()):
        topic = code.removeprefix("medtop:")
        if topic not in together and len(together) < _ITEM_TOPICS:
            together.append(topic)
    cell = (
        agency,
        lang or said.get("lang", ""),
        kind or said.get("kind", ""),
        min(urgency, said.get("urgency", _NO_URGENCY)),
        corrected or row.act in _AMENDS,
    )
    return cell, sorted(together)


def _payload(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found
