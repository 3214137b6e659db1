"""What is new in a feed since somebody last got it, as a document of that feed: made once for all who ask."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from syndicate.news import Entry, Feed, Index, Kind, Registry, Slice
from syndicate.ports import Logged, Storage, Window
from syndicate.republish import compose, entry_of, token_address
from syndicate.trust import marks_since, recall

# What is left out of a document must be a thing of feeds: of Atom and RSS alone the Recommendation allows
# that only what is new be sent (WebSub, section 7).
_WHOLE: Final = frozenset({"json"})
_AROUND: Final = 1_000  # bytes around a body
_WHOLES: Final = 10_000  # whole feeds of which it is known when they were made


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementLimits:
    """How much one supplement holds; what does not fit comes with the next."""

    entries: int = 100
    characters: int = 300_000  # of tokens, the first apart: about 700 kB of Atom
    kept_bytes: int = 16_000_000  # of supplements that others may ask for, too


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, weakref_slot=True)
class Supplement:
    """What is new of a slice up to index ``upto``; ``body`` is None when none of that is to be seen.

    An item that changed twice stands in it once, as it is now; one that a law took back does not.
    """

    upto: int
    body: bytes | None = field(default=None, repr=False)
    media_type: str = ""
    new: tuple[Logged, ...] = field(default=(), repr=False)
    wait: float = 0.0  # seconds until there will be something to be sent; 0 where there is, or never will be

    @property
    def size(self) -> int:
        """Bytes that it takes in memory, roughly."""
        return _AROUND + len(self.body or b"") + sum(len(each.token) for each in self.new)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is new in a feed, for those who have everything up to ``after``; all that an answer depends on."""

    slice: Slice
    format: str
    after: int
    newest: int
    basis: tuple[str, int]  # the registry's version, and how much was taken back

    @property
    def topic(self) -> tuple[Slice, str]:
        """The feed."""
        return self.slice, self.format


@dataclass(frozen=True, slots=True)
class _Whole:
    """When a whole feed was made last, and for whom: what was new to them stands in it, up to ``upto``."""

    asked: _Asked
    upto: int
    at: float

    def is_for(self, asked: _Asked) -> bool:
        """Whether it is news to who asks, and nothing that they have not comes before it."""
        return self.asked.basis == asked.basis and self.asked.after <= asked.after < self.upto


class Supplements:
    """Makes supplements, one at a time, off the event loop; keeps those made last.

    ``whole`` says how much a whole feed holds; it is made again after ``whole_seconds`` at the earliest, but
    for an alert.
    """

    def __init__(  # noqa: PLR0913 - what a document is made of
        self,
        storage: Storage,
        registry_source: Callable[[], Registry],
        render: Callable[[Feed, str], bytes],
        *,
        media_types: Mapping[str, str],
        base_url: str,
        whole: Window,
        whole_seconds: float,
        limits: SupplementLimits | None = None,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._storage = storage
        self._registry = registry_source
        self._render = render
        self._media_types = media_types
        self._base_url = base_url.rstrip("/")
        self._whole = whole
        self._whole_seconds = whole_seconds
        self._limits = limits if limits is not None else SupplementLimits()
        self._ticks = ticks
        self._kept: OrderedDict[_Asked, Supplement] = OrderedDict()
        self._kept_bytes = 0
        self._wholes: OrderedDict[tuple[Slice, str], _Whole] = OrderedDict()
        self._one_making = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="supplements")

    def close(self) -> None:
        """Let its thread go, once what it is writing is written."""
        self._thread.shutdown()

    async def since(self, slice_: Slice, format: str, after: int) -> Supplement | None:  # noqa: A002 - as in Press
        """What is new in the feed since index ``after``; None if nothing is.

        Atom and RSS: the entries after it, the oldest first to come. JSON Feed: the whole feed, unless there
        is more that is new than stands in it; then what came first of it.

        Raises:
            StorageError: the slice cannot be read.
        """
        newest = await self._storage.newest(slice_)
        if newest <= after:
            return None
        registry = self._registry()
        asked = _Asked(slice_, format, after, newest, (registry.version, self._storage.log.erased))
        if (kept := self._kept.get(asked)) is None:
            async with self._one_making:
                kept = self._kept.get(asked)
                if kept is None:
                    kept = await self._make(asked, registry)
        return kept

    async def _make(self, asked: _Asked, registry: Registry) -> Supplement:
        last = self._wholes.get(asked.topic)
        if last is not None and last.is_for(asked) and (kept := self._kept.get(last.asked)) is not None:
            return kept
        limits = self._limits
        changed = await self._storage.changed(asked.slice, asked.after, limits.entries, limits.characters)
        new = changed.logged
        if not new:
            return Supplement(upto=asked.newest)
        shown: Sequence[Logged] = new
        if asked.format in _WHOLE and not changed.more:
            if wait := self._wait(last, new):
                return Supplement(upto=asked.after, wait=wait)
            whole = await self._storage.window(asked.slice, self._whole)
            if whole[-1].index <= new[0].index:  # all that is new stands in it
                shown = tuple(reversed(whole))
        # Something may have come since `newest` was read: whatever stands in the document was sent.
        upto = shown[-1].index if changed.more else max(shown[-1].index, asked.newest)
        loop = asyncio.get_running_loop()
        body = await loop.run_in_executor(self._thread, self._typeset, asked, shown, upto, registry)
        made = Supplement(upto=upto, body=body, media_type=self._media_types[asked.format], new=new)
        self._keep(asked, made)
        if shown is not new:
            self._wholes[asked.topic] = _Whole(asked, upto, self._ticks())
            while len(self._wholes) > _WHOLES:
                self._wholes.popitem(last=False)
        return made

    def _wait(self, last: _Whole | None, new: Sequence[Logged]) -> float:
        """For how many seconds no whole feed is made for what is new."""
        if last is None or any(recall(each.token).kind is Kind.ALERT for each in new):
            return 0.0
        return max(0.0, last.at + self._whole_seconds - self._ticks())

    def _typeset(self, asked: _Asked, shown: Sequence[Logged], upto: int, registry: Registry) -> bytes:
        feed = compose(
            asked.slice,
            tuple(self._entry(one, registry) for one in reversed(shown)),
            registry,
            base_url=self._base_url,
            first_index=shown[0].index,
            last_index=Index(upto),
            pushes=True,
        )
        return self._render(feed, asked.format)

    def _entry(self, logged: Logged, registry: Registry) -> Entry:
        item = recall(logged.token)
        marks = logged.marks | marks_since(logged.token, registry, logged.received_at)
        address = token_address(self._base_url, item)
        return entry_of(item, logged.token, registry, token_url=address, marks=marks)

    def _keep(self, asked: _Asked, made: Supplement) -> None:
        self._kept[asked] = made
        self._kept_bytes += made.size
        while self._kept_bytes > self._limits.kept_bytes:
            _, dropped = self._kept.popitem(last=False)
            self._kept_bytes -= dropped.size
