"""/v1/items/…/relations.json: how an item stands to others, with the evidence for each relation."""

import re
from typing import Final

from aiohttp import web

from syndicate.journey import explain, explained_as_json
from syndicate.news import ItemId, spelling
from syndicate.web._answer import ASK_AGAIN, json_bytes, problem, ready
from syndicate.web._world import World

PATH: Final = "/v1/items/{sub}/relations.json"
_SUB: Final = re.compile(spelling.ITEM_ID, re.ASCII)


class ItemRelations:
    """Answers for the relations of items."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def get(self, request: web.BaseRequest, name: str) -> web.Response:
        """The relations of an item, and the story that it is told in."""
        told = await explain(self._world.storage, ItemId(name)) if _SUB.fullmatch(name) else None
        if told is None:
            return problem(404, "there is no such item")
        body = json_bytes(explained_as_json(told))
        return ready(body, "application/json", cache=ASK_AGAIN).answer(request)
