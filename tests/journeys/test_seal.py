"""The sealer: in windows, in order, and never stopped by a bad minute."""

import asyncio
from pathlib import Path

import pytest
from kept import Bell, HandClock, keep, published
from logging_hub import cosigners_alone, log_signer
from patience import PATIENCE
from press import NOON, PressRoom

from syndicate.errors import StorageError
from syndicate.journey import Sealer, _seal
from syndicate.news import Slice
from syndicate.ports import KeptCheckpoint, Storage
from syndicate.storage import open_storage


@pytest.fixture
def vn() -> PressRoom:
    return PressRoom()


def sealer_of(storage: Storage, clock: HandClock, bell: Bell, most: int = 1_000) -> Sealer:
    """A sealer of a log that nobody witnesses."""
    signer = log_signer()
    return Sealer(storage, clock, bell, signer, cosigners_alone(storage.log, signer), most=most)


async def test_all_that_waits_is_sealed_and_the_bell_rung_for_each_transaction(
    storage: Storage, vn: PressRoom
) -> None:
    bell = Bell()
    await keep(storage, *published(vn, "one", "two", "three"))
    assert await sealer_of(storage, HandClock(NOON + 5), bell, most=2).seal_once() == 3
    assert bell.rung == 3, "once for the log as it was found, once for each transaction"
    assert [each.sealed_at for each in await storage.page(Slice(), -1, 9)] == [NOON + 5] * 3


async def test_sealing_again_finds_nothing_and_is_quiet(storage: Storage, vn: PressRoom) -> None:
    bell = Bell()
    sealer = sealer_of(storage, HandClock(), bell)
    await keep(storage, *published(vn, "one"))
    assert [await sealer.seal_once(), await sealer.seal_once()] == [1, 0]
    assert bell.rung == 2


async def test_what_was_admitted_before_a_restart_is_sealed_after_it(tmp_path: Path, vn: PressRoom) -> None:
    async with open_storage(tmp_path / "hub.db") as storage:
        await keep(storage, *published(vn, "one", "two"))
        await storage.seal(NOON, most=1)
    async with open_storage(tmp_path / "hub.db") as storage:
        assert await sealer_of(storage, HandClock(), Bell()).seal_once() == 1
        assert [each.index for each in await storage.page(Slice(), -1, 9)] == [0, 1]


async def test_whoever_seals_beside_another_finds_it_signed_and_shown_too(
    storage: Storage, vn: PressRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed, go_on = asyncio.Event(), asyncio.Event()
    really = storage.log.keep_checkpoint

    async def slow(kept: KeptCheckpoint) -> None:
        if kept.size:
            sealed.set()
            await go_on.wait()
        await really(kept)

    monkeypatch.setattr(storage.log, "keep_checkpoint", slow)
    sealer = sealer_of(storage, HandClock(), Bell())
    await keep(storage, *published(vn, "one"))
    first = asyncio.create_task(sealer.seal_once())
    await sealed.wait()
    second = asyncio.create_task(sealer.seal_once())
    await asyncio.sleep(0.05)  # long enough to look into the database and to find nothing left
    assert not second.done()
    go_on.set()
    assert [await first, await second] == [1, 0]
    assert await storage.size() == 1


async def test_it_seals_within_a_window_until_it_is_cancelled(storage: Storage, vn: PressRoom) -> None:
    bell = Bell()
    running = asyncio.create_task(sealer_of(storage, HandClock(), bell).run())
    await keep(storage, *published(vn, "one"))
    await asyncio.wait_for(bell.rings.wait(), PATIENCE)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_a_bad_minute_of_the_disk_is_not_the_end(
    storage: Storage,
    vn: PressRoom,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(_seal, "_AGAIN_SECONDS", 0.01)
    real, troubles = storage.seal, [StorageError("no room left"), ZeroDivisionError("a bug")]

    async def seal(at: float, most: int = 1_000, *, show: bool = True) -> int:
        if troubles:
            raise troubles.pop()
        return await real(at, most, show=show)

    monkeypatch.setattr(storage, "seal", seal)
    await keep(storage, *published(vn, "one"))
    bell = Bell()
    running = asyncio.create_task(sealer_of(storage, HandClock(), bell).run())
    async with asyncio.timeout(PATIENCE):
        while await storage.size() == 0:  # noqa: ASYNC110 - the bell rings for more than this
            await asyncio.sleep(0.01)
    running.cancel()
    assert "no room left" in caplog.text
    assert "a bug" in caplog.text
