"""What is new in a feed since somebody last got it, as a document of that feed: made once for all who ask."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Final

from syndicate.journey._layout import Editor, Layout
from syndicate.journey._turnstile import Turnstile
from syndicate.last_used import LastUsed
from syndicate.news import Feed, Index, Kind, Registry, Slice
from syndicate.ports import Logged, Storage
from syndicate.trust import recall

# What is left out of a document must be a thing of feeds: of Atom and RSS alone the Recommendation allows
# that only what is new be sent (WebSub, section 7).
_WHOLE: Final = frozenset({"json"})
_AROUND: Final = 1_000  # bytes around a body
_WHOLES: Final = 10_000  # whole feeds of which it is known when they were made
_HEADS: Final = 10_000  # feeds of which it is known how far those who keep up have come
_BEHIND: Final = 10_000  # who wait for a document that hardly anybody else wants


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

    Whoever fell behind stands at a place of its own, and its document is for itself: those who keep up, and
    share theirs, wait for one of these at most.

    A whole feed is made again after ``whole_seconds`` at the earliest, but for an alert.
    """

    def __init__(  # noqa: PLR0913 - what a document is made of
        self,
        storage: Storage,
        editor: Editor,
        registry_source: Callable[[], Registry],
        render: Callable[[Feed, str], bytes],
        *,
        media_types: Mapping[str, str],
        whole_seconds: float,
        limits: SupplementLimits | None = None,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._storage = storage
        self._editor = editor
        self._registry = registry_source
        self._render = render
        self._media_types = media_types
        self._whole_seconds = whole_seconds
        self._limits = limits if limits is not None else SupplementLimits()
        self._ticks = ticks
        self._kept: LastUsed[_Asked, Supplement] = LastUsed(
            self._limits.kept_bytes, attrgetter("size"), least=0
        )
        self._wholes: LastUsed[tuple[Slice, str], _Whole] = LastUsed(_WHOLES)
        self._heads: LastUsed[tuple[Slice, str], int] = LastUsed(_HEADS)
        self._turnstile = Turnstile(_BEHIND)
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
        basis = (self._registry().version, self._storage.log.erased)
        asked = _Asked(slice_, format, after, newest, basis)
        if (kept := self._kept.get(asked)) is None:
            async with self._turnstile.turn(first=after >= self._head_of(asked)):
                kept = self._kept.get(asked)
                if kept is None:
                    kept = await self._make(asked)
            self._heads.put(asked.topic, max(asked.newest, self._head_of(asked)))
        return kept

    def _head_of(self, asked: _Asked) -> int:
        """How far those who keep up with a feed have come."""
        head = self._heads.get(asked.topic)
        return -1 if head is None else head

    async def _make(self, asked: _Asked) -> Supplement:
        last = self._wholes.get(asked.topic)
        if last is not None and last.is_for(asked) and (kept := self._kept.get(last.asked)) is not None:
            return kept
        limits = self._limits
        changed = await self._storage.changed(asked.slice, asked.after, limits.entries, limits.characters)
        new = changed.logged
        if not new:
            return Supplement(upto=asked.newest)
        if asked.format in _WHOLE and not changed.more:
            if wait := self._wait(last, new):
                return Supplement(upto=asked.after, wait=wait)
            if (made := await self._make_whole(asked, new)) is not None:
                return made
        upto = new[-1].index if changed.more else Index(max(new[-1].index, asked.newest))
        part = await self._editor.part(asked.slice, asked.format, new, upto)
        _, body = await self._set(part, asked.format)
        return self._keep(asked, upto, body, new)

    async def _make_whole(self, asked: _Asked, new: tuple[Logged, ...]) -> Supplement | None:
        """The whole feed; None if more is new than stands in it."""
        feed, body = await self._set(await self._editor.feed(asked.slice, asked.format), asked.format)
        first, upto = feed.first_index, feed.last_index
        if first is None or upto is None or first > new[0].index:
            return None
        self._wholes.put(asked.topic, _Whole(asked, upto, self._ticks()))
        return self._keep(asked, upto, body, new)

    async def _set(self, lay_out: Layout, format_: str) -> tuple[Feed, bytes]:
        def work() -> tuple[Feed, bytes]:
            feed = lay_out().feed
            return feed, self._render(feed, format_)

        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _wait(self, last: _Whole | None, new: Sequence[Logged]) -> float:
        """For how many seconds no whole feed is made for what is new."""
        if last is None or any(recall(each.token).kind is Kind.ALERT for each in new):
            return 0.0
        return max(0.0, last.at + self._whole_seconds - self._ticks())

    def _keep(self, asked: _Asked, upto: int, body: bytes, new: tuple[Logged, ...]) -> Supplement:
        media_type = self._media_types[asked.format]
        return self._kept.put(asked, Supplement(upto=upto, body=body, media_type=media_type, new=new))
