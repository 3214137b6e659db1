"""What must be known of an item and of its stream before step 12 can be judged."""

from dataclasses import dataclass

from syndicate.news import Act, KeyId, TokenDigest


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemState:
    """What is known of one `sub`; the default is an item never seen."""

    highest: int = 0  # the highest version here
    act: Act | None = None  # of that version
    retracted_at: int | None = None  # the version that retracted it


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamState:
    """Where a stream stands; the default is a stream never seen."""

    seq: int = 0  # of the head
    digest: TokenDigest | None = None  # of the head
    kids: tuple[KeyId, ...] = ()  # keys that signed in it, by the lowest number that each signed
    starts: tuple[int, ...] = ()  # those numbers
    forked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """The tokens around a place in a stream, as far as they are here."""

    here: TokenDigest | None = None  # what stands at this very number
    before: TokenDigest | None = None  # what stands at the number before
    after: bool = False  # whether a token stands at the number after, and
    after_prev: TokenDigest | None = None  # the `prev` it states
