"""A hub whose registry nobody renews: what waits, and that nothing of it is lost."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from press import DAY, NOON, PressRoom, envelope, registry
from sealed import Clock

from syndicate.journey import Admission
from syndicate.news import Admitted, Held, Known, Mark, MemberCode, Reason, UnixTime
from syndicate.ports import Storage
from syndicate.storage import open_storage


class StaleHub:
    def __init__(self, storage: Storage, room: PressRoom) -> None:
        self.storage = storage
        self.clock = Clock()
        self.registry = replace(registry(room), fresh_until=UnixTime(NOON))
        self.admission = Admission(storage, lambda: self.registry, self.clock)

    async def admit(self, *tokens: str) -> list[object]:
        return list(await self.admission.admit([envelope(token) for token in tokens]))

    async def sealed(self) -> int:
        await self.storage.seal(self.clock.now())
        return await self.storage.size()


@pytest.fixture
def room() -> PressRoom:
    return PressRoom()


@pytest.fixture
async def hub(tmp_path: Path, room: PressRoom) -> AsyncIterator[StaleHub]:
    async with open_storage(tmp_path / "hub.sqlite3") as storage:
        yield StaleHub(storage, room)


async def test_items_are_marked_then_wait_and_come_in_when_the_registry_is_renewed(
    hub: StaleHub, room: PressRoom
) -> None:
    one, two, three = (room.publish(name) for name in ("one", "two", "three"))
    hub.clock.time = NOON + 1
    [first] = await hub.admit(one)
    assert isinstance(first, Admitted)
    assert first.marks == {Mark.REGISTRY_STALE}
    hub.clock.time = NOON + DAY + 1
    for outcome in await hub.admit(two, three):
        assert isinstance(outcome, Held)
        assert outcome.reason is Reason.REGISTRY_STALE
    assert await hub.sealed() == 1  # what is visible stays visible, and nothing else is
    hub.clock.time = NOON + 3 * DAY
    hub.registry = replace(hub.registry, fresh_until=UnixTime(NOON + 4 * DAY))
    await hub.admission.catch_up()
    assert await hub.sealed() == 3
    assert all(isinstance(outcome, Known) for outcome in await hub.admit(one, two, three))
    assert await hub.storage.held_reasons(room.id) == {}


async def test_the_same_registry_is_not_caught_up_with_twice(hub: StaleHub, room: PressRoom) -> None:
    hub.clock.time = NOON + 2 * DAY
    await hub.admit(room.publish())
    for _ in range(2):
        await hub.admission.catch_up()
    assert await hub.storage.held_reasons(room.id) == {Reason.REGISTRY_STALE: 1}


async def test_what_came_before_a_member_lapsed_is_judged_as_of_then(hub: StaleHub, room: PressRoom) -> None:
    hub.registry = replace(
        hub.registry, fresh_until=None, vouched_until={MemberCode("vn"): UnixTime(NOON - 31 * DAY)}
    )
    [held] = await hub.admit(room.publish())
    assert isinstance(held, Held)
    assert held.reason is Reason.ISSUER_STALE
    hub.registry = replace(hub.registry, vouched_until={MemberCode("vn"): UnixTime(NOON + DAY)})
    hub.clock.time = NOON + 90 * DAY
    await hub.admission.catch_up()
    assert await hub.sealed() == 1
