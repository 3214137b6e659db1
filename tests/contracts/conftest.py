"""What every contract of a Storage is tried on; PostgreSQL will join ``IMPLEMENTATIONS``."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from kept import Opens
from press import PressRoom

from syndicate.ports import Storage
from syndicate.storage import open_storage

IMPLEMENTATIONS = [pytest.param(open_storage, id="SQLite")]


@pytest.fixture(params=IMPLEMENTATIONS)
def opens(request: pytest.FixtureRequest, tmp_path: Path) -> Opens:
    """Opens the same storage each time it is called."""
    return lambda: request.param(tmp_path / "hub.db")


@pytest.fixture
async def storage(opens: Opens) -> AsyncIterator[Storage]:
    async with opens() as opened:
        yield opened


@pytest.fixture
def vn() -> PressRoom:
    return PressRoom("vn.demo", seed=1)


@pytest.fixture
def th() -> PressRoom:
    return PressRoom("th.demo", seed=2)


@pytest.fixture
def rooms() -> list[PressRoom]:
    return [PressRoom(f"{code}.demo", seed=at) for at, code in enumerate(("vn", "th", "la"), 1)]
