"""A version at its place in the one order, and how much of the order a document holds."""

from dataclasses import dataclass

from syndicate.news import AgencyId, Facets, Index, ItemId, Mark, TokenDigest


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """An accepted version at its place in the one order; the token is the record, the rest an index."""

    index: Index
    token: str  # empty once it is erased
    digest: TokenDigest
    sub: ItemId
    ver: int
    agency: AgencyId
    received_at: int  # Unix seconds of the first receipt: T of docs/protocol.md
    sealed_at: float  # Unix seconds at which it got its index
    marks: frozenset[Mark]
    facets: Facets  # of its item as of this version: in which slices this index is

    @property
    def erased(self) -> bool:
        """Whether a law took its text back; an act in the log says so."""
        return not self.token


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A version by its place and its name, without anything that it says."""

    index: Index
    sub: ItemId
    ver: int
    erased: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A page of a slice's archive: so many of its versions in a row, of which some may be erased by now."""

    first: Index  # the lowest index in it,
    last: Index  # the highest, which names it,
    before: Index | None  # and the last one of the page before it, if there is one
    logged: tuple[Logged, ...]  # those that are not erased, newest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What is new in a slice since an index: items as they are now, by index, oldest first."""

    logged: tuple[Logged, ...]
    more: bool  # there is more after these


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How much of a slice a feed document holds, counted from the slice's newest index backwards.

    Every item sealed within ``seconds`` of the newest one, and at least ``least`` items, but never
    more than ``most``, nor (the newest one apart) more than ``characters`` of tokens together. Where more
    than ``most`` were sealed in that time, only the newest ``crowded``, if that is set: who wants them all
    goes on elsewhere. It does not look at the clock: the same log gives the same window. ``before``
    looks at the order as if it ended there: who has read as far as an index goes on with what is older.
    """

    seconds: int
    least: int
    most: int
    characters: int = 16_000_000
    before: Index | None = None
    crowded: int | None = None

    def shown(self, count: int) -> int:
        """How many are shown where so many could be: more than ``most`` is crowded, however many more."""
        if count <= self.most:
            return count
        return self.most if self.crowded is None else min(self.crowded, self.most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended:
    """How many items of an agency were ever corrected, withheld or retracted, and are retracted now."""

    items: int
    withdrawn: int
