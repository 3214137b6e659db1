"""What is new in a feed since somebody last got it, as a document of that feed: made once for all who ask."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from syndicate.news import Entry, Feed, Index, Registry, Slice
from syndicate.ports import Logged, Storage, Window
from syndicate.republish import compose, entry_of, token_address
from syndicate.trust import marks_since, recall

# What is left out of a document must be a thing of feeds: of Atom and RSS alone the Recommendation allows
# that only what is new be sent (WebSub, section 7).
_WHOLE: Final = frozenset({"json"})
_AROUND: Final = 1_000  # bytes around a body


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

    @property
    def size(self) -> int:
        """Bytes that it takes in memory, roughly."""
        return _AROUND + len(self.body or b"") + sum(len(each.token) for each in self.new)


class Supplements:
    """Makes supplements, one at a time, off the event loop; keeps those made last."""

    def __init__(  # noqa: PLR0913 - what a document is made of
        self,
        storage: Storage,
        registry_source: Callable[[], Registry],
        render: Callable[[Feed, str], bytes],
        *,
        media_types: Mapping[str, str],
        base_url: str,
        whole: Window,
        limits: SupplementLimits | None = None,
    ) -> None:
        self._storage = storage
        self._registry = registry_source
        self._render = render
        self._media_types = media_types
        self._base_url = base_url.rstrip("/")
        self._whole = whole
        self._limits = limits if limits is not None else SupplementLimits()
        self._kept: OrderedDict[tuple[object, ...], Supplement] = OrderedDict()
        self._kept_bytes = 0
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
        registry, erased = self._registry(), self._storage.log.erased
        name = (slice_, format, after, newest, registry.version, erased)
        if (kept := self._kept.get(name)) is None:
            async with self._one_making:
                kept = self._kept.get(name)
                if kept is None:
                    kept = await self._make(slice_, format, after, newest, registry)
                    self._keep(name, kept)
        return kept

    async def _make(
        self, slice_: Slice, format_: str, after: int, newest: int, registry: Registry
    ) -> Supplement:
        limits = self._limits
        changed = await self._storage.changed(slice_, after, limits.entries, limits.characters)
        shown = changed.logged
        if not shown:
            return Supplement(upto=newest)
        if format_ in _WHOLE and not changed.more:
            shown = tuple(reversed(await self._storage.window(slice_, self._whole)))
        # Something may have come since `newest` was read: whatever stands in the document was sent.
        upto = shown[-1].index if changed.more else max(shown[-1].index, newest)
        loop = asyncio.get_running_loop()
        body = await loop.run_in_executor(self._thread, self._typeset, slice_, format_, shown, upto, registry)
        return Supplement(upto=upto, body=body, media_type=self._media_types[format_], new=changed.logged)

    def _typeset(
        self, slice_: Slice, format_: str, shown: Sequence[Logged], upto: int, registry: Registry
    ) -> bytes:
        feed = compose(
            slice_,
            tuple(self._entry(one, registry) for one in reversed(shown)),
            registry,
            base_url=self._base_url,
            first_index=shown[0].index,
            last_index=Index(upto),
            pushes=True,
        )
        return self._render(feed, format_)

    def _entry(self, logged: Logged, registry: Registry) -> Entry:
        item = recall(logged.token)
        marks = logged.marks | marks_since(logged.token, registry, logged.received_at)
        address = token_address(self._base_url, item)
        return entry_of(item, logged.token, registry, token_url=address, marks=marks)

    def _keep(self, name: tuple[object, ...], made: Supplement) -> None:
        self._kept[name] = made
        self._kept_bytes += made.size
        while self._kept_bytes > self._limits.kept_bytes:
            _, dropped = self._kept.popitem(last=False)
            self._kept_bytes -= dropped.size
