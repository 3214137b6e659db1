"""A place for a hub, and a hub that shows everything a page can show."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hub_beside import beside
from hub_folder import Place, place
from page_room import PageRoom, page_room


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageRoom]:
    folder = tmp_path_factory.mktemp("pages")
    with beside(lambda: page_room(folder)) as made:
        yield made


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Place]:
    async with place(tmp_path) as made:
        yield made
