"""/v1/sources: who is in the federation, and how their feeds are doing. States and figures, no details."""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from syndicate.news import Agency, Registry, SignedFeed, rfc3339
from syndicate.ports import FeedState
from syndicate.web._answer import send_json
from syndicate.web._condition import Health, feed_condition, read_health
from syndicate.web._times import maybe
from syndicate.web._world import World

_CACHE: Final = "public, max-age=30"


class Sources:
    """Answers for /v1/sources."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def get(self, request: web.BaseRequest, _rest: str) -> web.Response:
        """Every agency of the registry with its feeds, their health and the counts of refusals."""
        registry, now = self._world.registry(), self._world.clock.now()
        told = _tell(registry, await read_health(self._world.storage), now)
        return send_json(request, told, cache=_CACHE)


def _tell(registry: Registry, health: Health, now: float) -> Mapping[str, object]:
    members = {
        code: {
            "names": dict(member.names),
            "agencies": [
                {**_agency(agency, registry, health, now), "quarantined": _quarantined(agency, registry)}
                for agency in sorted(registry.agencies.values(), key=lambda one: one.id)
                if agency.member == code
            ],
        }
        for code, member in sorted(registry.members.items())
    }
    return {
        "federation": registry.federation,
        "name": registry.name,
        "stage": registry.stage or None,
        "registry": registry.version,
        "registry_fresh_until": maybe(registry.fresh_until),
        "members": members,
        "refused_unattributed": health.refused_of(None),
    }


def _quarantined(agency: Agency, registry: Registry) -> Mapping[str, object] | None:
    held = registry.quarantined.get(agency.id)
    if held is None:
        return None
    return {"since": rfc3339(held.since), "until": rfc3339(held.until), "reason": held.reason}


def _agency(agency: Agency, registry: Registry, health: Health, now: float) -> Mapping[str, object]:
    state = registry.state_at(agency.id, int(now))
    polled = state.speaks
    owner = agency.ownership
    return {
        "id": agency.id,
        "names": dict(agency.names),
        "state": state,
        "states": [{"state": one.state, "since": rfc3339(one.since)} for one in agency.states],
        "languages": list(agency.languages),
        "home": agency.home,
        "ministry": agency.ministry,
        "ownership": {
            "form": owner.form,
            "funding": owner.funding,
            "editor_appointed_by": owner.editor_appointed_by,
        },
        "rights": agency.rights,
        "credit": agency.credit,
        "last_received": maybe(health.received.get(agency.id)),
        "refused": health.refused_of(agency.id),
        "feeds": [_feed(feed, health.feeds.get(feed.id), now, polled=polled) for feed in agency.feeds],
    }


def _feed(feed: SignedFeed, state: FeedState | None, now: float, *, polled: bool) -> Mapping[str, object]:
    known = state if state is not None else FeedState(feed=feed.id)
    return {
        "id": feed.id,
        "url": feed.url,
        "format": feed.format,
        "lang": feed.lang,
        "stream": feed.stream,
        "cadence_seconds": feed.cadence_seconds,
        "condition": feed_condition(feed, state, now) if polled else "not polled",
        "last_try": maybe(known.last_try),
        "last_success": maybe(known.last_success),
        "last_new": maybe(known.last_new),
        "last_heartbeat": maybe(known.last_heartbeat),
        "seconds_since_success": None
        if known.last_success is None
        else max(0, int(now) - known.last_success),
        "failures_in_a_row": known.failures,
        "mismatches": known.mismatches,
        # Codes only: what exactly a server answered is for the operator's eyes.
        "errors": [{"at": rfc3339(error.at), "code": error.code} for error in known.errors],
    }
