"""Pages that are kept: as long as they stand, as far as their bytes go, and none of what a law took back."""

import asyncio

from hub_folder import Place, Served, hub_at_work

from syndicate.journey import PressLimits
from syndicate.news import digest_of


async def title(served: Served) -> str:
    return (
        (await served.get("/"))
        .body.decode()
        .partition("<ol")[2]
        .partition("</h2>")[0]
        .rpartition(">Story ")[2][:3]
    )


async def test_a_page_is_as_late_as_a_feed_at_most(here: Place) -> None:
    async with hub_at_work(here, feeds=PressLimits(rebuild_seconds=5.0)) as served:
        await served.release("one")
        await served.until_sealed(1)
        assert await title(served) == "one"
        await served.release("two")
        await served.until_sealed(2)
        assert await title(served) == "one", "made a moment ago"
        served.clock.time += 5
        assert await title(served) == "two"
        served.clock.time -= 60
        await served.release("six")
        await served.until_sealed(3)
        assert await title(served) == "six", "the clock was set back"


async def test_what_was_erased_is_not_shown_for_a_moment_longer(here: Place) -> None:
    async with hub_at_work(here, feeds=PressLimits(rebuild_seconds=3_600.0)) as served:
        [token] = await served.release("one")
        await served.until_sealed(1)
        assert await title(served) == "one"
        await served.hub.storage.write(lambda book: book.erase([digest_of(token)], b'{"act":"erase"}'))
        await served.hub.sealer.seal_once()
    async with hub_at_work(here, feeds=PressLimits(rebuild_seconds=3_600.0)) as served:
        assert "Nothing has been received here yet" in (await served.get("/")).body.decode()


async def test_many_who_ask_for_one_page_wait_for_one_making(here: Place) -> None:
    async with hub_at_work(here) as served:
        await served.release(*"abcdef")
        await served.until_sealed(6)
        replies = await asyncio.gather(*(served.get("/corrections") for _ in range(50)))
        assert {(reply.status, reply.headers["etag"]) for reply in replies} == {
            (200, replies[0].headers["etag"])
        }


async def test_the_figures_of_sources_follow_the_clock_by_the_minute(here: Place) -> None:
    async with hub_at_work(here, allow=here.polled) as served:
        here.newsroom.release("storm")
        await served.hub.poll_now()
        served.clock.time += 60
        assert "<td>fresh</td>" in (await served.get("/sources")).body.decode()
        served.clock.time += 3 * 900 + 1
        assert "<td>stale</td>" in (await served.get("/sources")).body.decode()
