"""What the journey's steps are tried with: a hub's storage, two agencies, and a newsroom that a hub hears."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from press import PressRoom
from sealed import Hub, Newsroom, federation

from syndicate.ports import Storage
from syndicate.storage import open_storage


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    async with open_storage(tmp_path / "hub.db") as opened:
        yield opened


@pytest.fixture
def vn() -> PressRoom:
    return PressRoom("vn.demo", seed=1)


@pytest.fixture
def th() -> PressRoom:
    return PressRoom("th.demo", seed=2)


@pytest.fixture
def room() -> Newsroom:
    return Newsroom()


@pytest.fixture
async def hub(storage: Storage, room: Newsroom) -> Hub:
    """A hub that hears this newsroom."""
    return Hub(storage=storage, registry=federation(room))
