"""A hub in a thread of its own, for readers that block."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hub_folder import Served, hub_at_work, place


@contextmanager
def hub_beside(folder: Path, *stories: str, **changes: Any) -> Iterator[Served]:
    """A hub that has released ``stories``, at work until left."""
    started: Future[tuple[Served, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def work() -> None:
        async with place(folder) as here, hub_at_work(here, **changes) as served:
            await served.release(*stories)
            stop = asyncio.Event()
            started.set_result((served, asyncio.get_running_loop(), stop))
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
    served, loop, stop = started.result(60)
    try:
        yield served
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
