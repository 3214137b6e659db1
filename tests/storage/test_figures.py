"""The table of delivery figures stays small."""

from pathlib import Path

import pytest
from kept import keep, published
from press import NOON, PressRoom

from syndicate.news import Index
from syndicate.ports import Notable, Told
from syndicate.storage import _subscribers as room
from syndicate.storage import open_storage


async def test_only_the_newest_figures_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_FIGURES", 2)
    async with open_storage(tmp_path / "hub.db") as storage:
        await keep(storage, *published(PressRoom("vn.demo", seed=1), "a", "b", "c", "d"))
        await storage.seal(NOON + 5)
        for index in (0, 1, 3, 2, 0):
            one = Told(index=Index(index), what=Notable.ALERT, at=NOON, first=True, acknowledged=True)
            await storage.subscribers.record([], [one])
        assert [each.index for each in await storage.subscribers.deliveries(-1, 9)] == [2, 3]
