"""/v1/deliveries: when subscribers were told of corrections, withdrawals and alerts. No word on whom."""

from typing import Final

from aiohttp import web

from syndicate.news import rfc3339
from syndicate.ports import Delivered
from syndicate.web._answer import ASK_AGAIN, json_bytes, problem, ready
from syndicate.web._query import PAGING, QueryError, page_of, read_query
from syndicate.web._world import World

PATH: Final = "/v1/deliveries"
QUERY: Final = PAGING


class Deliveries:
    """Answers for the public figures of delivery."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def get(self, request: web.BaseRequest, _rest: str) -> web.Response:
        """The figures after an index, in order; each page says where the next one begins."""
        try:
            asked = read_query(request.rel_url.raw_query_string, QUERY)
            after, limit = page_of(asked, self._world.limits.page_items)
        except QueryError as exc:
            return problem(400, str(exc))
        page = await self._world.storage.subscribers.deliveries(after, limit)
        last = page[-1].index if page else after
        told = {
            "deliveries": [_shown(each) for each in page],
            "last": last,
            "next": f"{self._world.base_url}{PATH}?after={last}&limit={limit}",
        }
        return ready(json_bytes(told), "application/json", cache=ASK_AGAIN).answer(request)


def _shown(each: Delivered) -> dict[str, object]:
    acknowledged_at = each.acknowledged_at
    return {
        "index": each.index,
        "sub": each.sub,
        "ver": each.ver,
        "what": each.what,
        "notified_at": rfc3339(each.notified_at),
        "notified": each.notified,
        "acknowledged": each.acknowledged,
        "acknowledged_at": None if acknowledged_at is None else rfc3339(acknowledged_at),
    }
