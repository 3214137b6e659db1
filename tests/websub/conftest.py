"""A desk that takes subscriptions."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from desk_at_work import Hub, at_work


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with at_work(tmp_path) as made:
        yield made
