"""A view of a hub's database: one moment of it, beside the hub, and no second writer."""

from pathlib import Path

import pytest
from kept import keep, published
from press import NOON, PressRoom

from syndicate.errors import StorageError
from syndicate.news import Slice
from syndicate.storage import open_storage, open_view


async def test_a_view_stays_as_the_database_was_while_the_hub_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    one, two = published(PressRoom("vn.demo", seed=1), "one", "two")
    async with open_storage(path) as hub:
        await keep(hub, one)
        await hub.seal(NOON)
        async with open_view(path) as view:
            await keep(hub, two)
            await hub.seal(NOON)
            assert (await hub.size(), await view.size()) == (2, 1)
            assert [each.digest for each in await view.page(Slice(), -1, 10)] == [one.digest]
            assert await view.newest(Slice()) == 0
            assert view.log.edge.size == 1
        async with open_view(path) as view:
            assert await view.size() == 2


async def test_nothing_is_written_through_a_view(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    async with open_storage(path):
        pass
    before = path.read_bytes()
    async with open_view(path) as view:
        with pytest.raises(StorageError, match="only looked at"):
            await view.write(lambda _: None)
        with pytest.raises(StorageError, match="only looked at"):
            await view.seal(NOON)
        with pytest.raises(StorageError, match="only looked at"):
            await view.log.add_act(b"an act")
    assert path.read_bytes() == before


async def test_a_view_needs_a_hubs_database(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    with pytest.raises(StorageError, match="there is no hub's database"):
        async with open_view(path):
            pass
    assert not path.exists()
    path.write_bytes(b"a letter to somebody, and not a database at all")
    with pytest.raises(StorageError, match="is not a database"):
        async with open_view(path):
            pass
