"""The public log as it is kept: tiles, checkpoints and acts beside the one order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from syndicate.ledger import Edge, Tile
from syndicate.news import Index
from syndicate.ports._logged import Logged


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCheckpoint:
    """A checkpoint of the log as it was signed: a note, and whether it satisfied the policy."""

    size: int
    note: bytes = field(repr=False)
    quorum: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A leaf of another's log as it is taken over: of a version just kept, or of an act with its bytes."""

    leaf: bytes
    sealed_at: float  # Unix seconds at which it got its index there
    act: bytes | None = None


class PublicLog(Protocol):
    """Promises: a tile, an entry bundle and a leaf never change; what ``edge`` says is on the disk."""

    @property
    def edge(self) -> Edge:
        """The right edge of the tree over all that has its index, shown or not."""
        ...

    @property
    def visible(self) -> int:
        """How many leaves are shown: ``Storage`` reads no further."""
        ...

    @property
    def proven(self) -> int:
        """How many leaves the newest checkpoint holds that satisfied the policy."""
        ...

    @property
    def erased(self) -> int:
        """How many versions are erased: what was made of them before shows what it must not."""
        ...

    async def show(self, size: int) -> None:
        """Show the log up to ``size`` leaves; never goes back."""
        ...

    async def hidden(self, limit: int) -> tuple[Logged, ...]:
        """At most ``limit`` versions that have their index and are not shown yet, in order."""
        ...

    async def add_act(self, body: bytes) -> str:
        """Keep an act of the operator until it is sealed; its digest. The same bytes are one act for ever."""
        ...

    async def act(self, digest: str) -> bytes | None:
        """The bytes of an act that has its index."""
        ...

    async def acts(self, after: int, limit: int) -> tuple[tuple[Index, str], ...]:
        """At most ``limit`` acts that are shown (index, digest), with an index above ``after``, in order."""
        ...

    async def tiles(self, asked: Sequence[Tile]) -> Mapping[Tile, bytes]:
        """Those of these tiles and entry bundles that the log has, each as wide as asked."""
        ...

    async def keep_checkpoint(self, kept: KeptCheckpoint) -> None:
        """Keep what was signed, and show its leaves if it satisfied the policy: both or neither.

        What satisfied the policy stays for ever; the rest goes when a newer one does.
        """
        ...

    async def newest_checkpoint(self, *, proved: bool) -> KeptCheckpoint | None:
        """The newest one kept, or the newest that satisfied the policy."""
        ...

    async def checkpoint_shown(self) -> KeptCheckpoint | None:
        """The newest one whose leaves are all shown."""
        ...

    async def checkpoint_over(self, index: Index) -> KeptCheckpoint | None:
        """The first checkpoint that satisfied the policy with this leaf in it; else the first of any."""
        ...

    async def untouched(self) -> bool:
        """Whether nothing was ever kept here: neither a version nor an act."""
        ...

    async def stop(self, why: str) -> None:
        """Remember why nothing may be sealed; "" for: it may."""
        ...

    async def clear(self) -> None:
        """Let it be sealed again, by the operator's word; remembered until something stops it again."""
        ...

    async def cleared(self) -> bool:
        """Whether the operator's word let it be sealed again."""
        ...

    async def stopped(self) -> str:
        """Why nothing may be sealed; "" if it may."""
        ...
