"""How soon an alert that is pushed to a hub on loopback stands in the feed that its readers get."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

from hub_folder import Served, hub_at_work, place
from patience import PATIENCE
from selling import Seller

from syndicate.assembly import push_forever
from syndicate.fetch import open_caller

_LOOK_SECONDS = 0.02


async def seconds_to_the_feed(folder: Path, names: Sequence[str]) -> list[float]:
    """For each name, an alert of that name: seconds from before it is signed until the feed shows it."""
    (folder / "hub").mkdir()
    seller = Seller(folder)
    async with (
        place(folder / "hub") as here,
        hub_at_work(here) as served,
        open_caller(allow=[("127.0.0.1", served.port)], user_agent="tests") as caller,
    ):
        seller.sign("first")
        pushing = asyncio.create_task(
            push_forever(served.hub.url, seller.config.book_file, seller.opens, caller, lambda _: None)
        )
        try:
            await served.until_sealed(1)
            return [await _one(name, seller, served) for name in names]
        finally:
            pushing.cancel()
            await asyncio.gather(pushing, return_exceptions=True)


async def _one(name: str, seller: Seller, served: Served) -> float:
    began = time.monotonic()
    (signed,) = await asyncio.to_thread(seller.sign, name)
    async with asyncio.timeout(PATIENCE):
        while signed.token.encode() not in (await served.get("/feeds/all.atom")).body:  # noqa: ASYNC110 - over HTTP
            await asyncio.sleep(_LOOK_SECONDS)
    return time.monotonic() - began
