"""The hub's storage on SQLite: one thread writes, a few read, and the event loop waits for neither."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from syndicate.errors import StorageError
from syndicate.news import AgencyId, Slice
from syndicate.ports import (
    Book,
    Entry,
    RefusalRecord,
    Storage,
)
from syndicate.storage import _order as order
from syndicate.storage import _refusals
from syndicate.storage._book import SqliteBook
from syndicate.storage._database import open_database
from syndicate.storage._erase import count_erased
from syndicate.storage._gathering import SqliteGathering
from syndicate.storage._hub_log import SqliteLog
from syndicate.storage._hub_reads import SqliteReads, in_thread
from syndicate.storage._hub_tables import HUB
from syndicate.storage._migrate import check_readable
from syndicate.storage._passages import SqlitePassages
from syndicate.storage._search_index import make_again, next_step, reach_of, sweep, take_step
from syndicate.storage._slices import is_plain, newest, newest_of_plain
from syndicate.storage._sqlite import in_our_words, open_readers
from syndicate.storage._subscribers import SqliteSubscribers

T = TypeVar("T")


class SqliteStorage(SqliteReads):
    """``ports.Storage`` over one SQLite file.

    The newest index of every plain slice is remembered as well: it is asked before each rendering, and only
    this process can move it.
    """

    def __init__(self, path: Path, writer: ThreadPoolExecutor) -> None:
        super().__init__(path)
        self._writer = writer
        self._opened = ExitStack()
        self._connection: Connection
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

    async def size(self) -> int:
        """How many indices are shown: the next one to be."""
        return self._log.visible

    async def newest(self, slice_: Slice) -> int:
        """The highest index in a slice, -1 if it is empty; from memory for the plain ones."""
        if is_plain(slice_):
            return self._newest.get(slice_, -1)
        return await self.reading(lambda view: newest(view, slice_, order.visible(view)))

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

    async def close(self) -> None:
        """Finish what is under way and let go of the file."""
        await self.read_no_more()
        await in_thread(self._writer, self._opened.close)

    async def writing(self, work: Callable[[], T]) -> T:
        """Run ``work`` in the writer's thread."""
        return await in_thread(self._writer, work)

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
