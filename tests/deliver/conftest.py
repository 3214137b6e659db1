"""What deliveries are tried with: a receiver, and a hub's storage."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from delivering import Sink, Works, delivering, open_sink
from press import PressRoom

from syndicate.ports import Storage
from syndicate.storage import open_storage


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    async with open_sink() as opened:
        yield opened


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    async with open_storage(tmp_path / "hub.db") as opened:
        yield opened


@pytest.fixture
def vn() -> PressRoom:
    return PressRoom("vn.demo", seed=1)


@pytest.fixture
def works(storage: Storage, sink: Sink, vn: PressRoom) -> Works:
    """Delivers what this storage shows to that receiver."""
    return partial(delivering, storage, vn, allow=[("127.0.0.1", sink.port)])
