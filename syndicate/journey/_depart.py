"""Depart: a slice of the one order becomes a document, made once and handed to everyone who asks.

The order of things: (1) has anything moved since we last looked? (2) may the document be made again
already? (3) read the window, (4) write it, off the event loop, (5) squeeze it once per coding, (6) keep it.
A large document gets the coding that squeezes hardest only when it has stood for a while (decision 58).
"""

import asyncio
import math
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, TypeVar
from weakref import WeakValueDictionary

from syndicate.errors import Crowded
from syndicate.journey._alerts import Alerts
from syndicate.journey._document import Codings, Document, Writing, Written, coded, let_go, squeeze
from syndicate.journey._galley import Galley
from syndicate.journey._layout import TOMBSTONES, Editor, Layout, PressLimits
from syndicate.journey._shelf import Shelf
from syndicate.journey._turnstile import Turnstile
from syndicate.journey._wakeup import LocalWakeup
from syndicate.last_used import LastUsed
from syndicate.news import Entry, Feed, Registry, Slice
from syndicate.ports import Clock, Logged, Storage
from syndicate.republish import PENDING_ALERTS, view_path
from syndicate.wire import Plain, Typesetter, Wholes, in_frame

T = TypeVar("T")
_WHOLES_BYTES: Final = 16_000_000  # of large documents that were sent last, in one
GATHER_SECONDS: Final = 3.0  # so long a feed of stories waits until they have come to what is shown
_NEVER_STALE: Final = math.inf
_PAGES_MOST: Final = 8  # pages of archives kept
_SETTLED_SECONDS: Final = 60.0  # so long a large document stands before it gets every coding


@dataclass(slots=True, kw_only=True)
class _Kept:
    document: Document
    newest: int
    stories: int  # how often stories had changed; -1 where it shows none
    registry: str
    erased: int
    made_at: float
    looked_at: float
    rings: int
    dated: int  # the latest Last-Modified ever given for this name


class Press:
    """Renders slices, one rendering at a time, and keeps each document until its slice moves.

    ``typesetter`` writes feeds and their entries; ``codings`` names the content codings to be made of each
    document beside "identity", the quickest first; ``pushes`` says whether the documents name the hub as one
    that sends what is new in them. ``told`` hears how many seconds each rendering took.
    """

    def __init__(  # noqa: PLR0913 - the one place where a document's ingredients meet
        self,
        storage: Storage,
        registry_source: Callable[[], Registry],
        clock: Clock,
        wakeup: LocalWakeup,
        typesetter: Typesetter,
        *,
        media_types: Mapping[str, str],
        codings: Codings,
        base_url: str,
        pushes: bool = False,
        limits: PressLimits | None = None,
        told: Callable[[float], None] = lambda _: None,
    ) -> None:
        self._storage = storage
        self._registry = registry_source
        self._clock = clock
        self._wakeup = wakeup
        self._typesetter = typesetter
        self._media_types = media_types
        self._codings = codings
        self._limits = limits if limits is not None else PressLimits()
        self._editor = Editor(
            storage, registry_source, base_url=base_url.rstrip("/"), limits=self._limits, pushes=pushes
        )
        self._galley = Galley(
            storage, typesetter, self._editor.entry_under, self.at_work, base_url=base_url.rstrip("/")
        )
        self._alerts = Alerts(storage)
        self._wholes = Wholes(_WHOLES_BYTES)
        self._told = told
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._pages: LastUsed[tuple[Slice, int, str, str, int], Document] = LastUsed(_PAGES_MOST)
        self._shelf = Shelf()
        # Weakly: what nobody waits for needs no lock, however many names were asked for.
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        # One core is enough for rendering: admission and answers need the other.
        self._turnstile = Turnstile(self._limits.waiting_most)
        # Always the same thread: each thread that renders would keep the memory of its largest document.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="press")

    @property
    def editor(self) -> Editor:
        """What reads what stands in its documents."""
        return self._editor

    @property
    def wakeup(self) -> LocalWakeup:
        """What rings when the order has moved."""
        return self._wakeup

    @property
    def limits(self) -> PressLimits:
        """How much a document holds, and how often it is made again."""
        return self._limits

    def close(self) -> None:
        """Let its thread go, once what it is writing is written."""
        self._thread.shutdown()

    async def document(self, slice_: Slice, format: str, *, stories: bool = False) -> Document:  # noqa: A002 - the word of every feed API
        """The slice in a format of ``media_types``: ``rebuild_seconds`` behind at most, and never an alert.

        ``stories`` asks for its stories, each once, instead of its items.

        Raises:
            StorageError: the slice cannot be read.
            Crowded: it is no plain slice, and enough others wait already.
        """
        name = f"{view_path(slice_, stories=stories)}.{format}"
        write = partial(self._write, slice_, format, stories=stories)
        return await self.keep(name, slice_, write, stories=stories)

    async def pending(self, format: str) -> Document:  # noqa: A002 - the word of every feed API
        """Alerts that too few witnesses stand behind so far: out at once, without a place in the order.

        Raises:
            StorageError: they cannot be read.
        """
        name = f"{PENDING_ALERTS}.{format}"
        return await self.keep(name, Slice(), partial(self._write_pending, format), stale_after=0.0)

    async def archive(self, slice_: Slice, last: int, format: str) -> Document | None:  # noqa: A002 - as above
        """The page of the slice's archive that ends at index ``last``, as "atom" or "json", if one does.

        Which versions stand on it never changes, so a few are kept apart from what does change.

        Raises:
            StorageError: it cannot be read.
            Crowded: enough others wait already.
        """
        name = (slice_, last, format, self._registry().version, self._storage.log.erased)
        if (kept := self._pages.get(name)) is not None:
            return kept
        lay_out = await self._editor.archive(slice_, last)
        if lay_out is None:
            return None
        async with self._turnstile.turn(first=False):
            if (kept := self._pages.get(name)) is not None:  # made meanwhile for somebody else
                return kept
            document = await self._squeezed(partial(self._write_page, lay_out, format), stays=True)
        return self._pages.put(name, document)

    def entry(self, logged: Logged) -> Entry:
        """A version as readers see it now."""
        return self._editor.entry(logged)

    async def render(self, feed: Feed, format: str) -> bytes:  # noqa: A002 - the word of every feed API
        """A feed that is not kept here, written when nothing else is."""
        async with self._turnstile.turn(first=False):
            return await self.at_work(partial(self._typesetter.render, feed, format))

    async def at_work(self, work: Callable[[], T]) -> T:
        """Do ``work`` in the press's own thread, off the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def standing(self, name: str) -> Document | None:
        """The document kept as ``name`` ("vn.atom"), if it was looked after just now: the warm way."""
        kept = self._kept.get(name)
        return kept.document if kept is not None and self._believed(kept) else None

    async def keep(
        self,
        name: str,
        slice_: Slice,
        write: Writing,
        *,
        stale_after: float = _NEVER_STALE,
        stories: bool = False,
    ) -> Document:
        """What ``write`` makes for ``name``; written again when the slice moves, or after ``stale_after``.

        ``stories``: also when any story does.

        Requests for one name wait for one writing.
        """
        lock = self._locks.setdefault(name, asyncio.Lock())
        async with lock:
            if (document := self.standing(name)) is not None:
                return document
            return await self._look(name, slice_, write, self._kept.get(name), stale_after, stories=stories)

    def _believed(self, kept: _Kept) -> bool:
        age = self._clock.now() - kept.looked_at
        return kept.rings == self._wakeup.rings and 0 <= age < self._limits.look_seconds

    async def _look(  # noqa: PLR0913 - what is kept, and what it is made of
        self,
        name: str,
        slice_: Slice,
        write: Writing,
        kept: _Kept | None,
        stale_after: float,
        *,
        stories: bool,
    ) -> Document:
        await self._alerts.begin()
        rings, now = self._wakeup.rings, self._clock.now()  # before reading: a ring meanwhile counts
        erased = self._storage.log.erased
        stands = kept is not None and kept.erased == erased
        if kept and stands and await self._is_early(kept, slice_, stale_after):
            kept.looked_at, kept.rings = now, rings
            return kept.document
        newest = await self._editor.newest(slice_)
        if stories:  # else what comes would stand there by itself first, and then once more with others
            await self._storage.gathering.come_to(self._storage.log.visible - 1, GATHER_SECONDS)
        retold = self._storage.gathering.edition if stories else -1
        registry = self._registry().version
        if (
            kept
            and stands
            and not await self._must_write(kept, slice_, (newest, retold, registry), stale_after)
        ):
            kept.looked_at, kept.rings = now, rings
            self._kept.move_to_end(name)
            return await self._settled(name, kept, slice_)
        try:
            async with self._turnstile.turn(first=slice_.plain):
                document = await self._squeezed(write)
        except Crowded:
            if kept and stands and registry == kept.registry and await self._will_do(kept, slice_):
                return kept.document
            raise
        dated = -1 if kept is None else kept.dated
        if kept is not None and kept.document.digest == document.digest:
            document = kept.document  # the same bytes keep their date
        elif document.last_modified is not None and document.last_modified <= dated:
            # Two versions within one second: a date cannot tell them apart, only the ETag can.
            document = replace(document, last_modified=None)
        self._put(
            name,
            _Kept(
                document=document,
                newest=newest,
                stories=retold,
                registry=registry,
                erased=erased,
                made_at=self._clock.now(),
                looked_at=now,
                rings=rings,
                dated=max(dated, document.last_modified if document.last_modified is not None else -1),
            ),
        )
        return document

    async def _settled(self, name: str, kept: _Kept, slice_: Slice) -> Document:
        """What is kept, in every coding once it has stood long enough to be worth it."""
        document = kept.document
        late = {coding: make for coding, make in self._codings.items() if coding not in document.bodies}
        if late and self._clock.now() - kept.made_at >= _SETTLED_SECONDS:
            try:
                async with self._turnstile.turn(first=slice_.plain):
                    made = await self.at_work(partial(coded, document.bodies["identity"], late))
            except Crowded:
                return document  # it is whole without them
            document = replace(document, bodies={**document.bodies, **made})
            self._put(name, replace(kept, document=document))
        return document

    async def _will_do(self, kept: _Kept, slice_: Slice) -> bool:
        """Whether what stood a moment ago is better than nothing: it lacks no alert."""
        recent = 0 <= self._clock.now() - kept.made_at < _SETTLED_SECONDS
        return recent and not await self._alerts.came(slice_, kept.newest)

    async def _is_early(self, kept: _Kept, slice_: Slice, stale_after: float) -> bool:
        """Whether it was made so lately that only an alert has it made again: nobody need ask what came."""
        lately = 0 <= self._clock.now() - kept.made_at < min(self._limits.rebuild_seconds, stale_after)
        return lately and not await self._alerts.came(slice_, kept.newest)

    async def _must_write(
        self, kept: _Kept, slice_: Slice, basis: tuple[int, int, str], stale_after: float
    ) -> bool:
        age = self._clock.now() - kept.made_at
        moved = basis != (kept.newest, kept.stories, kept.registry)
        if not moved:
            return age >= stale_after
        if not 0 <= age < self._limits.rebuild_seconds:  # below 0: the clock was set back
            return True
        # Looked for again until a document that has it is kept.
        return await self._alerts.came(slice_, kept.newest)

    async def _squeezed(self, write: Writing, *, stays: bool = False) -> Document:
        loop = asyncio.get_running_loop()
        began = loop.time()
        make = await write()
        document = await self.at_work(lambda: squeeze(make(), self._codings, stays=stays))
        self._told(loop.time() - began)
        return document

    def _put(self, name: str, kept: _Kept) -> None:
        before = self._kept.pop(name, None)
        self._kept[name] = kept
        self._shelf.put(kept.document, None if before is None else before.document)
        if before is not None and before.document.bodies["identity"] is not kept.document.bodies["identity"]:
            let_go(before.document)
        limits = self._limits
        while len(self._kept) > 1 and (
            self._shelf.bytes > limits.kept_bytes or len(self._kept) > limits.kept_most
        ):
            dropped = self._kept.popitem(last=False)[1].document
            self._shelf.take(dropped)
            let_go(dropped)

    async def _write(self, slice_: Slice, format_: str, *, stories: bool) -> Callable[[], Written]:
        if format_ == TOMBSTONES:
            return partial(self._typeset, await self._editor.tombstones(slice_, stories=stories), format_)
        registry = self._registry()  # one for all of it
        drafting = self._editor.stories if stories else self._editor.draft
        draft = await drafting(slice_, format_)
        known = await self._galley.known(draft.indices, registry)
        if draft.stories:
            known = await self._galley.retold(known, draft.stories, registry)
        fitting, places = self._editor.fitting(draft, known)
        pieces = await self._galley.pieces(places, format_, registry)

        def work() -> Written:
            page = self._editor.outline(draft, fitting, registry)
            frame = self._typesetter.frame(page.feed, format_)
            body = Plain(in_frame(frame, pieces), self._wholes)
            return Written(body=body, media_type=self._media_types[format_], modified=page.modified)

        return work

    async def _write_page(self, lay_out: Layout, format_: str) -> Callable[[], Written]:
        return partial(self._typeset, lay_out, format_)

    async def _write_pending(self, format_: str) -> Callable[[], Written]:
        return partial(self._typeset, await self._editor.pending(), format_)

    def _typeset(self, lay_out: Layout, format_: str) -> Written:
        page = lay_out()
        body = self._typesetter.render(page.feed, format_)
        return Written(body=body, media_type=self._media_types[format_], modified=page.modified)
