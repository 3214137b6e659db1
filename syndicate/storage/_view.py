"""One unchanging view of a hub's database, beside the running hub or without one."""

from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from syndicate.errors import StorageError
from syndicate.ports import Storage
from syndicate.storage import _order as order
from syndicate.storage._hub import SqliteStorage
from syndicate.storage._hub_reads import in_thread
from syndicate.storage._hub_tables import HUB
from syndicate.storage._migrate import check_readable
from syndicate.storage._slices import newest_of_plain
from syndicate.storage._sqlite import in_our_words, open_readers

T = TypeVar("T")


class SqliteView(SqliteStorage):
    """``ports.Storage`` as it stood at one moment: everything is read in one transaction, nothing is written.

    While it is open the hub's write-ahead log cannot be shortened: it is to be closed within minutes.
    """

    def open(self) -> None:
        """Begin the transaction; in the one thread that reads here."""
        if not self._path.exists():
            raise StorageError(f"there is no hub's database {self._path}", hint="Name it: --db FILE.")
        with ExitStack() as opened:
            readers = open_readers(self._path)
            opened.callback(readers.dispose)
            with in_our_words(self._path):
                connection = opened.enter_context(readers.connect())
                check_readable(connection, HUB, self._path)
                self._newest = newest_of_plain(connection, order.visible(connection))
                self._log.look(connection)
                self._gathering.look(connection)
            self._connection = connection
            self._opened = opened.pop_all()

    async def writing(self, work: Callable[[], T]) -> T:  # noqa: ARG002 - as the one that writes has it
        """Nothing is written here; raises StorageError."""
        raise StorageError(f"{self._path} is only looked at", hint="The hub writes, and nobody beside it.")

    async def reading(self, ask: Callable[[Connection], T], thread: Executor | None = None) -> T:  # noqa: ARG002 - there is one
        """Run ``ask`` in the one transaction."""

        def view() -> T:
            with in_our_words(self._path):
                return ask(self._connection)

        return await in_thread(self._writer, view)


@asynccontextmanager
async def open_view(path: Path) -> AsyncIterator[Storage]:
    """A hub's database as it stands now, whatever a hub writes meanwhile; for minutes, not for hours.

    Raises:
        StorageError: there is none, or it is no hub's database of this program's schema.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="storage-view") as reader:
        view = SqliteView(path, reader)
        await in_thread(reader, view.open)
        try:
            yield view
        finally:
            await view.close()
