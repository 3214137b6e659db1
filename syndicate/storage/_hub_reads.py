"""What a hub's storage tells: all of ``ports.Storage`` that only looks."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine

from syndicate.dedupe import Related, Standing
from syndicate.news import AgencyId, FeedId, Index, ItemId, Reason, Slice, TokenDigest
from syndicate.ports import (
    Amended,
    Backfill,
    Changed,
    FeedState,
    Found,
    Logged,
    Named,
    RefusalRecord,
    Search,
    Story,
    StreamKey,
    Stretch,
    Window,
)
from syndicate.storage import _gathered, _listed, _refusals, _rows
from syndicate.storage import _reading as read
from syndicate.storage._erase import erased_by
from syndicate.storage._search import search
from syndicate.storage._search_index import behind
from syndicate.storage._sqlite import in_our_words
from syndicate.trust import StreamState

T = TypeVar("T")

_READING_THREADS = 3


class SqliteReads:
    """Answers from one SQLite file; each on a connection that only reads, in a thread for that."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._reading = ThreadPoolExecutor(_READING_THREADS, thread_name_prefix="storage-reader")
        self._searching = ThreadPoolExecutor(1, thread_name_prefix="storage-search")
        self._readers: Engine

    async def known(self, digests: Collection[TokenDigest]) -> frozenset[TokenDigest]:
        """Which of these tokens have been admitted."""
        return await self.reading(lambda view: _rows.known(view, digests))

    async def page(
        self, slice_: Slice, after: int, limit: int, *, characters: int | None = None
    ) -> tuple[Logged, ...]:
        """At most ``limit`` versions of a slice with an index above ``after``, ascending."""
        return await self.reading(lambda view: read.page(view, slice_, after, limit, characters=characters))

    async def window(self, slice_: Slice, window: Window) -> tuple[Logged, ...]:
        """The newest version of each item in a slice's window, newest index first."""
        return await self.reading(lambda view: read.window(view, slice_, window))

    async def placed(self, slice_: Slice, window: Window) -> tuple[Index, ...]:
        """The indices of a slice's window, newest first, however large its tokens are."""
        return tuple(map(Index, await self.reading(lambda view: read.placed(view, slice_, window))))

    async def these(self, indices: Collection[Index]) -> tuple[Logged, ...]:
        """The versions at these indices, ascending."""
        return await self.reading(lambda view: read.these(view, indices))

    async def archived(self, slice_: Slice, every: int, *, upto: int, after: int = -1) -> int:
        """The index of the version that fills a slice's newest page of ``every`` versions."""
        return await self.reading(lambda view: read.archived(view, slice_, every, upto, after))

    async def stretch(self, slice_: Slice, every: int, last: int) -> Stretch | None:
        """The page of a slice's archive that ends at index ``last``."""
        return await self.reading(lambda view: read.stretch(view, slice_, every, last))

    async def changed(self, slice_: Slice, after: int, most: int, characters: int) -> Changed:
        """The version shown of each item whose index is above ``after``, ascending."""
        return await self.reading(lambda view: read.changed(view, slice_, after, most, characters))

    async def named(self, after: int, limit: int) -> tuple[Named, ...]:
        """At most ``limit`` versions that are shown, by name alone, with an index above ``after``."""
        return await self.reading(lambda view: _listed.named(view, after, limit))

    async def archive_ends(self, slice_: Slice, every: int) -> tuple[Index, ...]:
        """The last index of each page of a slice's archive, ascending."""
        return await self.reading(lambda view: _listed.archive_ends(view, slice_, every))

    async def version(self, sub: ItemId, ver: int) -> Logged | None:
        """One sealed version."""
        return await self.reading(lambda view: read.version(view, sub, ver))

    async def history(self, sub: ItemId, limit: int = 100) -> tuple[Logged, ...]:
        """The versions of an item that are shown, also if they are erased, the highest first."""
        return await self.reading(lambda view: read.history(view, sub, limit))

    async def standing(self, subs: Collection[ItemId]) -> Mapping[ItemId, Logged]:
        """The version that stands for each of these items, also if it is erased, where one is shown."""
        return await self.reading(lambda view: read.standing(view, subs))

    async def amended(self) -> Mapping[AgencyId, Amended]:
        """How many items of each agency were ever corrected or taken away, where any were."""
        return await self.reading(read.amended)

    async def erased_by(self, sub: ItemId, ver: int) -> str | None:
        """The digest of the act that erased a version."""
        return await self.reading(lambda view: erased_by(view, sub, ver))

    async def relations(self, sub: ItemId) -> tuple[Related, ...]:
        """Every relation from this item's versions or to it, in the order kept."""
        return await self.reading(lambda view: _rows.relations(view, sub))

    async def stories(self, indices: Collection[Index]) -> Mapping[Index, Story]:
        """The stories that the items shown at these indices belong to; what stands alone is not in it."""
        return await self.reading(lambda view: _gathered.stories(view, indices))

    async def story_of(self, sub: ItemId) -> Story | None:
        """The story that an item belongs to; None if it stands alone."""
        return await self.reading(lambda view: _gathered.story_of(view, sub))

    async def found(
        self, limit: int, *, state: Standing | None = None, agency: AgencyId | None = None
    ) -> tuple[Related, ...]:
        """Relations found by likeness, the last ones first."""
        return await self.reading(lambda view: _gathered.found(view, limit, state, agency))

    async def search(self, asked: Search) -> Found:
        """What matches, the best of the newest first; one search at a time, beside everything else."""
        return await self.reading(lambda view: search(view, asked), self._searching)

    async def unindexed(self) -> int:
        """How many versions of the log cannot be found by their whole text yet."""
        return await self.reading(behind)

    async def feed_states(self) -> Mapping[FeedId, FeedState]:
        """What is remembered of every feed ever polled."""
        return await self.reading(_rows.feed_states)

    async def refusals(
        self, *, agency: AgencyId | None = None, proved: bool | None = None, limit: int = 100
    ) -> tuple[RefusalRecord, ...]:
        """Refusals for the operator's eyes, those that came last first."""
        return await self.reading(lambda view: _refusals.refusals(view, agency, limit, proved=proved))

    async def refusal_counts(self) -> Mapping[tuple[AgencyId | None, Reason], int]:
        """How often which agency's tokens were refused, and why."""
        return await self.reading(_refusals.refusal_counts)

    async def stream_states(self, agency: AgencyId, limit: int = 100) -> Mapping[StreamKey, StreamState]:
        """The state of an agency's streams, by name; at most ``limit``."""
        return await self.reading(lambda view: _rows.streams_of(view, agency, limit))

    async def stream_state(self, key: StreamKey) -> StreamState | None:
        """The state of one stream, if it was ever seen."""
        return (await self.reading(lambda view: _rows.streams_named(view, (key,)))).get(key)

    async def numbers(self, key: StreamKey, after: int) -> int:
        """How many tokens with a number above ``after`` are here of a stream."""
        return await self.reading(lambda view: _rows.numbers(view, key, after))

    async def late(self, key: StreamKey, after: int) -> int:
        """How many tokens of a stream with a number above ``after`` are marked late."""
        return await self.reading(lambda view: _rows.late(view, key, after))

    async def held_reasons(self, agency: AgencyId) -> Mapping[Reason, int]:
        """How many tokens of an agency are held, and why."""
        return await self.reading(lambda view: _rows.held_reasons(view, agency))

    async def backfills(self) -> Mapping[StreamKey, Backfill]:
        """What is remembered of every search for missing numbers."""
        return await self.reading(_rows.backfills)

    async def last_received(self) -> Mapping[AgencyId, int]:
        """When each agency's newest version was received, in Unix seconds."""
        return await self.reading(_rows.receipts)

    async def reading(self, ask: Callable[[Connection], T], thread: Executor | None = None) -> T:
        """Run ``ask`` on a connection that only reads, in ``thread`` or one of those that read."""

        def view() -> T:
            with in_our_words(self._path), self._readers.connect() as connection:
                return ask(connection)

        return await in_thread(thread or self._reading, view)

    async def read_no_more(self) -> None:
        """Finish what is being read."""
        await asyncio.to_thread(self._reading.shutdown)
        await asyncio.to_thread(self._searching.shutdown)


async def in_thread(executor: Executor, call: Callable[[], T]) -> T:
    """What ``call`` gives in a thread of ``executor``."""
    return await asyncio.get_running_loop().run_in_executor(executor, call)
