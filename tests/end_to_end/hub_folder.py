"""A hub's whole surroundings in one folder: registry, agency with its own feed server, settings."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from aiohttp import web
from press import PressRoom
from registry_files import Folders, lay_out
from web.raw_client import listener

from syndicate.journey import PressLimits
from syndicate.news import AgencyId, FederationId, Registry
from syndicate.registry import load_registry
from syndicate.republish import compose_agency, entry_of
from syndicate.settings import Address, Settings
from syndicate.trust import recall
from syndicate.web import serve
from syndicate.wire import Typesetter

AGENCY = AgencyId("aa.news")


class Newsroom(PressRoom):
    """The agency whose key lies in the folders."""

    def __init__(self) -> None:
        super().__init__(AGENCY, seed=1)
        self.tokens: list[str] = []

    def release(self, name: str, **changes: Any) -> str:
        url = f"https://news.aa.example/{name}"
        token = self.publish(
            name, **{"aud": FederationId("trial"), "url": url, "title": f"Story {name}", "lang": "en"} | changes
        )
        self.tokens.append(token)
        return token

    def feed(self, registry: Registry) -> bytes:
        agency = registry.agencies[AGENCY]
        entries = [entry_of(recall(token), token, registry, token_url="") for token in reversed(self.tokens)]
        feed = compose_agency(agency, entries, atom_url="https://news.aa.example/a.atom", rss_url=None)
        return Typesetter().render(feed, "atom")


@dataclass
class Place:
    folder: Path
    folders: Folders
    newsroom: Newsroom
    feed_port: int
    served: dict[str, bytes] = field(default_factory=dict)

    @property
    def registry(self) -> Registry:
        return load_registry(self.folders.sources, self.folders.keys)

    def settings(self, **changes: Any) -> Settings:
        made = Settings(
            listen=Address("127.0.0.1", 0),
            database=self.folder / "hub.sqlite3",
            sources=self.folders.sources,
            keys=self.folders.keys,
            allow=(Address("127.0.0.1", self.feed_port),),
            poll_seconds=3_600.0,
            feeds=PressLimits(rebuild_seconds=0.0),
        )
        return replace(made, **changes)


@asynccontextmanager
async def place(folder: Path) -> AsyncIterator[Place]:
    """The surroundings, with the agency's signed feed answering on loopback."""
    bound = listener()
    here = Place(folder, lay_out(folder), Newsroom(), bound.getsockname()[1])
    here.folders.edit("aa.toml", "127.0.0.1:8001", f"127.0.0.1:{here.feed_port}")

    async def get(request: web.Request) -> web.Response:
        return web.Response(body=here.newsroom.feed(here.registry), content_type="application/atom+xml")

    site = web.Application()
    site.router.add_get("/signed.atom", get)
    async with serve(site, bound):
        yield here
