"""/sources and /sources/…: who is in the federation, with which keys, in what health, owned by whom."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from aiohttp import web

from syndicate.news import Agency, AgencyId, AgencyKey, Registry, SignedFeed, Slice
from syndicate.ports import Window
from syndicate.web._condition import Health, feed_condition, read_health
from syndicate.web._kept import KeptPages, Made
from syndicate.web._pages._paper import Paper, called
from syndicate.web._pages._rows import printed_rows
from syndicate.web._pages._ways import tongue, ways_into
from syndicate.web._world import World

_NEWEST: Final = 10  # items on a source's own page
_UNPOLLED: Final = "unpolled"


class SourcePages:
    """Answers for the list of sources, and for each source's own page."""

    def __init__(self, world: World, paper: Paper, kept: KeptPages) -> None:
        self._world = world
        self._paper = paper
        self._kept = kept

    async def all(self, request: web.BaseRequest, _rest: str) -> web.Response:
        """The list."""
        return (await self._kept.get("sources", self._make_all, minutes=True, first=True)).answer(request)

    async def one(self, request: web.BaseRequest, id_: str) -> web.Response:
        """One source."""
        agency = self._world.registry().agencies.get(AgencyId(id_))
        if agency is None:
            return self._paper.refuse(404, "missing.source", self._world.registry())
        make = partial(self._make_one, agency)
        ready = await self._kept.get(f"sources/{agency.id}", make, minutes=True, first=True)
        return ready.answer(request)

    async def _make_all(self) -> Made:
        registry, now = self._world.registry(), self._world.clock.now()
        health = await read_health(self._world.storage)
        members = [
            {
                "code": code,
                "name": called(registry.members.get(code), code),
                "agencies": [_row(agency, registry, health, now) for agency in _of(registry, code)],
            }
            for code in sorted(registry.members)
        ]
        unattributed = sum(health.refused_of(None).values())
        body = self._paper.print(
            "sources.html",
            registry,
            "sources",
            members=[member for member in members if member["agencies"]],
            unattributed=f"{unattributed:,}",
            base=self._world.base_url,
        )
        return Made(body=body, extra=self._paper.headers())

    async def _make_one(self, agency: Agency) -> Made:
        world, registry = self._world, self._world.registry()
        now, health = world.clock.now(), await read_health(world.storage)
        slice_ = Slice(agency=agency.id)
        newest = await world.storage.window(slice_, Window(seconds=0, least=_NEWEST, most=_NEWEST))
        rows, _ = await asyncio.to_thread(
            printed_rows, self._paper, newest, registry, proven=world.storage.log.proven, most=_NEWEST
        )
        state = registry.state_at(agency.id, int(now))
        body = self._paper.print(
            "source.html",
            registry,
            "sources",
            agency=agency,
            name=called(agency, agency.id),
            state=state,
            state_of=called(registry.members.get(agency.member), agency.member),
            held=registry.quarantined.get(agency.id),
            languages=[tongue(lang) for lang in agency.languages],
            keys=_keys(agency, registry),
            feeds=[_feed(feed, health, now, polled=state.speaks) for feed in agency.feeds],
            refused=health.refused_of(agency.id),
            rows=rows,
            ways=ways_into(slice_, pushes=world.websub is not None),
            base=world.base_url,
        )
        return Made(body=body, extra=self._paper.headers())


def _of(registry: Registry, code: str) -> Sequence[Agency]:
    mine = (agency for agency in registry.agencies.values() if agency.member == code)
    return sorted(mine, key=lambda agency: agency.id)


def _row(agency: Agency, registry: Registry, health: Health, now: float) -> Mapping[str, object]:
    state = registry.state_at(agency.id, int(now))
    held = registry.quarantined.get(agency.id)
    conditions = [feed_condition(feed, health.feeds.get(feed.id), now) for feed in agency.feeds]
    return {
        "id": agency.id,
        "name": called(agency, agency.id),
        "state": state,
        "held_until": None if held is None else held.until,
        "received": health.received.get(agency.id),
        "conditions": conditions if state.speaks else [],
        "refused": sum(health.refused_of(agency.id).values()),
    }


def _keys(agency: Agency, registry: Registry) -> Sequence[AgencyKey]:
    mine = (key for key in registry.keys.values() if key.agency == agency.id)
    return sorted(mine, key=lambda key: (-key.nbf, key.kid))


def _feed(feed: SignedFeed, health: Health, now: float, *, polled: bool) -> Mapping[str, object]:
    state = health.feeds.get(feed.id)
    return {
        "id": feed.id,
        "url": feed.url,
        "condition": feed_condition(feed, state, now) if polled else _UNPOLLED,
        "success": None if state is None else state.last_success,
    }
