"""The hub's storage on SQLite: one thread writes, a few read, and the event loop waits for neither."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine

from syndicate.dedupe import Related, Standing
from syndicate.errors import StorageError
from syndicate.news import AgencyId, FeedId, Index, ItemId, Reason, Slice, TokenDigest
from syndicate.ports import (
    Amended,
    Backfill,
    Book,
    Changed,
    Entry,
    FeedState,
    Found,
    Logged,
    Named,
    RefusalRecord,
    Search,
    Storage,
    Story,
    StreamKey,
    Stretch,
    Window,
)
from syndicate.storage import _gathered, _listed, _refusals, _rows
from syndicate.storage import _order as order
from syndicate.storage import _reading as read
from syndicate.storage._book import SqliteBook
from syndicate.storage._database import open_database
from syndicate.storage._erase import count_erased, erased_by
from syndicate.storage._gathering import SqliteGathering
from syndicate.storage._hub_log import SqliteLog
from syndicate.storage._hub_tables import HUB
from syndicate.storage._migrate import check_readable
from syndicate.storage._passages import SqlitePassages
from syndicate.storage._search import search
from syndicate.storage._search_index import behind, make_again, next_step, reach_of, sweep, take_step
from syndicate.storage._slices import is_plain, newest, newest_of_plain
from syndicate.storage._sqlite import in_our_words, open_readers
from syndicate.storage._subscribers import SqliteSubscribers
from syndicate.trust import StreamState

T = TypeVar("T")

_READING_THREADS = 3


class SqliteStorage:
    """``ports.Storage`` over one SQLite file.

    The newest index of every plain slice is remembered as well: it is asked before each rendering, and only
    this process can move it.
    """

    def __init__(self, path: Path, writer: ThreadPoolExecutor) -> None:
        self._path = path
        self._writer = writer
        self._reading = ThreadPoolExecutor(_READING_THREADS, thread_name_prefix="storage-reader")
        self._searching = ThreadPoolExecutor(1, thread_name_prefix="storage-search")
        self._opened = ExitStack()
        self._connection: Connection
        self._readers: Engine
        self._newest: dict[Slice, int] = {}
        self._log = SqliteLog(self)
        self._subscribers = SqliteSubscribers(self)
        self._passages = SqlitePassages(self)
        self._gathering = SqliteGathering(self)

    @property
    def log(self) -> "SqliteLog":
        """The public log: the same one order, with its tree."""
        return self._log

    @property
    def subscribers(self) -> SqliteSubscribers:
        """Who is told of what the log shows."""
        return self._subscribers

    @property
    def passages(self) -> SqlitePassages:
        """Which versions have a passage, a headline or an address."""
        return self._passages

    @property
    def gathering(self) -> SqliteGathering:
        """How far the stories have followed the log."""
        return self._gathering

    def open(self) -> None:
        """Take the writer's place and bring the file up to date; in the writer's thread."""
        with ExitStack() as opened:
            self._connection = opened.enter_context(open_database(self._path, HUB))
            self._readers = open_readers(self._path)
            opened.callback(self._readers.dispose)
            with self.transaction() as connection:
                make_again(connection)
                self._gathering.look(connection)
                self._newest = newest_of_plain(connection, order.visible(connection))
            self._log.open()
            self._opened = opened.pop_all()

    async def write(self, work: Callable[[Book], T]) -> T:
        """Run ``work`` in one transaction, in the writer's thread."""

        def transaction() -> T:
            with self.transaction() as connection:
                return work(SqliteBook(connection))

        return await self.writing(transaction)

    async def seal(self, at: float, most: int = 1_000, *, show: bool = True) -> int:
        """Give the next indices to at most ``most`` acts and kept versions that have none."""

        def transaction() -> int:
            with self.transaction() as connection:
                sealed = order.seal(connection, self._log.edge, at, most)
                newest = order.show(connection, sealed.edge.size) if show else {}
            # After the commit, and in this thread: whoever reads the number finds what it promises.
            self._log.edge = sealed.edge
            self.shown(newest, sealed.edge.size if show else None)
            return sealed.given

        return await self.writing(transaction)

    async def follow(self, first: int, work: Callable[[Book], Sequence[Entry]]) -> None:
        """Take over leaves of another's log from index ``first``, in one transaction."""

        def transaction() -> None:
            if first != self._log.edge.size:
                raise StorageError(f"leaf {first:,} is not the next one here")
            with self.transaction() as connection:
                edge = order.follow(connection, self._log.edge, work(SqliteBook(connection)))
                erased = count_erased(connection)
            self._log.edge, self._log.erased = edge, erased

        await self.writing(transaction)

    def shown(self, newest: Mapping[Slice, int], size: int | None) -> None:
        """Remember how far the log is shown, after the commit that did it."""
        self._newest = {**self._newest, **newest}
        if size is not None:
            self._log.visible = size

    async def known(self, digests: Collection[TokenDigest]) -> frozenset[TokenDigest]:
        """Which of these tokens have been admitted."""
        return await self.reading(lambda view: _rows.known(view, digests))

    async def size(self) -> int:
        """How many indices are shown: the next one to be."""
        return self._log.visible

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

    async def newest(self, slice_: Slice) -> int:
        """The highest index in a slice, -1 if it is empty; from memory for the plain ones."""
        if is_plain(slice_):
            return self._newest.get(slice_, -1)
        return await self.reading(lambda view: newest(view, slice_, order.visible(view)))

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

    async def index(self, most: int) -> int:
        """Make the whole texts of at most ``most`` more versions searchable; how many it did."""
        step = await self.reading(lambda view: next_step(view, most))
        if step.reach == step.before.reach:
            return 0

        def transaction() -> int:
            with self.transaction() as connection:
                return take_step(connection, step)

        return await self.writing(transaction)

    async def sweep(self) -> bool:
        """One step of overwriting what was taken out of the index; whether there is more to do."""
        if not await self.reading(lambda view: reach_of(view).sweeping):
            return False

        def transaction() -> bool:
            with self.transaction() as connection:
                return sweep(connection)

        return await self.writing(transaction)

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

    async def close(self) -> None:
        """Finish what is under way and let go of the file."""
        await asyncio.to_thread(self._reading.shutdown)
        await asyncio.to_thread(self._searching.shutdown)
        await in_thread(self._writer, self._opened.close)

    async def writing(self, work: Callable[[], T]) -> T:
        """Run ``work`` in the writer's thread."""
        return await in_thread(self._writer, work)

    async def reading(self, ask: Callable[[Connection], T], thread: Executor | None = None) -> T:
        """Run ``ask`` on a connection that only reads, in ``thread`` or one of those that read."""

        def view() -> T:
            with in_our_words(self._path), self._readers.connect() as connection:
                return ask(connection)

        return await in_thread(thread or self._reading, view)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction of the writer; in its thread."""
        with in_our_words(self._path), self._connection.begin():
            yield self._connection


@asynccontextmanager
async def open_storage(path: Path) -> AsyncIterator[Storage]:
    """The hub's storage in the file ``path``, made or brought up to date; its folder must exist.

    Raises:
        StorageBusy: another process writes to it.
        StorageError: it cannot be opened, is no hub's database, or is a newer program's.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="storage-writer") as writer:
        storage = SqliteStorage(path, writer)
        await in_thread(writer, storage.open)
        try:
            yield storage
        finally:
            await storage.close()


@contextmanager
def read_refusals(path: Path) -> Iterator[Callable[[AgencyId | None, int], tuple[RefusalRecord, ...]]]:
    """Look at a hub's refusals without being its writer, while it runs or not: (agency, limit) → records.

    Raises:
        StorageError: there is no such file, or it is no hub's database of this program's schema.
    """
    readers = open_readers(path)
    try:
        with in_our_words(path), readers.connect() as connection:
            check_readable(connection, HUB, path)
            yield lambda agency, limit: _refusals.refusals(connection, agency, limit)
    finally:
        readers.dispose()


async def in_thread(executor: Executor, call: Callable[[], T]) -> T:
    """What ``call`` gives in a thread of ``executor``."""
    return await asyncio.get_running_loop().run_in_executor(executor, call)
