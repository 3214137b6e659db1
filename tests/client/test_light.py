"""What a platform's program loads with the client, and what it does not before it needs it."""

import subprocess
import sys
from typing import Final

import pytest

import syndicate.client
import syndicate.registry

HUBS: Final = {
    "alembic",
    "apscheduler",
    "brotli",
    "feedparser",
    "jinja2",
    "markdown_it",
    "nh3",
    "numpy",
    "prometheus_client",
    "sqlalchemy",
    "sqlmodel",
    "syndicate.agency",
    "syndicate.assembly",
    "syndicate.journey",
    "syndicate.signing",
    "syndicate.storage",
    "syndicate.web",
    "syndicate.witness",
}
AT_FIRST_USE: Final = {"aiohttp", "feedgen", "lxml", "securesystemslib", "tuf", "urllib3", "yarl"}
DOOR: Final = {"asyncio", "cryptography", "msgspec", "syndicate.fetch", "syndicate.news", "syndicate.trust"}


def _loaded(script: str) -> set[str]:
    told = subprocess.run(
        [sys.executable, "-c", f"import sys; {script}; print(*sys.modules)"],
        capture_output=True,
        check=True,
        text=True,
    )
    return set(told.stdout.split())


@pytest.mark.parametrize(
    ("script", "heavy"),
    [
        pytest.param("import syndicate.client", HUBS | AT_FIRST_USE | DOOR, id="the door alone"),
        pytest.param(
            "from syndicate.client import verify_token",
            HUBS | AT_FIRST_USE | {"asyncio", "syndicate.fetch"},
            id="who verifies a token",
        ),
        pytest.param("from syndicate.client import follow", HUBS | AT_FIRST_USE, id="who follows a hub"),
        pytest.param(
            "from syndicate.client import verify_feed",
            HUBS | AT_FIRST_USE - {"lxml"} | {"asyncio"},
            id="who verifies a feed",
        ),
    ],
)
def test_nothing_is_loaded_before_it_is_needed(script: str, heavy: set[str]) -> None:
    loaded = _loaded(script)
    assert "syndicate.client" in loaded
    assert not heavy & loaded


@pytest.mark.parametrize("door", [syndicate.client, syndicate.registry])
def test_every_name_at_a_door_that_loads_late_is_there(door: object) -> None:
    names: list[str] = door.__all__  # type: ignore[attr-defined] # a module with one
    assert [name for name in names if not hasattr(door, name)] == []
    assert not hasattr(door, "nothing_of_that_name")
    assert set(names) <= set(dir(door))
