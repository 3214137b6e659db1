"""What is looked for in the texts of the one order, and what was found."""

from dataclasses import dataclass, field

from syndicate.news import Slice
from syndicate.ports._logged import Logged
from syndicate.text import Sought

RANKED_MOST = 2_000  # of the newest matches; behind them comes what is newest


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Where a list of what was found goes on; its numbers mean something to the storage that gave them."""

    top: int  # nothing newer is looked at, so that what comes meanwhile shifts nothing
    floor: int  # of those that are ranked: the oldest
    rank: int  # of the last one given; past all ranks where order is by age alone
    last: int  # the last one given


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is looked for: in a slice, shown from ``since`` on and before ``until`` (Unix seconds).

    ``ranked`` orders the newest 2,000 matches by where they match; else the newest come first. ``after`` is
    where an earlier answer to the same question ended.
    """

    sought: Sought
    slice: Slice = field(default_factory=Slice)
    since: float | None = None
    until: float | None = None
    most: int = 20
    ranked: bool = True
    after: Turn | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Versions that stand for their items and match, in order; ``next`` is None when there are no more.

    There may be fewer than asked for before the end: looking took too long, and ``next`` goes on with it.
    """

    hits: tuple[Logged, ...] = ()
    next: Turn | None = None
