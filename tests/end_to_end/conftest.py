"""A place for a hub."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hub_folder import Place, place


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Place]:
    (tmp_path / "hub").mkdir()
    async with place(tmp_path / "hub") as made:
        yield made
