"""What was admitted before there were sketches, or with those of another folding, takes part once more."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from press import DAY, PressRoom
from telling import JOINT, OTHER, Hub, body, hub_of

from syndicate.journey import _gather
from syndicate.news import MemberCode, Slice
from syndicate.text import FOLDING

Rooms = dict[str, PressRoom]


@pytest.fixture
def rooms() -> Rooms:
    return {code: PressRoom(f"{code}.demo", seed=at) for at, code in enumerate(("sg", "my", "ph"), 1)}


@pytest.fixture
async def hub(tmp_path: Path, rooms: Rooms) -> AsyncIterator[Hub]:
    async with hub_of(tmp_path / "hub.db", *rooms.values()) as opened:
        yield opened


def said(room: PressRoom, name: str, lines: tuple[str, ...] = JOINT, **more: int) -> str:
    return room.publish(name, title=name, lang="en", content=body(lines), **more)  # type: ignore[arg-type] # a time


async def change(hub: Hub, *statements: str) -> None:
    """Make the database one of before."""

    def transaction() -> None:
        with hub.storage.transaction() as connection:  # type: ignore[attr-defined]  # the one under test
            for statement in statements:
                connection.exec_driver_sql(statement)

    await hub.storage.writing(transaction)  # type: ignore[attr-defined]


async def count(hub: Hub, asked: str) -> int:
    found: int = await hub.storage.reading(  # type: ignore[attr-defined]
        lambda view: view.exec_driver_sql(asked).scalar_one()
    )
    return found


BANDS = "(SELECT * FROM band UNION ALL SELECT * FROM band_new)"
ANEW = "UPDATE gathered SET folding = 0"
BEFORE = ("DELETE FROM sketch", "DELETE FROM band", "DELETE FROM band_new", ANEW)
OLDER = (
    "UPDATE sketch SET folding = 0",
    "UPDATE band SET key = key + 1",
    "UPDATE band_new SET key = key + 1",
    ANEW,
)


@pytest.mark.parametrize("statements", [BEFORE, OLDER], ids=["before sketches", "another folding"])
async def test_what_is_older_is_found_by_what_comes(
    hub: Hub, rooms: Rooms, monkeypatch: pytest.MonkeyPatch, statements: tuple[str, ...]
) -> None:
    monkeypatch.setattr(_gather, "_BATCH", 2)
    await hub.take(
        said(rooms["sg"], "joint"), said(rooms["sg"], "other", OTHER), said(rooms["my"], "short", ("x",))
    )
    await change(hub, *statements)
    await hub.gatherer.catch_up()
    assert await count(hub, "SELECT count(*) FROM sketch WHERE folding > 0") == 2
    await hub.take(said(rooms["my"], "joint"))
    assert await hub.found(rooms["my"].item("joint").sub) == [("my", "copy", "sg")]
    assert ["sg", "my"] in await hub.told()


async def test_it_is_done_once_and_goes_on_where_it_was(
    hub: Hub, rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_gather, "_BATCH", 1)
    await hub.take(*(said(rooms["sg"], f"one{letter}") for letter in "abc"))
    await change(hub, *BEFORE)
    while await count(hub, "SELECT count(*) FROM sketch") < 2:
        assert await hub.gatherer._sketch_older()
    after, until = await hub.storage.gathering.unsketched(FOLDING)
    assert (after, until) == (1, 2)
    await hub.gatherer.catch_up()
    assert await count(hub, "SELECT count(*) FROM sketch") == 3
    assert not await hub.gatherer._sketch_older()


async def test_nobody_who_came_later_is_pushed_out(hub: Hub, rooms: Rooms) -> None:
    await hub.take(*(said(rooms["sg"], f"old{letter}") for letter in "abcdef"))
    await change(hub, *BEFORE)
    await hub.take(*(said(rooms["sg"], f"new{letter}") for letter in "abc"), seal=False)
    newest = await count(hub, f"SELECT max(version_id) FROM {BANDS}")
    await hub.seal()
    assert await count(hub, f"SELECT max(version_id) FROM {BANDS}") == newest
    full = f"SELECT 1 FROM {BANDS} GROUP BY key, agency HAVING count(*) > 4"
    assert await count(hub, f"SELECT count(*) FROM ({full})") == 0


async def test_what_is_out_of_the_window_corrected_or_erased_stays_out(hub: Hub, rooms: Rooms) -> None:
    await hub.take(said(rooms["sg"], "old"))
    hub.clock.hands += 31 * DAY
    now = int(hub.clock.hands)
    await hub.take(said(rooms["sg"], "new", iat=now), said(rooms["my"], "gone", iat=now))
    (gone,) = await hub.storage.page(Slice(member=MemberCode("my")), -1, 9)
    await hub.storage.write(lambda book: book.erase([gone.digest], b'{"act":"erase"}'))
    await change(hub, *BEFORE)
    await hub.gatherer.catch_up()
    assert await count(hub, "SELECT count(*) FROM sketch") == 1
