"""Excerpts, found behind the journey, and the stories that follow once it is known what they hang on."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from syndicate.dedupe import Related
from syndicate.news import AgencyId, Index
from syndicate.ports._kin import Sketched


class Gathering(Protocol):
    """How far the stories have followed the log that is shown, and what takes them further.

    Promises: what stories there are is a function of the log up to ``reached`` and of the relations kept for
    it, whoever took it there and in what steps; what returns is on the disk.
    """

    @property
    def edition(self) -> int:
        """A number that grows whenever stories may have changed; from memory, after the commit."""
        ...

    async def reached(self) -> int:
        """The index up to which stories have been gathered; -1 before the first."""
        ...

    async def come_to(self, index: int, seconds: float) -> bool:
        """Whether stories have come to an index; waited for, if they were seen to follow, so long at most."""
        ...

    async def since(self, index: Index) -> int:
        """The first index that is near enough in time to be compared with the one at ``index``."""
        ...

    async def worth_comparing(
        self, shared: Mapping[Index, Mapping[Index, int]]
    ) -> Mapping[Index, Sequence[Index]]:
        """Of versions that share passages with one, by index (``Passages.shared``): which to compare with it.

        Those that stood for an item of another agency when it came, in the window; one of each agency, that
        which shares most and came first; a few in all; none that something was found of already. Nothing for
        a version that did not stand for its own item when it came.
        """
        ...

    async def same_figures(self, keys: Mapping[Index, int]) -> Mapping[Index, Sequence[Index]]:
        """Keep these versions' keys (``dedupe.figure_key``); which before each has the same one.

        Those of another item, in another language, that stood for it when it came; one of each agency and
        language, the nearest; a few in all; none to which an agency declared a relation. Kept for a few days.
        """
        ...

    async def unsketched(self, folding: int) -> tuple[int, int]:
        """After which index, and up to which, versions are to be put back for this folding; equal: none.

        Those are all in the window that were shown when it was first asked for.
        """
        ...

    async def put_back(self, sketched: Sequence[Sketched], upto: int) -> None:
        """Have new versions be compared with these, where they still stand for their items; done up to there.

        They push out nobody who came later, and are not compared with each other.
        """
        ...

    async def gather(
        self, found: Sequence[Related], reached: int, credits_: Mapping[Index, Collection[AgencyId]] = ...
    ) -> None:
        """Keep what was found, but for what was erased meanwhile, and have the stories follow to ``reached``.

        ``credits_``: which other agencies versions up to there credit. One transaction. ``found`` must be all
        there is to find among the versions up to ``reached``.
        """
        ...
