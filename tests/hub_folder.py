"""A hub's whole surroundings in one folder: registry, agency with its own feed server, settings."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from aiohttp import web
from patience import PATIENCE
from press import PressRoom
from raw_client import Reply, ask, held_port, listener
from registry_files import Folders, lay_out
from rehearsed import Rehearsed, rehearsed
from sealed import Clock

from syndicate.assembly import Hub, open_hub
from syndicate.journey import PressLimits
from syndicate.news import AgencyId, FederationId, Registry, Slice
from syndicate.papers import load_registry
from syndicate.republish import compose_agency, entry_of
from syndicate.settings import Address, Settings
from syndicate.trust import recall
from syndicate.web import serve
from syndicate.wire import Typesetter

AGENCY = AgencyId("aa.news")


class Newsroom(PressRoom):
    """The agency whose key lies in the folders."""

    def __init__(self, seed: int = 1) -> None:
        super().__init__(AGENCY, seed=seed)
        self.tokens: list[str] = []

    def release(self, name: str, **changes: Any) -> str:
        url = f"https://news.aa.example/{name}"
        token = self.publish(
            name,
            **{"aud": FederationId("trial"), "url": url, "title": f"Story {name}", "lang": "en"} | changes,
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
    signed: Rehearsed
    served: dict[str, bytes] = field(default_factory=dict)

    @property
    def registry(self) -> Registry:
        return load_registry(self.folders.sources, self.folders.keys)

    @property
    def polled(self) -> tuple[Address, ...]:
        """What a hub must allow to reach the agency's feed; without it every poll is forbidden."""
        return (Address("127.0.0.1", self.feed_port),)

    def lose_the_database(self) -> None:
        """With all that remembers it: so a hub can be made to say two things about one index."""
        for name in ("hub.sqlite3", "hub.sqlite3.log-key.signed"):
            (self.folder / name).unlink()
        self.newsroom.seq, self.newsroom.prev = 0, None

    def settings(self, **changes: Any) -> Settings:
        made = Settings(
            listen=Address("127.0.0.1", 0),
            database=self.folder / "hub.sqlite3",
            registry=str(self.signed.repository),
            root=self.signed.root,
            poll_seconds=3_600.0,
            feeds=PressLimits(rebuild_seconds=0.0),
        )
        return replace(made, **changes)


@dataclass(frozen=True)
class Served:
    """A hub at work, asked over the wire."""

    hub: Hub
    here: Place
    clock: Clock
    port: int

    async def get(self, path: str, *lines: str, method: str = "GET") -> Reply:
        return await ask(self.port, path, *lines, method=method)

    async def json(self, path: str) -> Any:
        reply = await self.get(path)
        assert reply.status == 200, (path, reply)
        return json.loads(reply.body)

    async def send(self, body: bytes, *lines: str, kind: str = "Content-Type: text/plain") -> Reply:
        return await ask(self.port, "/v1/submit", kind, *lines, method="POST", body=body)

    async def submit(self, *tokens: str) -> list[dict[str, Any]]:
        """Push tokens; what is admitted is sealed when this returns."""
        reply = await self.send("\n".join(tokens).encode())
        assert reply.status == 200, reply
        await self.hub.sealer.seal_once()
        results: list[dict[str, Any]] = json.loads(reply.body)["results"]
        return results

    async def shown(self) -> int:
        """How many versions the hub shows; acts have an index, too."""
        return len(await self.hub.storage.page(Slice(), -1, 10_000))

    async def until_sealed(self, versions: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while await self.shown() < versions:  # noqa: ASYNC110 - the hub seals by itself
                await asyncio.sleep(0.02)

    async def release(self, *names: str, **changes: Any) -> list[str]:
        """Sign stories, push them, and see them admitted."""
        tokens = [self.here.newsroom.release(name, **changes) for name in names]
        results = await self.submit(*tokens)
        assert {each["outcome"] for each in results} == {"admitted"}, results
        return tokens


@asynccontextmanager
async def hub_at_work(here: Place, **changes: Any) -> AsyncIterator[Served]:
    with held_address() as listen:
        clock, settings = Clock(), here.settings(**{"listen": listen, **changes})
        async with open_hub(settings, clock=clock) as hub:
            yield Served(hub, here, clock, settings.listen.port)


@contextmanager
def held_address() -> Iterator[Address]:
    """Where a hub or a witness may listen, go away, and come back."""
    with held_port() as port:
        yield Address("127.0.0.1", port)


_ports: list[int] = []


def _same_port_again() -> socket.socket:
    """Where the agency's feed answers: where the last one did, if it may, for its address is signed."""
    with contextlib.suppress(OSError, IndexError):
        return listener(_ports[-1])
    bound = listener()
    _ports.append(bound.getsockname()[1])
    return bound


@asynccontextmanager
async def place(folder: Path) -> AsyncIterator[Place]:
    """The surroundings, with the agency's signed feed answering on loopback."""
    bound = _same_port_again()
    folders, port = lay_out(folder), bound.getsockname()[1]
    folders.edit("aa.toml", "127.0.0.1:8001", f"127.0.0.1:{port}")
    here = Place(folder, folders, Newsroom(), port, rehearsed(folders, folder))

    async def site(_: web.BaseRequest) -> web.Response:
        return web.Response(body=here.newsroom.feed(here.registry), content_type="application/atom+xml")

    async with serve(site, bound):
        yield here
