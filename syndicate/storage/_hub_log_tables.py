"""The hub's tables of its log: the one order, the tree over it, and what of it is shown."""

from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field

from syndicate.storage._hub_table import HubTable


class LogRow(HubTable, table=True):
    """One index of the one order, and the cell that it is in."""

    __tablename__: ClassVar[str] = "log"
    __table_args__ = (
        Index("ux_log_version", "version_id", unique=True),
        Index("ix_log_cell", "cell", "idx"),
    )

    idx: int = Field(primary_key=True)
    version_id: int = Field(foreign_key="version.id")
    sealed_at: float
    cell: int


class LogTopicRow(HubTable, table=True):
    """The indices of a topic, cell by cell."""

    __tablename__: ClassVar[str] = "log_topic"
    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

    topic: str = Field(primary_key=True)
    cell: int = Field(primary_key=True)
    idx: int = Field(primary_key=True)


class ActRow(HubTable, table=True):
    """An act of the operator, or a registry that was taken over; without an index until it is sealed."""

    __tablename__: ClassVar[str] = "act"
    __table_args__ = (
        Index("ux_act_digest", "digest", unique=True),
        Index("ux_act_idx", "idx", unique=True),
    )

    id: int = Field(primary_key=True)
    idx: int | None = None
    digest: str
    body: bytes


class ErasedRow(HubTable, table=True):
    """A version whose token is gone: an act in the log says by whose order. Its leaf stays."""

    __tablename__: ClassVar[str] = "erased"

    version_id: int = Field(primary_key=True, foreign_key="version.id")
    act: str  # its digest


class TileRow(HubTable, table=True):
    """A tile of the log's tree, as wide as it is by now: every narrower one is its beginning."""

    __tablename__: ClassVar[str] = "tile"

    level: int = Field(primary_key=True)
    number: int = Field(primary_key=True)
    hashes: bytes


class CheckpointRow(HubTable, table=True):
    """What was signed of the log: all that satisfied the policy, and the newest."""

    __tablename__: ClassVar[str] = "checkpoint"

    size: int = Field(primary_key=True)
    note: bytes
    quorum: bool


class HorizonRow(HubTable, table=True):
    """How far the log is shown, in one row; and why nothing may be sealed, if so."""

    __tablename__: ClassVar[str] = "horizon"

    id: int = Field(primary_key=True)
    visible: int
    stopped: str  # empty: it may


class ShownRow(HubTable, table=True):
    """The sealed version that stands for its item in feeds: its retraction, else its highest version.

    A table of its own, so that a window never reads past versions that nobody is shown any more.
    """

    __tablename__: ClassVar[str] = "shown"
    __table_args__ = (
        Index("ux_shown_idx", "idx", unique=True),
        Index("ix_shown_cell", "cell", "idx"),
    )

    item_id: int = Field(primary_key=True, foreign_key="item.id")
    idx: int = Field(foreign_key="log.idx")
    ver: int
    retracts: bool
    sealed_at: float
    cell: int


class ShownTopicRow(HubTable, table=True):
    """The indices of a topic, cell by cell, as far as they are of versions that stand for their items."""

    __tablename__: ClassVar[str] = "shown_topic"
    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

    topic: str = Field(primary_key=True)
    cell: int = Field(primary_key=True)
    idx: int = Field(primary_key=True)
