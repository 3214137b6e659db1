"""/v1/agency/status: what this hub sees of an agency, told to that agency and to nobody else."""

from collections.abc import Mapping
from typing import Final

from aiohttp import hdrs, web

from syndicate.news import Agency, AgencyKey, Reason, Refused, Registry, SignedFeed, rfc3339
from syndicate.ports import FeedState, RefusalRecord, StreamKey
from syndicate.trust import REQUEST_SECONDS, Asking, StreamState, verify_request
from syndicate.web._answer import NEVER, problem, send_json
from syndicate.web._condition import feed_condition
from syndicate.web._times import maybe
from syndicate.web._world import World

PATH: Final = "/v1/agency/status"
_SCHEME: Final = "Syndicate "
_REFUSALS: Final = 25  # of each kind: what their key stands behind, and what anybody may have sent
_STREAMS: Final = 100
_LOOK_BACK: Final = 10_000  # numbers of a stream that are counted
_REQUESTS_AN_AGENCY: Final = 120  # in the life of a request


class AgencyStatus:
    """Answers an agency that shows a request token; remembers each request for as long as it counts."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._began = int(world.clock.now())  # what was asked before is not remembered here
        self._asked: dict[tuple[str, str], int] = {}  # agency and nonce → until when it counts

    async def get(self, request: web.BaseRequest, _rest: str) -> web.Response:
        """All that this hub knows of the agency that asks."""
        if request.rel_url.raw_query_string:
            return problem(400, "there are no parameters here")
        now = int(self._world.clock.now())
        asking = self._who(request, now)
        if isinstance(asking, Refused):
            return _denied(asking)
        return send_json(request, await self._tell(asking, now), cache=NEVER)

    def _who(self, request: web.BaseRequest, now: int) -> Asking | Refused:
        shown = request.headers.get(hdrs.AUTHORIZATION, "")
        if not shown.startswith(_SCHEME):
            return Refused(
                reason=Reason.TOKEN_MALFORMED, detail="show a request token: Authorization: Syndicate ..."
            )
        token = shown.removeprefix(_SCHEME).strip()
        asking = verify_request(token, self._world.registry(), hub=self._world.base_url, path=PATH, now=now)
        return asking if isinstance(asking, Refused) else self._once(asking, now)

    def _once(self, asking: Asking, now: int) -> Asking | Refused:
        self._asked = {each: until for each, until in self._asked.items() if until >= now}
        mine = (asking.agency, asking.nonce)
        if mine in self._asked:
            return _no(asking, Reason.REQUEST_REPEATED, "this very request was answered already")
        if asking.time < self._began:
            return _no(asking, Reason.REQUEST_STALE, "asked before this hub started; ask again")
        if sum(agency == asking.agency for agency, _ in self._asked) >= _REQUESTS_AN_AGENCY:
            return _no(asking, Reason.RATE_LIMITED, "asked too often in two minutes")
        self._asked[mine] = asking.time + REQUEST_SECONDS
        return asking

    async def _tell(self, asking: Asking, now: int) -> Mapping[str, object]:
        registry, storage = self._world.registry(), self._world.storage
        agency = registry.agencies[asking.agency]
        feeds = await storage.feed_states()
        streams = await storage.stream_states(agency.id, _STREAMS)
        refusals = [
            *await storage.refusals(agency=agency.id, proved=True, limit=_REFUSALS),
            *await storage.refusals(agency=agency.id, proved=False, limit=_REFUSALS),
        ]
        held = await storage.held_reasons(agency.id)
        state = registry.state_at(agency.id, now)
        return {
            "agency": agency.id,
            "state": state,
            "now": rfc3339(now),
            "clock_skew_seconds": asking.time - now,
            "registry": registry.version,
            "last_received": maybe((await storage.last_received()).get(agency.id)),
            "keys": [_key(key, now) for key in _keys(agency, registry)],
            "feeds": [_feed(feed, feeds.get(feed.id), now, polled=state.speaks) for feed in agency.feeds],
            "streams": [await self._stream(key, state) for key, state in streams.items()],
            "held": {reason.value: count for reason, count in held.items()},
            "refusals": [_refusal(each) for each in refusals],
        }

    async def _stream(self, key: StreamKey, state: StreamState) -> Mapping[str, object]:
        after = max(0, state.seq - _LOOK_BACK)
        here = await self._world.storage.numbers(key, after)
        return {
            "stream": key[1],
            "head": state.seq,
            "digest": state.digest,
            "forked": state.forked,
            "keys": list(state.kids),
            "counted_from": after + 1,
            "accepted": here,
            "late": await self._world.storage.late(key, after),
            "missing": state.seq - after - here,
        }


def _keys(agency: Agency, registry: Registry) -> list[AgencyKey]:
    return sorted((key for key in registry.keys.values() if key.agency == agency.id), key=lambda key: key.exp)


def _key(key: AgencyKey, now: int) -> Mapping[str, object]:
    return {
        "kid": key.kid,
        "status": key.status,
        "expires": rfc3339(key.exp),
        "seconds_left": key.exp - now,
        "revoked_at": maybe(key.revoked_at),
    }


def _feed(feed: SignedFeed, state: FeedState | None, now: int, *, polled: bool) -> Mapping[str, object]:
    known = state if state is not None else FeedState(feed=feed.id)
    return {
        "id": feed.id,
        "url": feed.url,
        "condition": feed_condition(feed, state, now) if polled else "not polled",
        "last_try": maybe(known.last_try),
        "last_success": maybe(known.last_success),
        "last_new": maybe(known.last_new),
        "last_heartbeat": maybe(known.last_heartbeat),
        "failures_in_a_row": known.failures,
        "mismatches": known.mismatches,
        "errors": [
            {"at": rfc3339(error.at), "code": error.code, "detail": error.detail} for error in known.errors
        ],
    }


def _refusal(record: RefusalRecord) -> Mapping[str, object]:
    return {
        "last_at": rfc3339(record.last_at),
        "count": record.count,
        "source": record.source,
        "reason": record.reason,
        "detail": record.detail,
        "remedy": record.reason.remedy,
        "digest": record.digest,
    }


def _no(asking: Asking, reason: Reason, detail: str) -> Refused:
    return Refused(reason=reason, detail=detail, agency=asking.agency)


def _denied(refused: Refused) -> web.Response:
    told = {"reason": refused.reason, "remedy": refused.reason.remedy}
    if refused.reason is Reason.RATE_LIMITED:
        return problem(429, refused.detail, retry_after=REQUEST_SECONDS, more=told)
    answer = problem(401, refused.detail, more=told)
    answer.headers[hdrs.WWW_AUTHENTICATE] = _SCHEME.strip()
    return answer
