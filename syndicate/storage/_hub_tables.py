"""The hub's tables. The token is the record; every other column is an index that can be rebuilt from it.

Those of the log stand in a file of their own, all others here. Rows are never made as objects in the hot
path: the classes say what the columns are, for the migrations and for whoever reads; ``_book`` and ``_order``
write and read them with batched statements.
"""

from typing import ClassVar, Final

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field

from syndicate.storage import _hub_log_tables, _passage_tables  # noqa: F401 - more of the tables
from syndicate.storage._hub_table import HubTable
from syndicate.storage._migrate import VersionLine


class ItemRow(HubTable, table=True):
    """One `sub`, and what step 12 of verification must know of it."""

    __tablename__: ClassVar[str] = "item"
    __table_args__ = (Index("ux_item_sub", "sub", unique=True),)

    id: int = Field(primary_key=True)
    sub: str
    highest: int
    act: str
    retracted_at: int | None = None
    newest: int | None = None  # the id of the version kept last


class VersionRow(HubTable, table=True):
    """One admitted token; ``id`` is the order of keeping."""

    __tablename__: ClassVar[str] = "version"
    __table_args__ = (
        Index("ux_version_item", "item_id", "ver", unique=True),
        Index("ux_version_place", "agency", "stream", "seq", unique=True),
        Index("ux_version_digest", "digest", unique=True),
    )

    id: int = Field(primary_key=True)
    item_id: int = Field(foreign_key="item.id")
    ver: int
    act: str
    agency: str
    lang: str
    stream: str
    seq: int
    prev: str | None = None
    received_at: int
    marks: str  # joined by commas
    digest: str
    token: str  # last: the columns before it are read without its overflow pages


class CellRow(HubTable, table=True):
    """Facets that versions have in common: all but the topics."""

    __tablename__: ClassVar[str] = "cell"
    __table_args__ = (
        Index("ux_cell", "agency", "lang", "kind", "urgency", "corrected", unique=True),
        Index("ix_cell_member", "member"),
        Index("ix_cell_lang", "lang"),
        Index("ix_cell_kind", "kind"),
    )

    id: int = Field(primary_key=True)
    member: str
    agency: str
    lang: str  # of the item's first version; empty, like the kind, where none is known or it opens no slice
    kind: str
    urgency: int  # the most urgent so far; 10 where none is said
    corrected: bool


class FacetsRow(HubTable, table=True):
    """In which slices an item stands as of one of its versions."""

    __tablename__: ClassVar[str] = "facets"

    version_id: int = Field(primary_key=True, foreign_key="version.id")
    cell: int
    topics: str  # JSON: eight digits each, ascending


class StreamRow(HubTable, table=True):
    """Where a stream stands."""

    __tablename__: ClassVar[str] = "stream"

    agency: str = Field(primary_key=True)
    stream: str = Field(primary_key=True)
    seq: int
    digest: str | None = None
    kids: str  # "kid@lowest number", joined by commas, in the order of the numbers
    forked: bool


class ReceiptRow(HubTable, table=True):
    """When the newest version of an agency was received."""

    __tablename__: ClassVar[str] = "receipt"

    agency: str = Field(primary_key=True)
    received_at: int


class RelationRow(HubTable, table=True):
    """How one version stands to an item or an address, with the rule and the evidence for it."""

    __tablename__: ClassVar[str] = "relation"
    __table_args__ = (
        Index("ix_relation_sub", "sub"),
        Index("ix_relation_to_sub", "to_sub"),
        Index("ix_relation_found", "type", "at", sqlite_where=text("score IS NOT NULL")),
    )

    id: int = Field(primary_key=True)
    sub: str
    ver: int
    type: str
    to_sub: str | None = None
    to_ver: int | None = None
    to_url: str | None = None
    rule: str
    evidence: str
    score: float | None = None  # 0 to 1; of what was found by likeness only, and so are the next three
    spans: str | None = None  # JSON: where the two texts differ, as offsets into both
    folding: int | None = None  # the version of the matching text that they were compared in
    state: str = Field("stands", sa_column_kwargs={"server_default": "stands"})
    at: int | None = None  # when the version was received


class SketchRow(HubTable, table=True):
    """What finds a version by its likeness, for as long as it is in the window."""

    __tablename__: ClassVar[str] = "sketch"
    __table_args__ = (Index("ix_sketch_item", "item_id"),)

    version_id: int = Field(primary_key=True, foreign_key="version.id")
    item_id: int = Field(foreign_key="item.id")
    agency: str
    received_at: int
    folding: int
    bands: bytes  # eight octets each


class BandRow(HubTable, table=True):
    """A bucket of versions that may be alike; each agency has no more than a few in it."""

    __tablename__: ClassVar[str] = "band"
    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

    key: int = Field(primary_key=True)
    agency: str = Field(primary_key=True)
    version_id: int = Field(primary_key=True)


class BandNewRow(HubTable, table=True):
    """The same of rows that came lately: they move to the others a stretch of keys at a time."""

    __tablename__: ClassVar[str] = "band_new"
    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

    key: int = Field(primary_key=True)
    agency: str = Field(primary_key=True)
    version_id: int = Field(primary_key=True)


class StoryRow(HubTable, table=True):
    """An item that tells a story together with others; what stands alone has no row."""

    __tablename__: ClassVar[str] = "story"
    __table_args__ = (Index("ix_story_story", "story"),)

    item_id: int = Field(primary_key=True, foreign_key="item.id")
    story: int  # the item that was first in it
    agency: str
    joined_as: str
    joined_idx: int


class StoryHeadRow(HubTable, table=True):
    """Who stands first in a story, and when the story changed last."""

    __tablename__: ClassVar[str] = "story_head"
    __table_args__ = (Index("ix_story_head_changed", "changed_idx"),)

    story: int = Field(primary_key=True, foreign_key="item.id")
    origin: int = Field(foreign_key="item.id")
    rule: str  # why that one stands first
    evidence: str
    changed_idx: int
    changed_at: float


class GatheredRow(HubTable, table=True):
    """Up to which index stories have followed the log, in one row, and how often that changed any.

    And how far older versions have been put back among those that new ones are compared with.
    """

    __tablename__: ClassVar[str] = "gathered"

    id: int = Field(primary_key=True)
    reached: int
    edition: int
    folding: int  # that versions are put back for; 0: none so far
    sketched: int  # the index up to which that is done, and
    sketch_until: int  # has to be


class FigureRow(HubTable, table=True):
    """What figures a version has, as a number, for a few days: translations have the same ones."""

    __tablename__: ClassVar[str] = "figure"
    __table_args__ = (Index("ix_figure_key", "key", "idx"),)

    idx: int = Field(primary_key=True)
    key: int = Field(sa_type=BigInteger)


class CreditRow(HubTable, table=True):
    """Another agency that a version credits, by a name that the registry gave it when that was read."""

    __tablename__: ClassVar[str] = "credit"
    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

    idx: int = Field(primary_key=True)
    agency: str = Field(primary_key=True)


class RulingRow(HubTable, table=True):
    """What the operator said of two items, once it has its place in the log; the newest counts."""

    __tablename__: ClassVar[str] = "ruling"

    sub: str = Field(primary_key=True)
    to_sub: str = Field(primary_key=True)
    verdict: str
    act: str  # its digest


class RefusalRow(HubTable, table=True):
    """A refusal for the operator's eyes; nothing of it is ever published but the counts."""

    __tablename__: ClassVar[str] = "refusal"
    __table_args__ = (
        Index("ux_refusal_same", "source", "reason", "digest", unique=True),
        Index("ix_refusal_newest", "source", "last_at"),
        Index("ix_refusal_last", "last_at", "id"),
        Index("ix_refusal_agency", "agency", "last_at", "id"),
    )

    id: int = Field(primary_key=True)
    first_at: int
    last_at: int
    count: int
    source: str
    reason: str
    detail: str
    agency: str | None = None
    digest: str  # "" where the refused bytes are no token: NULLs would never be the same
    evidence: str


class RefusalCountRow(HubTable, table=True):
    """How often an agency's tokens were refused for a reason, since the hub began."""

    __tablename__: ClassVar[str] = "refusal_count"

    agency: str = Field(primary_key=True)  # "" for nobody that we know
    reason: str = Field(primary_key=True)
    count: int


class HeldRow(HubTable, table=True):
    """A token that is properly signed and waits for its stream to go on."""

    __tablename__: ClassVar[str] = "held"
    __table_args__ = (
        Index("ux_held_digest", "digest", unique=True),
        Index("ix_held_agency", "agency", "id"),
    )

    id: int = Field(primary_key=True)
    digest: str
    agency: str
    source: str
    reason: str
    detail: str
    held_at: int
    token: str


class BackfillRow(HubTable, table=True):
    """How far a stream's missing numbers have been looked for in its agency's archive."""

    __tablename__: ClassVar[str] = "backfill"

    agency: str = Field(primary_key=True)
    stream: str = Field(primary_key=True)
    sought: int
    target: int
    url: str | None = None
    pages: int


class FeedRow(HubTable, table=True):
    """What is remembered of a polled feed."""

    __tablename__: ClassVar[str] = "feed"

    feed: str = Field(primary_key=True)
    etag: str | None = None
    last_modified: str | None = None
    basis: str  # what the validators count for
    due_at: float
    last_try: int | None = None
    last_success: int | None = None
    last_new: int | None = None
    last_heartbeat: int | None = None
    failures: int
    mismatches: int
    errors: str  # JSON: [[at, code, detail], ...], newest first


class SubscriberRow(HubTable, table=True):
    """Who is told of what the log shows, and how far it has acknowledged it."""

    __tablename__: ClassVar[str] = "subscriber"
    __table_args__ = (Index("ux_subscriber_same", "kind", "callback", "slice", "format", unique=True),)

    id: str = Field(primary_key=True)
    kind: str
    callback: str
    slice: str  # its path
    format: str
    lang: str
    secrets: str  # JSON: the newest first
    created_at: int
    lease_until: int | None = None
    reached: int
    tried: int
    next_at: float
    failures: int
    state: str
    reason: str


class DeliveryRow(HubTable, table=True):
    """When how many subscribers were told of a correction, a withdrawal or an alert; no word on whom."""

    __tablename__: ClassVar[str] = "delivery"

    idx: int = Field(primary_key=True, foreign_key="log.idx")
    what: str
    notified_at: int
    notified: int
    acknowledged: int
    acknowledged_at: int | None = None


HUB: Final = VersionLine(
    folder="hub", called="hub's database", application_id=0x53796E48, tables=HubTable.metadata, head="0012"
)
