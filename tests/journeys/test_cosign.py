"""Nothing is shown before witnesses stand behind it, and nothing is sealed from an old copy."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from kept import Bell, HandClock, keep, published
from logging_hub import Witnesses, log_signer
from press import NOON, PressRoom

from syndicate.errors import StorageError
from syndicate.journey import Cosigners, Sealer
from syndicate.ledger import read_checkpoint
from syndicate.news import Index, Slice
from syndicate.ports import Answered, KeptCheckpoint, Storage
from syndicate.storage import open_storage

SIGNER = log_signer()


class Hub:
    """A storage with its sealer and five witnesses, four of which are enough."""

    def __init__(self, storage: Storage, witnesses: Witnesses, clock: HandClock | None = None) -> None:
        self.storage, self.witnesses = storage, witnesses
        self.clock = clock or HandClock(NOON)
        self.bell = Bell()
        cosigners = Cosigners(witnesses, storage.log, lambda: witnesses.policy)
        self.sealer = Sealer(storage, self.clock, self.bell, SIGNER, cosigners)

    async def turn(self) -> int:
        """One window of the sealer and one round of its witnesses."""
        given = await self.sealer.seal_once()
        await self.sealer.cosign_once()
        return given

    async def shown(self) -> list[int]:
        return [each.index for each in await self.storage.page(Slice(), -1, 100)]


@pytest.fixture
def witnesses() -> Witnesses:
    return Witnesses(SIGNER.key)


@pytest.fixture
async def hub(tmp_path: Path, witnesses: Witnesses) -> AsyncIterator[Hub]:
    async with open_storage(tmp_path / "hub.db") as storage:
        hub = Hub(storage, witnesses)
        await hub.turn()  # nobody has seen more than it has
        yield hub


@pytest.fixture
def vn() -> PressRoom:
    return PressRoom()


def away(witnesses: Witnesses, *numbers: int) -> None:
    for number, one in enumerate(witnesses.each.values()):
        one.away = number in numbers


async def test_what_a_quorum_stands_behind_is_shown_with_all_who_signed(hub: Hub, vn: PressRoom) -> None:
    await keep(hub.storage, *published(vn, "one"))
    await hub.sealer.seal_once()
    assert await hub.shown() == []
    await hub.sealer.cosign_once()
    assert await hub.shown() == [0]
    kept = await hub.storage.log.checkpoint_over(Index(0))
    assert kept is not None
    checkpoint, note = read_checkpoint(kept.note)
    keys = [SIGNER.key, SIGNER.key.as_cosigner(), *(one.key for one in hub.witnesses.each.values())]
    assert (checkpoint.size, kept.quorum, set(note.signed_by(keys))) == (1, True, set(keys))


@pytest.mark.parametrize("gone", [(0,), (4,)])
async def test_one_witness_that_is_away_holds_nothing_up(
    hub: Hub, vn: PressRoom, gone: tuple[int, ...]
) -> None:
    away(hub.witnesses, *gone)
    await keep(hub.storage, *published(vn, "one"))
    await hub.turn()
    assert await hub.shown() == [0]
    away(hub.witnesses)
    await keep(hub.storage, *published(vn, "two"))
    await hub.turn()
    kept = await hub.storage.log.newest_checkpoint(proved=True)
    assert kept is not None
    assert len(read_checkpoint(kept.note)[1].signatures) == 7, "who was away is led on from where they stood"


async def test_attack_29_without_a_quorum_all_is_shown_after_a_minute_and_proven_later(
    hub: Hub, vn: PressRoom
) -> None:
    away(hub.witnesses, 0, 1)
    await keep(hub.storage, *published(vn, "one"))
    await hub.turn()
    hub.clock.hands += 59
    await hub.turn()
    assert await hub.shown() == []
    hub.clock.hands += 1
    await hub.turn()
    assert (await hub.shown(), hub.storage.log.proven) == ([0], 0)
    pending = await hub.storage.log.checkpoint_over(Index(0))
    assert pending is not None
    assert not pending.quorum
    away(hub.witnesses)
    await hub.turn()
    assert hub.storage.log.proven == 1


async def test_attack_36_an_old_copy_seals_nothing_and_says_why(
    tmp_path: Path, witnesses: Witnesses, vn: PressRoom
) -> None:
    path, copy = tmp_path / "hub.db", tmp_path / "yesterday.db"
    one, two = published(vn, "one", "two")
    async with open_storage(path) as storage:
        hub = Hub(storage, witnesses)
        await hub.turn()
        await keep(storage, one)
        await hub.turn()
    shutil.copy(path, copy)
    async with open_storage(path) as storage:
        hub = Hub(storage, witnesses)
        await hub.turn()
        await keep(storage, two)
        await hub.turn()
        assert await hub.shown() == [0, 1]
    async with open_storage(copy) as storage:
        hub = Hub(storage, witnesses)
        other = published(PressRoom("th.demo", seed=2), "other")
        await keep(storage, *other)
        for _ in range(3):
            assert await hub.turn() == 0
        assert storage.log.edge.size == 1
        assert "it is an old copy" in hub.sealer.waits_for
        assert "w0.example 2" in hub.sealer.waits_for


async def test_after_a_start_nothing_is_sealed_before_enough_witnesses_have_seen_no_more(
    tmp_path: Path, witnesses: Witnesses, vn: PressRoom
) -> None:
    away(witnesses, 1, 2, 3, 4)
    async with open_storage(tmp_path / "hub.db") as storage:
        hub = Hub(storage, witnesses)
        await keep(storage, *published(vn, "one"))
        await hub.turn()
        assert await hub.turn() == 0, "the four others could be a quorum behind something newer"
        assert "too few witnesses" in hub.sealer.waits_for
        away(witnesses, 2, 3, 4)
        await hub.turn()
        assert await hub.turn() == 1, "three are none"
        assert hub.sealer.waits_for == ""


async def test_a_start_that_finds_no_room_on_the_disk_begins_again(
    tmp_path: Path, witnesses: Witnesses, vn: PressRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_storage(tmp_path / "hub.db") as storage:
        hub = Hub(storage, witnesses)
        await keep(storage, *published(vn, "one"))

        async def full(_kept: KeptCheckpoint) -> None:
            raise StorageError("no room left on the disk")

        with monkeypatch.context() as once:
            once.setattr(storage.log, "keep_checkpoint", full)
            with pytest.raises(StorageError):
                await hub.turn()
        assert await hub.turn() == 0
        assert await hub.turn() == 1
        assert await hub.shown() == [0]


async def test_a_liar_among_the_witnesses_stops_nobody(
    tmp_path: Path, witnesses: Witnesses, vn: PressRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    liar = witnesses.each["w0.example"]
    answers = [
        Answered(status=409, body=b"409\n"),
        *(Answered(status=200, body=told) for told in (b"x", b"\xff")),
    ]
    monkeypatch.setattr(liar, "answer", lambda _asked: answers[0])
    async with open_storage(tmp_path / "hub.db") as storage:
        hub = Hub(storage, witnesses)
        for name in ("one", "two", "three"):
            await keep(storage, *published(vn, name))
            await hub.turn()
            await hub.turn()
            answers.append(answers.pop(0))
        assert await hub.shown() == [0, 1, 2]


async def test_a_restored_copy_that_lacks_nothing_is_cleared_by_its_witnesses(
    tmp_path: Path, witnesses: Witnesses, vn: PressRoom
) -> None:
    async with open_storage(tmp_path / "hub.db") as storage:
        await storage.log.stop("restored from a back-up")
        hub = Hub(storage, witnesses)
        await keep(storage, *published(vn, "one"))
        assert await hub.turn() == 0
        assert await hub.turn() == 1
        assert await storage.log.stopped() == ""
