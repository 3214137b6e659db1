"""A site as files: what has changed is written, what is there no longer is removed, the rest is not touched.

The order of things: (1) have the folder alone; (2) write what others point to before what points to it;
(3) remove what no address has any more; (4) remember how far it came.
"""

from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from syndicate.errors import ExportError
from syndicate.export._folder import Folder, Reach, own
from syndicate.export._names import BROTLI, GZIP, file_of
from syndicate.news import ItemId
from syndicate.web import Listed, Served

MOST_DOCUMENTS: Final = 5_000_000
_SUFFIXES: Final = {"identity": "", "gzip": GZIP, "br": BROTLI}
_TELL_EVERY: Final = 256  # documents

Told = Callable[[int, int], None]
"""Hears how many documents were looked at, and how many files written."""


class Contents(Protocol):
    """What a site consists of."""

    def listed(self) -> AsyncIterator[Listed]:
        """Every address of a copy, in the order in which they are written."""
        ...

    async def moved(self, index: int) -> Collection[ItemId]:
        """The items of whose ``Listed.about`` more is said since this index. Raises StorageError."""
        ...

    async def document(self, path: str) -> Served | None:
        """What is served there; None where there is nothing. Raises StorageError."""
        ...


@dataclass(slots=True, kw_only=True)
class Summary:
    """What an export did. All but ``documents`` and ``bytes`` count files."""

    documents: int = 0
    written: int = 0
    unchanged: int = 0
    removed: int = 0
    bytes: int = 0  # of what was written


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """How an export is done."""

    everything: bool = False  # compare also what is final, or has settled on the basis of the last copy
    most: int = MOST_DOCUMENTS  # more documents are refused
    told: Told = lambda _documents, _written: None


async def export_site(contents: Contents, path: Path, reach: Reach, orders: Orders) -> Summary:
    """Make ``path`` a copy of the site; ``reach`` is what the copy will be of.

    Raises:
        ExportError: the folder cannot be used or written, or there are too many documents.
        StorageError: a document cannot be made.
    """
    with own(path) as folder:
        before = folder.reach()
        if before is None or (before.log, before.basis) != (reach.log, reach.basis):
            known = before if before is not None and before.log == reach.log else None
            folder.remember(Reach(log=reach.log, basis="", proven=0 if known is None else known.proven))
        copy = _Copy(contents, folder, None if orders.everything else before, reach)
        await copy.write(orders.most, orders.told)
        copy.remove_the_rest()
        folder.remember(reach)
        return copy.summary


class _Copy:
    """One export under way."""

    def __init__(self, contents: Contents, folder: Folder, before: Reach | None, reach: Reach) -> None:
        self._contents = contents
        self._folder = folder
        self._before = before
        self._reach = reach
        self._moved: Collection[ItemId] = ()
        self._rest = folder.files()
        self.summary = Summary()

    async def write(self, most: int, told: Told) -> None:
        summary = self.summary
        if self._before is not None:
            self._moved = await self._contents.moved(self._before.proven)
        async for listed in self._contents.listed():
            summary.documents += 1
            if summary.documents > most:
                raise ExportError(f"there are more than {most:,} documents", hint="Allow more with --most.")
            name = file_of(listed.path, page=listed.page)
            if name in self._rest and self._has_settled(listed):
                self._leave(name)
            elif (served := await self._contents.document(listed.path)) is not None:
                self._compare(name, served)
            if summary.documents % _TELL_EVERY == 0:
                told(summary.documents, summary.written)
        told(summary.documents, summary.written)

    def remove_the_rest(self) -> None:
        for name in sorted(self._rest):
            self._folder.remove(name)
            self.summary.removed += 1

    def _has_settled(self, listed: Listed) -> bool:
        before = self._before
        if before is None or listed.settles is None or before.log != self._reach.log:
            return False
        if listed.about in self._moved:
            return False
        return listed.settles < before.proven and (listed.final or before.basis == self._reach.basis)

    def _leave(self, name: str) -> None:
        for suffix in _SUFFIXES.values():
            if f"{name}{suffix}" in self._rest:
                self._rest.remove(f"{name}{suffix}")
                self.summary.unchanged += 1

    def _compare(self, name: str, served: Served) -> None:
        for coding, body in served.bodies.items():
            target = f"{name}{_SUFFIXES[coding]}"
            there = target in self._rest
            self._rest.discard(target)
            if there and self._folder.holds(target, body):
                self.summary.unchanged += 1
            else:
                self._folder.write(target, body, served.modified)
                self.summary.written += 1
                self.summary.bytes += len(body)
