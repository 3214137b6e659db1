"""What must be known of an item and of its stream before step 12 can be judged."""

from collections.abc import Mapping
from dataclasses import dataclass

from syndicate.news import Act, AgencyId, KeyId, StreamName, TokenDigest

Numbered = tuple[TokenDigest, TokenDigest | None]  # a token in its stream: its digest, the `prev` it states


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

    @classmethod
    def among(
        cls,
        tokens: Mapping[tuple[AgencyId, StreamName, int], Numbered],
        place: tuple[AgencyId, StreamName, int],
    ) -> "Neighbours":
        """What stands at and around ``place`` (agency, stream, number) among ``tokens``."""
        agency, stream, seq = place
        here, before = tokens.get(place), tokens.get((agency, stream, seq - 1))
        after = tokens.get((agency, stream, seq + 1))
        return cls(
            here=here[0] if here else None,
            before=before[0] if before else None,
            after=after is not None,
            after_prev=after[1] if after else None,
        )
