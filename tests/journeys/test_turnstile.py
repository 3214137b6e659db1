"""Who makes a document next: the few that everybody asks for never wait for all that somebody thinks of."""

import asyncio

import pytest

from syndicate.errors import Crowded
from syndicate.journey import Turnstile


async def test_attack_a_flood_of_others_keeps_a_first_one_waiting_for_one_of_them_at_most() -> None:
    turnstile, order, go_on = Turnstile(50), list[str](), asyncio.Event()

    async def make(name: str, *, first: bool) -> None:
        async with turnstile.turn(first=first):
            await go_on.wait()
            order.append(name)

    async with asyncio.TaskGroup() as tasks:
        for number in range(50):
            tasks.create_task(make(f"other {number}", first=False))
        await asyncio.sleep(0)
        tasks.create_task(make("first", first=True))
        await asyncio.sleep(0)
        go_on.set()
    assert order.index("first") <= 2
    assert len(order) == 51


async def test_one_more_than_may_wait_is_told_to_come_back_and_a_first_one_never_is() -> None:
    turnstile = Turnstile(1)
    async with turnstile.turn(first=False):
        with pytest.raises(Crowded):
            async with turnstile.turn(first=False):
                pass
        waiting = asyncio.create_task(turnstile.turn(first=True).__aenter__())
        await asyncio.sleep(0)
        assert not waiting.done()
    await waiting


async def test_who_gave_up_waiting_takes_nobodys_place() -> None:
    turnstile = Turnstile(1)

    async def wait() -> None:
        async with turnstile.turn(first=False):
            await asyncio.Event().wait()

    for _ in range(5):
        waiting = asyncio.create_task(wait())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    async with turnstile.turn(first=False):
        pass
