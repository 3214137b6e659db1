"""A hub in a thread of its own, for readers that block, and for many tests that share one."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from hub_folder import Served, hub_at_work, place
from patience import PATIENCE

T = TypeVar("T")


@contextmanager
def hub_beside(folder: Path, *stories: str, **changes: Any) -> Iterator[Served]:
    """A hub that has released ``stories``, at work until left."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Served]:
        async with place(folder) as here, hub_at_work(here, **changes) as served:
            await served.release(*stories)
            yield served

    with beside(opened) as served:
        yield served


@contextmanager
def beside(opened: Callable[[], AbstractAsyncContextManager[T]]) -> Iterator[T]:
    """What ``opened`` opens, in a loop of its own until left."""
    started: Future[tuple[T, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def work() -> None:
        async with opened() as made:
            stop = asyncio.Event()
            started.set_result((made, asyncio.get_running_loop(), stop))
            await stop.wait()

    def run() -> None:
        try:
            asyncio.run(work())
        except BaseException as exc:
            if started.done():
                raise
            started.set_exception(exc)

    thread = threading.Thread(target=run, name="hub")
    thread.start()
    made, loop, stop = started.result(PATIENCE)
    try:
        yield made
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
