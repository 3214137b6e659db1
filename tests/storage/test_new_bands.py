"""Rows of bands stand in a small table first and move to the many; what is found is the same."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from kept import next_version, published, put
from press import NOON, PressRoom

from syndicate.ports import Book, Sketched
from syndicate.storage import _kin as kin
from syndicate.storage import open_storage
from syndicate.storage._hub import SqliteStorage
from syndicate.trust import Verified

KEYS = tuple(at * 2**61 - 2**63 for at in range(8))  # two in each quarter of all keys
STRETCHES = 4


@pytest.fixture
async def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SqliteStorage]:
    monkeypatch.setattr(kin, "_STRETCHES", STRETCHES)
    async with open_storage(tmp_path / "hub.db") as opened:
        assert isinstance(opened, SqliteStorage)
        yield opened


def sketched(each: Verified, bands: tuple[int, ...], *, met: bool = False) -> Sketched:
    said = each.item
    return Sketched(
        sub=said.sub, ver=said.ver, agency=said.iss, received_at=NOON, folding=1, bands=bands, met=met
    )


async def keep(storage: SqliteStorage, *said: tuple[Verified, Sketched]) -> list[list[str]]:
    def work(book: Book) -> list[list[str]]:
        put(book, *(each for each, _ in said))
        found = book.alike([told for _, told in said])
        return [[each.sub for each in found.get((told.sub, told.ver), ())] for _, told in said]

    return await storage.write(work)


async def rows(storage: SqliteStorage, table: str, version: int) -> int:
    asked = f"SELECT count(*) FROM {table} WHERE version_id = ?"
    return int(await storage.reading(lambda view: view.exec_driver_sql(asked, (version,)).scalar_one()))


async def fill(storage: SqliteStorage, room: PressRoom, *names: str) -> None:
    """Keep one version after the other that has nothing in common with any."""
    for each in published(room, *names):
        number = 1 + sum(map(ord, each.item.sub))
        await keep(storage, (each, sketched(each, tuple(key + number for key in KEYS))))


@pytest.mark.parametrize("between", range(STRETCHES + 1))
async def test_it_is_found_wherever_its_rows_have_come_to(storage: SqliteStorage, between: int) -> None:
    (one,) = published(PressRoom("vn.demo", seed=1), "one")
    (two,) = published(PressRoom("th.demo", seed=2), "two")
    await keep(storage, (one, sketched(one, KEYS)))
    await fill(storage, PressRoom("la.demo", seed=3), *(f"other{letter}" for letter in "abcd"[:between]))
    # The keeping of each version moves a quarter of the keys; the first one's own its first two rows.
    left = max(0, len(KEYS) - 2 * (between + 1))
    assert await rows(storage, "band_new", 1) == left
    assert await rows(storage, "band", 1) == len(KEYS) - left
    assert await keep(storage, (two, sketched(two, KEYS))) == [[one.item.sub]]


async def test_many_at_once_move_every_row_that_is_there(storage: SqliteStorage) -> None:
    said = published(PressRoom("vn.demo", seed=1), *(f"one{letter}" for letter in "abcdefg"))
    told = [sketched(each, tuple(key + at for key in KEYS)) for at, each in enumerate(said)]
    await keep(storage, *zip(said, told, strict=True))
    for version in range(1, len(said) + 1):
        assert await rows(storage, "band", version) == len(KEYS)
        assert await rows(storage, "band_new", version) == 0


@pytest.mark.parametrize("between", [0, 1, STRETCHES])
async def test_what_a_new_version_replaces_goes_from_both(storage: SqliteStorage, between: int) -> None:
    room = PressRoom("vn.demo", seed=1)
    (one,) = published(room, "one")
    await keep(storage, (one, sketched(one, KEYS)))
    await fill(storage, PressRoom("la.demo", seed=3), *(f"other{letter}" for letter in "abcd"[:between]))
    after = next_version(room, one.item)
    await keep(storage, (after, sketched(after, tuple(key + 7 for key in KEYS), met=True)))
    assert await rows(storage, "band", 1) == await rows(storage, "band_new", 1) == 0
