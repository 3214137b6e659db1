"""The agency's tables: one stream, and what was signed in it.

Plain tables, where the hub's are SQLModel classes: nothing of an agency's ever needs a row as an object, and
its tool starts every few minutes on a small machine, where pydantic and the ORM behind such classes would
take 13 MB and a sixth of a second each time (decision 0004).
"""

from typing import Final

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, String, Table

from syndicate.storage._migrate import VersionLine

_TABLES: Final = MetaData()

# Whose book this is: one row, so that no other stream is ever written into it.
OWNER: Final = Table(
    "owner",
    _TABLES,
    Column("agency", String, primary_key=True),
    Column("stream", String, primary_key=True),
)

# How far the stream has been brought: to the archive's files, to each hub that it is pushed to.
REACHED: Final = Table(
    "reached",
    _TABLES,
    Column("goal", String, primary_key=True),
    Column("number", Integer, nullable=False),
)

# How an entry of the CMS was found the last time.
READING: Final = Table(
    "reading",
    _TABLES,
    Column("sub", String, primary_key=True),
    Column("raw", String, nullable=False),
    Column("fingerprint", String, nullable=False),
    Column("content", String, nullable=False),
    Column("stands_for", String),
    Index("ix_reading_content", "content"),
)

# One signed token a row, with what the tool needs to recognise its source again.
SIGNED: Final = Table(
    "signed",
    _TABLES,
    Column("seq", Integer, primary_key=True),
    Column("sub", String, nullable=False),
    Column("ver", Integer, nullable=False),
    Column("act", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("kid", String, nullable=False),
    Column("iat", Integer, nullable=False),
    Column("fingerprint", String, nullable=False),
    Column("published", String, nullable=False),
    Column("cms_id", String, nullable=False),
    Column("token", String, nullable=False),
    Index("ux_signed_version", "sub", "ver", unique=True),
    Index("ux_signed_digest", "digest", unique=True),
)

# What would be signed, and is not yet. A number is never given twice: whoever typed one means that item,
# even after it has gone.
WAITING: Final = Table(
    "waiting",
    _TABLES,
    Column("id", Integer, primary_key=True),
    Column("sub", String, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("cms_id", String, nullable=False),
    Column("fingerprint", String, nullable=False),
    Column("why", String, nullable=False),
    Column("arrived", Integer, nullable=False),
    Column("due", Integer),
    Index("ix_waiting_sub", "sub"),
    sqlite_autoincrement=True,
)

# A mark of a text that was taken back: whatever carries it waits for a person.
BARRED: Final = Table("barred", _TABLES, Column("mark", String, primary_key=True))

# Where the stream goes on when it does not follow its last token here.
FLOOR: Final = Table(
    "floor",
    _TABLES,
    Column("seq", Integer, primary_key=True),
    Column("prev", String),
)

# What the tool must remember from one run to the next.
NOTED: Final = Table(
    "noted",
    _TABLES,
    Column("name", String, primary_key=True),
    Column("said", String, nullable=False),
)

STREAM_BOOK: Final = VersionLine(
    folder="streambook",
    called="stream book",
    application_id=0x53796E42,
    tables=_TABLES,
    head="0004",
)
