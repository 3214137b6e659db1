"""/v1/items: the one order, page by page, and each version's token by itself."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from aiohttp import web

from syndicate.news import Mark, Slice, rfc3339
from syndicate.ports import Logged
from syndicate.republish import SLICE_GRAMMAR, slice_of
from syndicate.trust import marks_since
from syndicate.web._answer import ASK_AGAIN, FOREVER, Ready, json_bytes, problem, ready
from syndicate.web._feeds import is_known
from syndicate.web._query import PAGING, QueryError, page_of, read_query
from syndicate.web._version import find_text
from syndicate.web._world import World

QUERY: Final = {**PAGING, **SLICE_GRAMMAR}


class Items:
    """Answers for the cursor API."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def page(self, request: web.BaseRequest, _rest: str) -> web.Response:
        """The versions after an index, in order; each page says where the next one begins."""
        try:
            asked = read_query(request.rel_url.raw_query_string, QUERY)
            slice_, (after, limit) = asked_slice(asked), page_of(asked, self._world.limits.page_items)
        except QueryError as exc:
            return problem(400, str(exc))
        if not await may_follow(slice_, self._world):
            return problem(404, "neither the registry nor the log knows what the filter names")
        page = await self._world.storage.page(slice_, after, limit, characters=self._world.limits.page_bytes)
        return self._write(page, slice_, after, limit).answer(request)

    def _write(self, page: tuple[Logged, ...], slice_: Slice, after: int, limit: int) -> Ready:
        last = page[-1].index if page else after
        told = {
            "log": self._log(),
            "items": [self.told(logged) for logged in page],
            "last": last,  # ask again with after= this, now or when more is expected
            "next": self._address(slice_, last, limit),
        }
        return ready(json_bytes(told), "application/json", cache=ASK_AGAIN)

    def told(self, logged: Logged) -> Mapping[str, object]:
        """A version as the API gives it: what it is, what was found of it so far, where its proof is."""
        since = marks_since(logged.token, self._world.registry(), logged.received_at)
        proven = logged.index < self._world.storage.log.proven
        pending = frozenset() if proven else {Mark.LOG_PENDING}
        verdicts = {
            "signature": "yes",
            "issuer": "no" if since else "yes",  # revoked as of a moment before the receipt
            "log": "yes" if proven else "not yet",
        }
        address = f"{self._world.base_url}/v1/items/{logged.sub}/{logged.ver}"
        return {
            "index": logged.index,
            "sub": logged.sub,
            "ver": logged.ver,
            "agency": logged.agency,
            "digest": logged.digest,
            "received_at": rfc3339(logged.received_at),
            "logged_at": rfc3339(logged.sealed_at),
            "marks": sorted(logged.marks | since | pending),
            "verdicts": verdicts,
            "token_url": f"{address}.jws",
            "proof_url": f"{address}.tlog-proof",
            "token": logged.token,
        }

    def _log(self) -> Mapping[str, object]:
        policy = self._world.policy()
        return {
            "checkpoint_url": f"{self._world.base_url}/log/checkpoint",
            "quorum": policy.spoken,
        }

    def _address(self, slice_: Slice, after: int, limit: int) -> str:
        narrowed = f"&{slice_.query}" if slice_.query else ""
        return f"{self._world.base_url}/v1/items?after={after}&limit={limit}{narrowed}"

    async def token(self, request: web.BaseRequest, name: str) -> web.Response:
        """One version's token, byte for byte as its agency signed it."""
        logged = await find_text(name, self._world)
        if isinstance(logged, web.Response):
            return logged
        sent = Ready(
            {"identity": logged.token.encode("ascii")},
            digest=logged.digest,
            media_type="application/jose",
            cache=FOREVER,
            last_modified=int(logged.sealed_at),
        )
        return sent.answer(request)


async def may_follow(slice_: Slice, world: World) -> bool:
    """Whether the registry or the log knows what a slice names, but for its topic.

    Any topic may be followed before there is something of it: nothing is kept of such a question.
    """
    return await is_known(replace(slice_, topic=None), world.registry(), world.storage)


def asked_slice(asked: Mapping[str, str]) -> Slice:
    """The slice that a query's filters name.

    Raises:
        QueryError: they exclude each other.
    """
    if "member" in asked and "agency" in asked:
        raise QueryError("an agency is one member's: ask for member or agency; all else can be combined")
    return slice_of(asked)
