from collections.abc import Awaitable, Callable

import pytest
from fetch.raw_server import RawServer

from syndicate.fetch import FetchLimits, open_fetcher
from syndicate.ports import FetchOutcome, Validators

Fetch = Callable[..., Awaitable[FetchOutcome]]


@pytest.fixture
def fetch() -> Fetch:
    """Fetch one path from a raw server that stands in the list of what may be dialled."""

    async def one(
        served: RawServer, path: str = "/", validators: Validators | None = None, **limits: float
    ) -> FetchOutcome:
        bounds = FetchLimits(**limits)  # type: ignore[arg-type]  # whole numbers where they are asked for
        async with open_fetcher(bounds, allow=[served.place], user_agent="tests (+mailto:desk@hub.example)") as fetcher:
            return await fetcher.fetch(served.url(path), validators)

    return one
