"""The agency's tables: one stream, and what was signed in it."""

from typing import ClassVar

from sqlalchemy import Index
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


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
