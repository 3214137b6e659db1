"""/log/: the public log as files (C2SP tlog-tiles), and the proof beside each token."""

import re
from typing import Final

from aiohttp import web

from syndicate.errors import LedgerError
from syndicate.journey import proof_of
from syndicate.ledger import ENTRIES, TILE_WIDTH, Tile, read_tile_path
from syndicate.web._answer import ASK_AGAIN, FOREVER, problem, ready
from syndicate.web._version import find_version
from syndicate.web._world import World

CHECKPOINT: Final = "/log/checkpoint"
_ACT: Final = re.compile(r"act/([A-Za-z0-9_-]{43})\.json")
_TEXT: Final = "text/plain; charset=utf-8"
_BYTES: Final = "application/octet-stream"


class LogFiles:
    """Answers for the log's own files and for proofs."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._log = world.storage.log

    async def get(self, request: web.BaseRequest, path: str) -> web.Response:
        """A tile, an entry bundle or an act."""
        if (named := _ACT.fullmatch(path)) is not None:
            body = await self._log.act(named[1])
            if body is None:
                return problem(404, "the log has no such act")
            return ready(body, "application/json", cache=FOREVER).answer(request)
        try:
            tile = read_tile_path(path)
        except LedgerError:
            return problem(404, "the log has no such file")
        body = (await self._log.tiles([tile])).get(tile) if self._is_public(tile) else None
        if body is None:
            return problem(404, "the log has no such tile yet")
        return ready(body, _BYTES, cache=FOREVER).answer(request)

    async def proof(self, request: web.BaseRequest, name: str) -> web.Response:
        """One version's proof: the same for ever once enough witnesses stand behind it."""
        logged = await find_version(name, self._world.storage)
        if isinstance(logged, web.Response):
            return logged
        made = await proof_of(self._log, logged.index)
        if made is None:
            return problem(404, "it is not in a signed checkpoint yet; ask again", retry_after=1)
        proof, kept = made
        cache = FOREVER if kept.quorum else ASK_AGAIN
        return ready(proof.raw, _TEXT, cache=cache).answer(request)

    async def checkpoint(self, request: web.BaseRequest, _rest: str) -> web.Response:
        """The newest checkpoint of which every leaf is shown: enough stand behind it, or had their minute."""
        kept = await self._log.checkpoint_shown()
        if kept is None:
            return problem(503, "nothing is signed yet; ask again", retry_after=1)
        return ready(kept.note, _TEXT, cache=ASK_AGAIN).answer(request)

    def _is_public(self, tile: Tile) -> bool:
        """Whether all that a tile holds is shown: the log shows nothing before its witnesses have seen it."""
        height = 0 if tile.level == ENTRIES else tile.level
        return (tile.index * TILE_WIDTH + tile.width) << 8 * height <= self._log.visible
