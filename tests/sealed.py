"""A press room whose tokens go all the way: signed, verified, placed, kept and sealed."""

from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from press import NOON, PressRoom, envelope, registry

from syndicate.agency import item_id
from syndicate.news import Content, Registry
from syndicate.ports import Book, Storage
from syndicate.trust import ItemState, Neighbours, Placed, StreamState, Verified, place, verify

__all__ = ["NOON", "Clock", "Hub", "Newsroom", "federation"]


@dataclass
class Clock:
    time: float = NOON

    def now(self) -> float:
        return self.time


class Newsroom(PressRoom):
    """One agency with a key of its own; each call of ``sign`` is the next token of its stream."""

    def __init__(self, agency: str = "vn.demo", *, languages: tuple[str, ...] = ("vi",)) -> None:
        super().__init__(agency, seed=1 + sum(agency.encode()) % 150)
        self.languages = languages
        self.name = "Hãng tin thử"

    def sign(self, name: str = "item", **claims: Any) -> str:
        said: dict[str, Any] = {
            "sub": item_id(self.id, name),
            "iat": NOON - 60,
            "lang": self.languages[0],
            "title": f"Tin {name}",
            "url": f"https://{self.host}/{name}",
            "content": Content(type="text/html", body=f"<p>{name}</p>"),
        }
        return self.publish(name, **said | claims)


def federation(*rooms: Newsroom, version: str = "1") -> Registry:
    """The federation of these agencies, each named in its first language."""
    whole = registry(*rooms)
    agencies = {
        room.id: replace(
            whole.agencies[room.id], names={room.languages[0]: room.name}, languages=room.languages
        )
        for room in rooms
    }
    return replace(whole, agencies=agencies, version=version)


def _placed(book: Book, verified: Verified) -> Placed:
    item = verified.item
    stream, version = (item.iss, item.stream), (item.sub, item.ver)
    place_here = (item.iss, item.stream, item.seq)
    placed = place(
        verified,
        item=book.items([item.sub]).get(item.sub, ItemState()),
        stream=book.streams([stream]).get(stream, StreamState()),
        standing=book.versions([version]).get(version),
        around=Neighbours.among(book.numbered([place_here]), place_here),
    )
    assert isinstance(placed, Placed), placed
    return placed


@dataclass
class Hub:
    """Storage with a short way in: verify, keep, seal."""

    storage: Storage
    registry: Registry
    clock: Clock = field(default_factory=Clock)

    async def take(self, *tokens: str) -> None:
        for token in tokens:
            await self.storage.write(partial(self._keep, token))
        await self.storage.seal(self.clock.now())

    def _keep(self, token: str, book: Book) -> None:
        verified = verify(envelope(token), self.registry, int(self.clock.now()))
        assert isinstance(verified, Verified), verified
        placed = _placed(book, verified)
        book.keep([(verified, placed)])
        book.keep_streams({(verified.item.iss, verified.item.stream): placed.stream})
