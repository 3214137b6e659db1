"""What stands in a document: read from the one order now, put together when the press is free."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from syndicate.journey._galley import LOOKS, Known, Place
from syndicate.last_used import LastUsed
from syndicate.news import CORRECTIONS, Entry, Feed, Index, Kind, Registry, Slice
from syndicate.ports import Logged, Storage, Story, Stretch, Window
from syndicate.republish import (
    compose,
    compose_archive,
    compose_pending,
    compose_stories,
    compose_tombstones,
    entry_of,
    light,
    token_address,
    with_notices,
)
from syndicate.trust import marks_since, recall
from syndicate.wire import RSS_BODIES

TOMBSTONES: Final = "tombstones"
# Versions on a page of an archive. A window holds at least as many items, so that it reaches down to the
# newest page whatever the pace; so many of the largest tokens fit into ``window_characters``.
ARCHIVE_PAGE: Final = 100
_WITHDRAWN_SECONDS: Final = 30 * 86_400  # so long a withdrawal is told at least, in feeds of corrections
_COUNTED_MOST: Final = 1_000  # slices of which is remembered how far their archive was counted
_STOOD_MOST: Final = 16  # windows remembered, of thousands of indices at the most
_PENDING_MOST: Final = 500  # versions looked at for an alert among them


@dataclass(frozen=True, slots=True, kw_only=True)
class PressLimits:
    """How much a feed document holds, and how often it is made again."""

    window_seconds: int = 3_900  # 65 minutes: who polls every hour misses nothing
    window_least: int = 100
    window_most: int = 4_000  # an hour at one item a second, and some
    window_complete: int = 500  # the newest, of which all formats but RSS carry the body, and most the token
    # Of tokens, which an agency can make thirteen times as large as usual: a document has to fit in memory.
    window_characters: int = 32_000_000
    window_complete_characters: int = 16_000_000
    rebuild_seconds: float = 5.0  # between two versions of one document, but for an alert
    look_seconds: float = 1.0  # how long the newest index is believed when nobody rang
    kept_bytes: int = 192_000_000  # of all documents together; what several show counts once
    kept_most: int = 5_000  # documents: many small ones weigh more than their bytes
    waiting_most: int = 64  # of archives and of combined slices, until they are made; more come back


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A feed to be written. ``modified`` is in Unix seconds."""

    feed: Feed
    modified: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a feed is to hold, by index, newest first."""

    slice: Slice
    format: str
    indices: Sequence[Index]
    last: Index | None
    archived: Index | None
    stories: Mapping[Index, Story] | None = None  # by the origin's index, where stories are asked for


Layout = Callable[[], Page]  # puts a page together from what was read: work, but no waiting


class Editor:
    """Reads what a document shows, and says how it is put together.

    ``pushes`` says whether documents name the hub as one that sends what is new in them.
    """

    def __init__(
        self,
        storage: Storage,
        registry_source: Callable[[], Registry],
        *,
        base_url: str,
        limits: PressLimits,
        pushes: bool,
    ) -> None:
        self._storage = storage
        self._registry = registry_source
        self._base_url = base_url
        self._limits = limits
        self._pushes = pushes
        self._newest_at = -1  # the log's size that these are for
        self._newest: dict[Slice, int] = {}
        self._stood: LastUsed[tuple[Slice, Window, int, int], Sequence[Index]] = LastUsed(_STOOD_MOST)
        # By slice: up to which index its archive was counted, and the last index of its newest page there.
        self._counted: LastUsed[Slice, tuple[Index, int]] = LastUsed(_COUNTED_MOST)

    def entry(self, logged: Logged) -> Entry:
        """A version as readers see it now."""
        return self.entry_under(logged, self._registry())

    def entry_under(self, logged: Logged, registry: Registry) -> Entry:
        """A version as readers see it under a registry."""
        item = recall(logged.token)
        marks = logged.marks | marks_since(logged.token, registry, logged.received_at)
        address = token_address(self._base_url, item)
        return entry_of(item, logged.token, registry, token_url=address, marks=marks)

    async def tombstones(self, slice_: Slice, *, stories: bool) -> Layout:
        """What stands withdrawn in a slice: it is among the corrections, whatever else the slice asks for."""
        corrections = replace(slice_, kind=CORRECTIONS)
        logged = await self._storage.window(corrections, self._window(corrections, TOMBSTONES))
        gone = [one for one in logged if slice_.holds(one.facets) and recall(one.token).withdrawn]
        return partial(self._lay_out_tombstones, slice_, gone, stories)

    async def feed(self, slice_: Slice, format_: str) -> Layout:
        """The slice as it stands now."""
        newest = await self._storage.newest(slice_)
        logged = await self._storage.window(slice_, self._window(slice_, format_))
        indices = [one.index for one in logged]
        last = Index(max(newest, *indices)) if indices else None
        archived = await self._archived(slice_, last) if last is not None and format_ != "rss" else None
        return partial(self._lay_out, slice_, format_, logged, last, archived)

    async def draft(self, slice_: Slice, format_: str) -> Draft:
        """Which versions the slice shows as it stands now; their tokens are not read."""
        newest = await self.newest(slice_)
        indices = await self._placed(slice_, self._window(slice_, format_))
        last = Index(max(newest, *indices)) if indices else None
        archived = await self._archived(slice_, last) if last is not None and format_ != "rss" else None
        return Draft(slice=slice_, format=format_, indices=indices, last=last, archived=archived)

    async def stories(self, slice_: Slice, format_: str) -> Draft:
        """Which stories the slice shows: each where the newest of its items in the slice stands."""
        newest = await self.newest(slice_)
        placed = await self._placed(slice_, self._window(slice_, format_))
        gathered = await self._storage.stories(placed)
        leads: dict[Index, Story | None] = {}
        for index in placed:
            story = gathered.get(index)
            if story is None:
                leads[index] = None
            elif not story.is_alias(index):  # an item under a new id is not announced again
                leads.setdefault(story.origin.index, story)
        last = Index(max(newest, *placed)) if placed else None
        told = {index: story for index, story in leads.items() if story is not None}
        return Draft(
            slice=slice_, format=format_, indices=list(leads), last=last, archived=None, stories=told
        )

    async def newest(self, slice_: Slice) -> int:
        """The highest index in a slice, -1 if it is empty; asked of storage once while the log stands."""
        size = await self._storage.size()
        if self._newest_at != size:
            self._newest, self._newest_at = {}, size
        newest = self._newest
        if slice_ not in newest:
            found = await self._storage.newest(slice_)
            if len(newest) >= _COUNTED_MOST:
                newest.clear()
            newest[slice_] = found
        return newest[slice_]

    async def _placed(self, slice_: Slice, window: Window) -> Sequence[Index]:
        """The indices of a window; formats of a slice are mostly made in a row: it is read once for all."""
        widest = replace(window, most=window.most + 1, crowded=None)
        asked = (slice_, widest, await self._storage.size(), self._storage.log.erased)
        found = self._stood.get(asked)
        if found is None:
            found = self._stood.put(asked, await self._storage.placed(slice_, widest))
        return found[: window.shown(len(found))]

    def fitting(self, draft: Draft, known: Sequence[Known]) -> tuple[Sequence[Known], list[Place]]:
        """As many of these as there is room for, and the places that they take in the document."""
        known = known[: _fitting([one.characters for one in known], self._limits.window_characters)]
        rss = draft.format == "rss"
        complete = RSS_BODIES if rss else self._complete([one.characters for one in known])
        places: list[Place] = []
        for number, one in enumerate(known):
            bare = number >= complete
            if one.withdrawn:  # first the notice of it
                places.append((one, LOOKS[True, bare, not rss or len(places) < RSS_BODIES]))
            places.append((one, LOOKS[False, bare, not rss or len(places) < RSS_BODIES]))
        return known, places

    def outline(self, draft: Draft, known: Sequence[Known], registry: Registry) -> Page:
        """The feed of a draft without its entries."""
        feed = compose(
            draft.slice,
            (),
            registry,
            base_url=self._base_url,
            first_index=min((one.index for one in known), default=None),
            last_index=draft.last,
            archived=draft.archived,
            pushes=self._pushes,
        )
        if draft.stories is not None:
            feed = compose_stories(feed, draft.slice, registry, base_url=self._base_url)
        if known:
            feed = replace(feed, updated=max(one.updated for one in known))
        return Page(feed=feed, modified=max((one.sealed_at for one in known), default=None))

    async def part(self, slice_: Slice, format_: str, logged: Sequence[Logged], upto: Index) -> Layout:
        """The slice with nothing in it but these versions, oldest first: what is new in it up to ``upto``."""
        archived = await self._archived(slice_, upto) if format_ != "rss" else None
        return partial(self._lay_out, slice_, format_, tuple(reversed(logged)), upto, archived)

    async def archive(self, slice_: Slice, last: int) -> Layout | None:
        """The page of its archive that ends at index ``last``; None if none does."""
        page = await self._storage.stretch(slice_, ARCHIVE_PAGE, last)
        return None if page is None else partial(self._lay_out_archive, slice_, page)

    async def pending(self) -> Layout:
        """The alerts that too few witnesses stand behind so far."""
        log = self._storage.log
        after = max(log.proven, log.visible - _PENDING_MOST) - 1
        shown = await self._storage.page(Slice(), after, _PENDING_MOST)
        waiting = [*shown, *await log.hidden(_PENDING_MOST)]
        alerts = [one for one in waiting if recall(one.token).kind is Kind.ALERT]
        return partial(self._lay_out_pending, alerts)

    def _window(self, slice_: Slice, format_: str) -> Window:
        limits, corrections = self._limits, slice_.kind == CORRECTIONS
        # Of everything, an hour in every format would be most of what the press may keep.
        pointing = format_ != "rss" and slice_ == Slice()
        return Window(
            seconds=max(limits.window_seconds, _WITHDRAWN_SECONDS if corrections else 0),
            least=limits.window_least,
            most=min(limits.window_most, limits.window_complete) if pointing else limits.window_most,
            characters=limits.window_characters,
            crowded=None if format_ == "rss" or corrections else limits.window_complete,
        )

    async def _archived(self, slice_: Slice, last: Index) -> Index | None:
        """The newest page of the slice's archive among the indices up to ``last``."""
        upto, newest = self._counted.get(slice_) or (-1, -1)
        if upto != last:
            after = newest if newest <= last else -1
            newest = await self._storage.archived(slice_, ARCHIVE_PAGE, upto=last, after=after)
            self._counted.put(slice_, (last, newest))
        return Index(newest) if newest >= 0 else None

    def _lay_out(
        self,
        slice_: Slice,
        format_: str,
        logged: Sequence[Logged],
        last: Index | None,
        archived: Index | None,
    ) -> Page:
        registry = self._registry()  # one for all of it
        complete = RSS_BODIES if format_ == "rss" else self._complete([len(one.token) for one in logged])
        entries = self._entries(logged[:complete], registry)
        # Thousands of bodies that the document does not show would be most of what its making takes.
        entries += map(light, self._entries(logged[complete:], registry))
        feed = compose(
            slice_,
            self._with_notices(entries),
            registry,
            base_url=self._base_url,
            first_index=min((one.index for one in logged), default=None),
            last_index=last,
            archived=archived,
            pushes=self._pushes,
        )
        return Page(feed=feed, modified=max((one.sealed_at for one in logged), default=None))

    def _complete(self, characters: Sequence[int]) -> int:
        """How many of the newest stand in a document with all that was signed; by their tokens' lengths."""
        limits = self._limits
        return _fitting(characters[: limits.window_complete], limits.window_complete_characters)

    def _lay_out_archive(self, slice_: Slice, page: Stretch) -> Page:
        registry = self._registry()
        feed = compose_archive(
            slice_,
            self._with_notices(self._entries(page.logged, registry)),
            registry,
            base_url=self._base_url,
            first_index=page.first,
            last_index=page.last,
            before=page.before,
        )
        return Page(feed=feed)

    def _lay_out_tombstones(self, slice_: Slice, gone: Sequence[Logged], stories: bool) -> Page:  # noqa: FBT001 - for partial
        registry = self._registry()
        entries = self._entries(gone, registry)
        feed = compose_tombstones(slice_, entries, registry, base_url=self._base_url, stories=stories)
        return Page(feed=feed, modified=max((one.sealed_at for one in gone), default=None))

    def _lay_out_pending(self, alerts: Sequence[Logged]) -> Page:
        registry = self._registry()
        entries = self._with_notices(reversed(self._entries(alerts, registry)))
        return Page(feed=compose_pending(entries, registry, base_url=self._base_url))

    def _entries(self, logged: Iterable[Logged], registry: Registry) -> list[Entry]:
        return [self.entry_under(one, registry) for one in logged]

    def _with_notices(self, entries: Iterable[Entry]) -> tuple[Entry, ...]:
        return with_notices(entries, base_url=self._base_url)


def _fitting(characters: Sequence[int], room: int) -> int:
    """How many of these have room together; the first one always has."""
    for number, length in enumerate(characters):
        room -= length
        if room < 0 and number:
            return number
    return len(characters)
