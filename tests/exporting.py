"""A hub, and a copy of its site as files."""

import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped] # it comes without stubs
from hub_folder import Served

from syndicate.assembly import export_hub
from syndicate.export import Orders, Summary

MEMORY = ".syndicate-export"
# Of these a copy has none: what they say holds for the moment, or for who asks.
LIVE = {
    "/feeds/search.{format}",
    "/health",
    "/lookup",
    "/metrics",
    "/search",
    "/v1/agency/status",
    "/v1/deliveries",
    "/v1/items",
    "/v1/items/{sub}/relations.json",
    "/v1/lookup",
    "/v1/search",
    "/v1/sources",
    "/v1/stream",
    "/v1/submit",
    "/websub",
    "/wire",  # which leads to the page of a slice
}
UNDO = {".gz": gzip.decompress, ".br": brotli.decompress}


async def export(served: Served, folder: Path, orders: Orders | None = None, **changes: Any) -> Summary:
    """Export what this hub serves, beside it while it runs."""
    settings = served.here.settings(**{"base_url": served.hub.url, **changes})
    return await export_hub(settings, folder, orders or Orders(), clock=served.clock)


def stands(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file of a copy, with what changes when it is touched."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file() and path.name != MEMORY:
            told = path.stat()
            found[path.relative_to(folder).as_posix()] = (told.st_ino, told.st_mtime_ns)
    return found


def touched(before: Mapping[str, object], after: Mapping[str, object]) -> set[str]:
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def plain(names: Mapping[str, object]) -> list[str]:
    return sorted(name for name in names if not name.endswith((".gz", ".br")))


def address_of(name: str) -> str:
    """The address that a file stands for, as the sample configuration of nginx finds it back."""
    if name == "index.html":
        return "/"
    if name.endswith("/evidence.html"):
        return f"/{name}"
    return f"/{name.removesuffix('.html')}"
