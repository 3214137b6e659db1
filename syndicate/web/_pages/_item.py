"""/item/…: one item with its versions, what changed, its proof, and what stands in relation to it.

The order of things: (1) the version asked for; (2) was it taken back by law? then nothing but that; (3) what
was signed; (4) its versions and what changed from the one before; (5) its relations; (6) its proof.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from aiohttp import web
from markupsafe import Markup

from syndicate.journey import proof_of
from syndicate.news import ItemId, Registry, spelling
from syndicate.ports import Logged
from syndicate.web._answer import NEVER, json_bytes, send_page
from syndicate.web._operation import HTML
from syndicate.web._pages._changes import changes_between
from syndicate.web._pages._kept import Kept, Made
from syndicate.web._pages._paper import Paper
from syndicate.web._pages._proof import proof_values
from syndicate.web._pages._related import read_relations, related_values
from syndicate.web._pages._signed import article_in, banner_over, signed_values
from syndicate.web._pages._versions import version_values
from syndicate.web._world import EvidenceMaker, World

_NAME: Final = re.compile(
    rf"(?P<sub>{spelling.AGENCY_ID}:[a-z2-7]{{26}})(?:/(?P<ver>[1-9][0-9]{{0,15}}))?", re.ASCII
)
# The file has a policy of its own for when it is opened; from here it is only saved.
_SAVED: Final = "default-src 'none'; sandbox; frame-ancestors 'none'"
_VERSIONS_MOST: Final = 50  # on one page


class _NoEvidence(Exception):
    """Whoever checks this version today says no: there is nothing to send on."""


class Items:
    """Answers for the pages of items, and for the evidence of each version."""

    def __init__(self, world: World, paper: Paper, kept: Kept) -> None:
        self._world = world
        self._paper = paper
        self._kept = kept

    async def page(self, request: web.BaseRequest, rest: str) -> web.Response:
        """The page of ``sub`` (the version that stands) or of ``sub/ver``."""
        ready = self._kept.standing(f"item/{rest}")
        if ready is not None:
            return ready.answer(request)
        logged, stands = await self._asked_for(rest)
        if logged is None or stands is None:
            return self._nothing()
        if logged.erased:
            return await self._gone(logged)
        make = partial(self._page, logged, stands)
        return (await self._kept.get(f"item/{rest}", make)).answer(request)

    async def evidence(self, request: web.BaseRequest, rest: str) -> web.Response:
        """One file of ``sub/ver`` to send on, which checks itself; none while no checkpoint holds it."""
        ready = self._kept.standing(f"evidence/{rest}")
        if ready is not None:
            return ready.answer(request)
        logged, _ = await self._asked_for(rest) if "/" in rest else (None, None)
        make = self._world.evidence
        if logged is None or make is None:
            return self._nothing()
        if logged.erased:
            return await self._gone(logged)
        made = await proof_of(self._world.storage.log, logged.index)
        if made is None:
            return self._nothing()
        making = partial(self._evidence, make, logged, made[0].raw)
        try:
            return (await self._kept.get(f"evidence/{rest}", making)).answer(request)
        except _NoEvidence:
            return self._nothing()

    async def _asked_for(self, name: str) -> tuple[Logged | None, Logged | None]:
        """(1) The version that an address names, and the one that stands of its item."""
        named = _NAME.fullmatch(name)
        if named is None:
            return None, None
        sub = ItemId(named["sub"])
        stands = (await self._world.storage.standing([sub])).get(sub)
        if stands is None or named["ver"] is None:
            return stands, stands
        return await self._version(sub, int(named["ver"])), stands

    async def _version(self, sub: ItemId, ver: int) -> Logged | None:
        logged = await self._world.storage.version(sub, ver)
        return logged if logged is not None and logged.index < self._world.storage.log.visible else None

    def _nothing(self) -> web.Response:
        return self._paper.refuse(404, "missing.item", self._world.registry())

    async def _gone(self, logged: Logged) -> web.Response:
        """(2) Of what a law took back: that it was here, and the act that says why it is not."""
        act = await self._world.storage.erased_by(logged.sub, logged.ver)
        versions = await self._versions(logged, logged)
        body = self._paper.print("gone.html", self._world.registry(), "", act=act, versions=versions)
        return send_page(410, body, HTML, self._paper.headers(), cache=NEVER)

    async def _page(self, logged: Logged, stands: Logged) -> Made:
        world, registry = self._world, self._world.registry()
        earlier = await self._before(logged)
        relations = await read_relations(world.storage, logged.sub)
        made = await proof_of(world.storage.log, logged.index)
        values = {
            "versions": await self._versions(logged, stands),
            "version_address": f"/item/{logged.sub}/{logged.ver}",
            "has_evidence": world.evidence is not None and made is not None,
            **proof_values(logged, made, registry, world.storage.log.proven),
        }
        body = await asyncio.to_thread(self._print, logged, stands, earlier, relations, values, registry)
        return Made(body=body, extra=self._paper.headers())

    def _print(  # noqa: PLR0913, PLR0917 - all that a page of an item is made of
        self,
        logged: Logged,
        stands: Logged,
        earlier: Logged | None,
        relations: Any,  # noqa: ANN401
        values: Mapping[str, object],
        registry: Registry,
    ) -> bytes:
        base = self._world.base_url
        return self._paper.print(
            "item.html",
            registry,
            "",
            **values,
            **signed_values(self._paper, logged, registry, base),
            banner=banner_over(logged, stands),
            newest=stands.ver,
            stands_here=stands.ver == logged.ver,
            changes=None if earlier is None else changes_between(earlier, logged),
            article=Markup(json_bytes(article_in(logged, registry, base)).decode()),  # noqa: S704 - no < in it
            **related_values(relations, registry),
        )

    async def _before(self, logged: Logged) -> Logged | None:
        """The version before this one, if its text is here."""
        for ver in range(logged.ver - 1, max(0, logged.ver - _VERSIONS_MOST), -1):
            found = await self._version(logged.sub, ver)
            if found is not None and not found.erased:
                return found
        return None

    async def _versions(self, logged: Logged, stands: Logged) -> Sequence[Mapping[str, object]]:
        found = await self._world.storage.history(logged.sub, _VERSIONS_MOST)
        acts = {one.ver: await self._world.storage.erased_by(one.sub, one.ver) for one in found if one.erased}
        return [version_values(one, logged, stands, acts.get(one.ver)) for one in found]

    async def _evidence(self, make: EvidenceMaker, logged: Logged, proof: bytes) -> Made:
        body = await asyncio.to_thread(make, logged, proof)
        if body is None:
            raise _NoEvidence
        name = f"{logged.sub.replace(':', '-')}-{logged.ver}.html"
        told = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Security-Policy": _SAVED}
        return Made(body=body, extra=told)
