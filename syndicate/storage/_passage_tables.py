"""The hub's tables of what versions are found by; what they hold can be made again from the tokens."""

from typing import ClassVar

from sqlalchemy import BigInteger
from sqlmodel import Field

from syndicate.storage._hub_table import HubTable


class PassageStateRow(HubTable, table=True):
    """Up to which index versions are found by their passages, in one row, and how these were made."""

    __tablename__: ClassVar[str] = "passage_state"

    id: int = Field(primary_key=True)
    reached: int
    made_by: str


class PassageWaitingRow(HubTable, table=True):
    """The fingerprints of a version that waits for its run."""

    __tablename__: ClassVar[str] = "passage_waiting"

    idx: int = Field(primary_key=True)
    prints: bytes


class PassageRunRow(HubTable, table=True):
    """A run of fingerprints, and the stretch of the log that it is of."""

    __tablename__: ClassVar[str] = "passage_run"

    id: int = Field(primary_key=True)
    level: int  # -1: its stretch is over, and it is being dropped
    first: int
    last: int
    merges: str  # JSON: the runs that are being moved into it; empty: none


class PassageBucketRow(HubTable, table=True):
    """One bucket of a run; ``id`` is 8,192 times the run and the bucket."""

    __tablename__: ClassVar[str] = "passage_bucket"

    id: int = Field(primary_key=True)
    entries: bytes  # see ``dedupe.postings``


class PassageKeyRow(HubTable, table=True):
    """A headline or an address, as a number, and a version that has it."""

    __tablename__: ClassVar[str] = "passage_key"
    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

    key: int = Field(primary_key=True, sa_type=BigInteger)
    idx: int = Field(primary_key=True)
