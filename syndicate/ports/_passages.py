"""Which versions have a passage, a headline or an address: found without reading the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from syndicate.news import Index


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """What a version is found by; numbers only, from which no text can be made again."""

    index: Index
    prints: bytes = b""  # of its passages, ``dedupe.postings.packed``
    keys: tuple[int, ...] = ()  # of its headline and its addresses: signed, 64 bits


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Versions that may be what is asked for: where they stand in the log, and nothing else of them."""

    keyed: tuple[Index, ...] = ()  # with one of the keys, the newest first
    hits: tuple[tuple[Index, int], ...] = ()  # with how many of the fingerprints: the most first, then oldest


class Passages(Protocol):
    """The fingerprints of the versions that the log shows, filled from behind, in the order of the log.

    Promises: what returns is on the disk; a version is found from when ``reached`` is at or above its index;
    nothing of an erased version is ever found, or kept. Headlines and addresses are kept for good, passages
    as long as ``tidy`` is told. The work of each call is bounded.
    """

    async def reached(self, made_by: str) -> int:
        """The index up to which versions are found; -1 for none. What another ``made_by`` made is forgotten.

        ``made_by`` names how texts are folded and fingerprinted: what two of them made cannot be compared.
        """
        ...

    async def since(self) -> Index | None:
        """The first index whose passages are kept; None while none are."""
        ...

    async def keep(self, printed: Sequence[Printed], reached: int) -> None:
        """Keep these, ascending and above the index reached so far, which is ``reached`` from now on."""
        ...

    async def tidy(self, window: int) -> bool:
        """Do a part of the work that keeps looking quick; False if there is none to do.

        Forgets passages that are more than ``window`` indices behind the newest, a stretch of them at a time.
        """
        ...

    async def find(self, prints: Sequence[int], keys: Sequence[int], most: int) -> Candidates:
        """At most ``most`` versions with one of the keys, and at most ``most`` with some of the fingerprints.

        A fingerprint that very many versions have finds only the first of them. Of a key that more have the
        newest are found, and after them, as many again at most, the newest of each agency: by flooding one
        headline or path an agency hides nobody else's.
        """
        ...

    async def shared(
        self, prints: Mapping[Index, Sequence[int]], since: int
    ) -> Mapping[Index, Mapping[Index, int]]:
        """For each of these versions, by index: which before it have how many of its fingerprints in a row.

        See ``dedupe.shared``; ``prints`` are in the order of the text. Of one fingerprint the first 64 count,
        however much was tidied; those below ``since`` may be left out. A hundred versions at a time cost not
        much more than one.
        """
        ...
