"""/item/…: one item with its versions, what changed, its proof, and what stands in relation to it.

The order of things: (1) the version asked for; (2) was it taken back by law? then nothing but that; (3) what
was signed; (4) its versions and what changed from the one before; (5) its relations; (6) its proof.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from aiohttp import web
from markupsafe import Markup

from syndicate.journey import proof_of
from syndicate.ledger import ProofFile
from syndicate.news import ItemId, Kind, spelling
from syndicate.ports import KeptCheckpoint, Logged
from syndicate.trust import recall
from syndicate.web._answer import ALERT_CACHE, FEED_CACHE, NEVER, json_bytes, send_page
from syndicate.web._kept import KeptPages, Made
from syndicate.web._operation import HTML
from syndicate.web._pages._changes import changes_between
from syndicate.web._pages._paper import Paper
from syndicate.web._pages._proof import proof_values
from syndicate.web._pages._related import Relations, read_relations, related_values
from syndicate.web._pages._room import Room, fitting, told_within, within
from syndicate.web._pages._signed import article_in, banner_over, signed_values
from syndicate.web._pages._versions import version_values
from syndicate.web._world import EvidenceMaker, World

_NAME: Final = re.compile(rf"(?P<sub>{spelling.ITEM_ID})(?:/(?P<ver>[1-9][0-9]{{0,15}}))?", re.ASCII)
# The file has a policy of its own for when it is opened; from here it is only saved.
_SAVED: Final = "default-src 'none'; sandbox; frame-ancestors 'none'"
_VERSIONS_MOST: Final = 50  # on one page


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """All that a page of an item is made of, read from storage."""

    logged: Logged
    stands: Logged
    versions: Sequence[Mapping[str, object]]
    earlier: Logged | None  # what it is compared with
    relations: Relations
    made: tuple[ProofFile, KeptCheckpoint] | None


class _NoEvidence(Exception):
    """Whoever checks this version today says no: there is nothing to send on."""


class ItemPages:
    """Answers for the pages of items, and for the evidence of each version."""

    def __init__(self, world: World, paper: Paper, kept: KeptPages) -> None:
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
            return await self._gone(logged, stands)
        make = partial(self._page, logged, stands)
        return (await self._kept.get(f"item/{rest}", make)).answer(request)

    async def evidence(self, request: web.BaseRequest, rest: str) -> web.Response:
        """One file of ``sub/ver`` to send on, which checks itself; none while no checkpoint holds it."""
        ready = self._kept.standing(f"evidence/{rest}")
        if ready is not None:
            return ready.answer(request)
        logged, stands = await self._asked_for(rest) if "/" in rest else (None, None)
        make = self._world.evidence
        if logged is None or stands is None or make is None:
            return self._nothing()
        if logged.erased:
            return await self._gone(logged, stands)
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

    async def _gone(self, logged: Logged, stands: Logged) -> web.Response:
        """(2) Of what a law took back: that it was here, and the act that says why it is not."""
        act = await self._world.storage.erased_by(logged.sub, logged.ver)
        history = await self._world.storage.history(logged.sub, _VERSIONS_MOST)
        versions = await self._versions(history, logged, stands)
        body = self._paper.print("gone.html", self._world.registry(), "", act=act, versions=versions)
        return send_page(410, body, HTML, self._paper.headers(), cache=NEVER)

    async def _page(self, logged: Logged, stands: Logged) -> Made:
        storage = self._world.storage
        history = await storage.history(logged.sub, _VERSIONS_MOST)
        read = _Read(
            logged=logged,
            stands=stands,
            versions=await self._versions(history, logged, stands),
            earlier=_compared_with(history, logged),
            relations=await read_relations(storage, logged.sub),
            made=await proof_of(storage.log, logged.index),
        )
        body = await asyncio.to_thread(self._print, read)
        cache = ALERT_CACHE if recall(logged.token).kind is Kind.ALERT else FEED_CACHE
        return Made(body=body, extra=self._paper.headers(), cache=cache)

    async def _versions(
        self, history: Sequence[Logged], logged: Logged, stands: Logged
    ) -> Sequence[Mapping[str, object]]:
        gone = [one for one in history if one.erased]
        acts = {one.ver: await self._world.storage.erased_by(one.sub, one.ver) for one in gone}
        return [version_values(one, logged, stands, acts.get(one.ver)) for one in history]

    def _print(self, read: _Read) -> bytes:
        registry, base, logged = self._world.registry(), self._world.base_url, read.logged
        article = article_in(logged, registry, base)
        values = {
            **signed_values(self._paper, logged, registry, base),
            **proof_values(logged, read.made, registry, self._world.storage.log.proven),
            **related_values(read.relations, registry),
            "banner": banner_over(logged, read.stands),
            "newest": read.stands.ver,
            "stands_here": read.stands.ver == logged.ver,
            "version_address": f"/item/{logged.sub}/{logged.ver}",
            "versions": read.versions,
            "changes": None if read.earlier is None else changes_between(read.earlier, logged),
            "has_evidence": self._world.evidence is not None and read.made is not None,
        }

        def print_(room: Room) -> bytes:
            told = json_bytes(told_within(article, room)).decode()
            shown = within(values, room)
            return self._paper.print("item.html", registry, "", article=Markup(told), **shown)  # noqa: S704 - there is no < in it

        return fitting(print_)

    async def _evidence(self, make: EvidenceMaker, logged: Logged, proof: bytes) -> Made:
        body = await asyncio.to_thread(make, logged, proof)
        if body is None:
            raise _NoEvidence
        name = f"{logged.sub.replace(':', '-')}-{logged.ver}.html"
        told = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Security-Policy": _SAVED}
        return Made(body=body, extra=told)


def _compared_with(history: Sequence[Logged], logged: Logged) -> Logged | None:
    """The last version before this one that has a text; none for one that takes the text away."""
    if recall(logged.token).withdrawn:
        return None  # the old text stands at its own address: here it would be shown once more
    earlier = (one for one in history if one.ver < logged.ver and not one.erased)
    return next((one for one in earlier if not recall(one.token).withdrawn), None)
