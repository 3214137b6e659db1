"""What a hub's database keeps of one item, for its operator: all of it, refused and held tokens included."""

from dataclasses import dataclass, field

from syndicate.news import AgencyId, Index, ItemId, Mark, Reason, TokenDigest
from syndicate.ports._subscribers import Delivered


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalRecord:
    """A refusal as kept for the operator; the same one again only raises ``count``."""

    id: int
    first_at: int
    last_at: int
    count: int
    source: str
    reason: Reason
    detail: str
    agency: AgencyId | None
    digest: TokenDigest | None
    evidence: str  # the refused token or the beginning of the document, at most 98,304 characters


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptVersion:
    """An admitted version, from its receipt to who acknowledged it. Times in Unix seconds."""

    ver: int
    agency: AgencyId
    stream: str
    seq: int
    received_at: int
    marks: frozenset[Mark]
    digest: TokenDigest
    token: str = field(repr=False)  # empty once it is erased
    index: Index | None = None  # None while it waits for one, and
    sealed_at: float | None = None
    shown: bool = False
    proof: bytes | None = field(default=None, repr=False)  # a proof file; None while no checkpoint is over it
    quorum: bool = False  # whether that checkpoint satisfied the policy when it was kept
    erased_by: str | None = None  # the digest of the act
    figures: Delivered | None = None  # of what the public may know: corrections, withdrawals and alerts
    subscribers: int = 0  # whose slice holds it, ended ones apart, and of these
    acknowledged: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldToken:
    """A token that waits to be judged again."""

    digest: TokenDigest
    source: str
    reason: Reason
    detail: str
    held_at: int
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAct:
    """An act of the operator; without an index until it is sealed. ``body`` is JSON."""

    index: Index | None
    digest: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One item, or one token that was never admitted (``sub`` is None then). Versions ascending."""

    sub: ItemId | None
    versions: tuple[KeptVersion, ...] = ()
    refused: tuple[RefusalRecord, ...] = ()
    held: tuple[HeldToken, ...] = ()
    acts: tuple[KeptAct, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing at all is kept of it."""
        return not (self.versions or self.refused or self.held)
