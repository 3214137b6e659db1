"""A federation in memory: agencies that sign, the registry that lists them, and a way into storage."""

import base64
import hashlib
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from syndicate.news import (
    Act,
    Agency,
    AgencyId,
    AgencyKey,
    Content,
    Envelope,
    FederationId,
    Item,
    ItemId,
    KeyId,
    KeyStatus,
    Kind,
    Member,
    MemberCode,
    Registry,
    SeatState,
    SignedFeed,
    Since,
    StreamName,
    TokenDigest,
    UnixTime,
    compose_token,
    digest_of,
    encode,
)
from syndicate.ports import Book, Storage
from syndicate.signing import ephemeral_signer
from syndicate.trust import ItemState, Placed, StreamState, Verified, place, verify

NOON = 1_795_435_200  # 2026-11-23T12:00:00Z


@dataclass
class Clock:
    time: float = NOON

    def now(self) -> float:
        return self.time


@dataclass
class Newsroom:
    """One agency with a key of its own; each call of ``sign`` is the next token of its stream."""

    agency: str = "vn.demo"
    languages: tuple[str, ...] = ("vi",)
    name: str = "Hãng tin thử"
    feeds: tuple[SignedFeed, ...] = ()
    state: SeatState = SeatState.ACTIVE
    seq: int = 0
    prev: TokenDigest | None = None

    def __post_init__(self) -> None:
        self.signer = ephemeral_signer(self.agency.encode().ljust(32, b"."))
        self.host = f"{self.agency.replace('.', '-')}.example"

    def local(self, name: str) -> ItemId:
        opaque = base64.b32encode(hashlib.sha256(name.encode()).digest()).decode("ascii").lower()[:26]
        return ItemId(f"{self.agency}:{opaque}")

    def sign(self, name: str = "item", **claims: Any) -> str:
        self.seq += 1
        said: dict[str, Any] = {
            "aud": FederationId("demo"),
            "iss": AgencyId(self.agency),
            "sub": self.local(name),
            "ver": 1,
            "stream": StreamName("main"),
            "seq": self.seq,
            "prev": self.prev,
            "iat": UnixTime(NOON - 60),
            "act": Act.PUBLISH,
            "kind": Kind.STORY,
            "lang": self.languages[0],
            "title": f"Tin {name}",
            "url": f"https://{self.host}/{name}",
            "published": "2026-11-23T11:00:00Z",
            "updated": "2026-11-23T11:00:00Z",
            "content": Content(type="text/html", body=f"<p>{name}</p>"),
        } | claims
        token = compose_token(encode(Item(**said)), self.signer.kid, self.signer.sign)
        self.prev = digest_of(token)
        return token


def federation(*rooms: Newsroom, version: str = "1") -> Registry:
    agencies = {
        AgencyId(room.agency): Agency(
            id=AgencyId(room.agency),
            names={room.languages[0]: room.name},
            domains=(room.host,),
            states=(Since(state=room.state, since=UnixTime(NOON - 86_400)),),
            languages=room.languages,
            feeds=room.feeds,
        )
        for room in rooms
    }
    keys = {
        KeyId(room.signer.kid): AgencyKey(
            kid=KeyId(room.signer.kid),
            agency=AgencyId(room.agency),
            public=room.signer.public,
            status=KeyStatus.ACTIVE,
            nbf=UnixTime(NOON - 86_400),
            exp=UnixTime(NOON + 86_400 * 300),
        )
        for room in rooms
    }
    members = {
        MemberCode(room.agency[:2]): Member(
            code=MemberCode(room.agency[:2]), names={"en": room.agency[:2].upper()}
        )
        for room in rooms
    }
    return Registry(
        federation=FederationId("demo"),
        name="Demo federation",
        members=members,
        agencies=agencies,
        keys=keys,
        version=version,
    )


def _placed(book: Book, verified: Verified) -> Placed:
    item = verified.item
    stream, version = (item.iss, item.stream), (item.sub, item.ver)
    place_here = (item.iss, item.stream, item.seq)
    placed = place(
        verified,
        item=book.items([item.sub]).get(item.sub, ItemState()),
        stream=book.streams([stream]).get(stream, StreamState()),
        standing=book.versions([version]).get(version),
        around=book.neighbours([place_here])[place_here],
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
        verified = verify(Envelope(token=token, source="test"), self.registry, int(self.clock.now()))
        assert isinstance(verified, Verified), verified
        placed = _placed(book, verified)
        book.keep([(verified, placed)])
        book.keep_streams({(verified.item.iss, verified.item.stream): placed.stream})
