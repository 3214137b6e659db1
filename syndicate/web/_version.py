"""The version that an address names as ``sub/ver``, as everything below /v1/items/ does."""

import re
from typing import Final

from aiohttp import web

from syndicate.news import ItemId
from syndicate.ports import Logged, Storage
from syndicate.web._answer import problem
from syndicate.web._world import World

_VERSION: Final = re.compile(r"[1-9][0-9]{0,15}")


async def find_version(name: str, storage: Storage) -> Logged | web.Response:
    """The version, be it erased or not; or the 404. Raises StorageError."""
    sub, _, version = name.partition("/")
    logged = None
    if _VERSION.fullmatch(version) is not None:
        logged = await storage.version(ItemId(sub), int(version))
    return problem(404, "there is no such version") if logged is None else logged


async def find_text(name: str, world: World) -> Logged | web.Response:
    """The version with its text; the 404, or the 410 of what a law took back. Raises StorageError."""
    logged = await find_version(name, world.storage)
    if isinstance(logged, web.Response) or not logged.erased:
        return logged
    act = await world.storage.erased_by(logged.sub, logged.ver)
    return problem(410, f"a law took this back; the act in the log: {world.base_url}/log/act/{act}.json")
