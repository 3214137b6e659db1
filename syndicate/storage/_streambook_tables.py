"""The agency's tables: one stream, and what was signed in it."""

from typing import ClassVar, Final

from sqlalchemy import Index
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from syndicate.storage._migrate import VersionLine


class BookTable(SQLModel, registry=registry()):
    """The tables of one agency's stream book."""


class OwnerRow(BookTable, table=True):
    """Whose book this is: one row, so that no other stream is ever written into it."""

    __tablename__: ClassVar[str] = "owner"

    agency: str = Field(primary_key=True)
    stream: str = Field(primary_key=True)


class ReachedRow(BookTable, table=True):
    """How far the stream has been brought: to the archive's files, to each hub that it is pushed to."""

    __tablename__: ClassVar[str] = "reached"

    goal: str = Field(primary_key=True)
    number: int


class ReadingRow(BookTable, table=True):
    """How an entry of the CMS was found the last time."""

    __tablename__: ClassVar[str] = "reading"
    __table_args__ = (Index("ix_reading_content", "content"),)

    sub: str = Field(primary_key=True)
    raw: str
    fingerprint: str
    content: str
    stands_for: str | None = None


class SignedRow(BookTable, table=True):
    """One signed token, with what the tool needs to recognise its source again."""

    __tablename__: ClassVar[str] = "signed"
    __table_args__ = (
        Index("ux_signed_version", "sub", "ver", unique=True),
        Index("ux_signed_digest", "digest", unique=True),
    )

    seq: int = Field(primary_key=True)
    sub: str
    ver: int
    act: str
    digest: str
    kid: str
    iat: int
    fingerprint: str
    published: str
    cms_id: str
    token: str


class WaitingRow(BookTable, table=True):
    """What would be signed, and is not yet."""

    __tablename__: ClassVar[str] = "waiting"
    # A number is never given twice: whoever typed one means that item, even after it has gone.
    __table_args__ = (Index("ix_waiting_sub", "sub"), {"sqlite_autoincrement": True})

    id: int = Field(primary_key=True)
    sub: str
    payload: bytes
    cms_id: str
    fingerprint: str
    why: str
    arrived: int
    due: int | None = None


class BarredRow(BookTable, table=True):
    """A mark of a text that was taken back: whatever carries it waits for a person."""

    __tablename__: ClassVar[str] = "barred"

    mark: str = Field(primary_key=True)


class FloorRow(BookTable, table=True):
    """Where the stream goes on when it does not follow its last token here."""

    __tablename__: ClassVar[str] = "floor"

    seq: int = Field(primary_key=True)
    prev: str | None = None


class NotedRow(BookTable, table=True):
    """What the tool must remember from one run to the next."""

    __tablename__: ClassVar[str] = "noted"

    name: str = Field(primary_key=True)
    said: str


STREAM_BOOK: Final = VersionLine(
    folder="streambook",
    called="stream book",
    application_id=0x53796E42,
    tables=BookTable.metadata,
    head="0004",
)
