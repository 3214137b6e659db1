"""A witness, put together: its memory, its key, and a socket."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from syndicate.assembly._ground import SystemClock, listen_on, stopping, url_of
from syndicate.ports import Clock, Signer
from syndicate.settings import Address
from syndicate.web import make_witness_site, serve
from syndicate.witness import Cosigner, open_memory


@asynccontextmanager
async def open_witness(
    folder: Path, name: str, signer: Signer, listen: Address, *, clock: Clock | None = None
) -> AsyncIterator[str]:
    """A witness at work until left; gives its address.

    Raises:
        SettingsError: it cannot listen where it is told to.
        WitnessError: the folder is no witness's, or another process has it.
    """
    async with AsyncExitStack() as stack:
        listener = stack.enter_context(contextlib.closing(listen_on(listen)))
        memory = stack.enter_context(open_memory(folder))
        cosigner = Cosigner(name, signer, memory, clock or SystemClock())
        await stack.enter_async_context(serve(make_witness_site(cosigner.add_checkpoint), listener))
        yield url_of(listener)


async def run_witness(
    folder: Path,
    name: str,
    signer: Signer,
    listen: Address,
    started: Callable[[str], None] = lambda _: None,
) -> None:
    """Run a witness until SIGTERM or SIGINT. Raises what ``open_witness`` raises."""
    stop = asyncio.Event()
    with stopping(stop):
        async with open_witness(folder, name, signer, listen) as url:
            started(url)
            await stop.wait()
