"""Agencies to measure with: ten of them, each with one key, one stream, and signed feeds of 100 entries."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from syndicate.news import (
    Act,
    Agency,
    AgencyId,
    AgencyKey,
    Entry,
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
    Since,
    StreamName,
    TokenDigest,
    UnixTime,
    compose_token,
    digest_of,
    encode,
)
from syndicate.republish import compose_agency, entry_of
from syndicate.signing import ephemeral_signer
from syndicate.wire import Typesetter

from ._stories import Story, stories

NOON: Final = 1_795_435_200  # 2026-11-23T12:00:00Z
_DAY: Final = 86_400
_MEMBERS: Final = ("bn", "kh", "id", "la", "my", "mm", "ph", "sg", "th", "vn")
ENTRIES: Final = 100  # of one signed feed


class StillClock:
    """A clock that stands at the time the stories are signed for."""

    def now(self) -> float:
        """Noon."""
        return float(NOON)


@dataclass(frozen=True, slots=True)
class Issue:
    """One signed feed as it is fetched, with what is in it."""

    agency: AgencyId
    atom: bytes
    tokens: tuple[str, ...]


class Newsroom:
    """One agency; it publishes as many stories as it is asked for, and its stream goes on."""

    def __init__(self, member: str, seed: int) -> None:
        self.id = AgencyId(f"{member}.bench")
        self.host = f"news.{member}.example"
        self.signer = ephemeral_signer(bytes([seed + 1]) * 32)
        self.kid = KeyId(self.signer.kid)
        self._stories = stories(seed, self.host)
        self._head: tuple[int, TokenDigest | None] = (0, None)

    def publish(self) -> tuple[Item, str]:
        """The next story as an item, and its token."""
        seq, prev = self._head[0] + 1, self._head[1]
        item = self._item(next(self._stories), seq, prev)
        token = compose_token(encode(item), self.kid, self.signer.sign)
        self._head = (seq, digest_of(token))
        return item, token

    def _item(self, story: Story, seq: int, prev: TokenDigest | None) -> Item:
        return Item(
            aud=FederationId("bench"),
            iss=self.id,
            sub=ItemId(f"{self.id}:{_local(seq)}"),
            ver=1,
            stream=StreamName("main"),
            seq=seq,
            prev=prev,
            iat=UnixTime(NOON - 60),
            act=Act.PUBLISH,
            kind=Kind.STORY,
            lang=story.lang,
            title=story.title,
            url=f"https://{self.host}/{story.lang}/2026/11/23/{seq}.html",
            published="2026-11-23T11:59:00Z",
            updated="2026-11-23T11:59:00Z",
            summary=story.summary,
            content=story.content,
            media=story.media,
            categories=("medtop:03000000",),
        )

    @property
    def agency(self) -> Agency:
        """The agency as the registry describes it."""
        return Agency(
            id=self.id,
            names={"en": f"Bench News of {self.id[:2]}"},
            domains=(self.host, f"www.{self.host}"),
            media_hosts=(f"*.cdn.{self.host}",),
            states=(Since(state=SeatState.ACTIVE, since=UnixTime(NOON - 100 * _DAY)),),
        )

    @property
    def key(self) -> AgencyKey:
        """The agency's key as the registry lists it."""
        return AgencyKey(
            kid=self.kid,
            agency=self.id,
            public=self.signer.public,
            status=KeyStatus.ACTIVE,
            nbf=UnixTime(NOON - 100 * _DAY),
            exp=UnixTime(NOON + 300 * _DAY),
        )


def _local(number: int) -> str:
    """26 characters of base32 that name a story and, like real ones, come in no order."""
    scattered = number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128
    return "".join("abcdefghijklmnopqrstuvwxyz234567"[scattered >> 5 * place & 31] for place in range(26))


class Press:
    """All ten agencies under one registry; it hands out their signed feeds in turn."""

    def __init__(self) -> None:
        self.rooms = tuple(Newsroom(member, seed) for seed, member in enumerate(_MEMBERS))
        self.registry = Registry(
            federation=FederationId("bench"),
            name="Bench",
            members={
                MemberCode(code): Member(code=MemberCode(code), names={"en": code}) for code in _MEMBERS
            },
            agencies={room.id: room.agency for room in self.rooms},
            keys={room.key.kid: room.key for room in self.rooms},
            version="bench",
        )
        self._typesetter = Typesetter(cache_bytes=0)

    def tokens(self, batches: int) -> Iterator[tuple[str, ...]]:
        """``batches`` times the 100 tokens of a feed, of each agency in turn."""
        for number in range(batches):
            room = self.rooms[number % len(self.rooms)]
            yield tuple(room.publish()[1] for _ in range(ENTRIES))

    def issues(self, count: int) -> Iterator[Issue]:
        """``count`` signed feeds, of each agency in turn, as its tool writes them."""
        for number in range(count):
            yield self._issue(self.rooms[number % len(self.rooms)])

    def _issue(self, room: Newsroom) -> Issue:
        told = [room.publish() for _ in range(ENTRIES)]
        atom_url = f"https://{room.host}/signed.atom"
        # Oldest first, as in a feed just begun; the hub takes them in any order.
        entries = [self._entry(item, token, atom_url) for item, token in told]
        feed = compose_agency(room.agency, entries, atom_url=atom_url, rss_url=None)
        return Issue(room.id, self._typesetter.render(feed, "atom"), tuple(token for _, token in told))

    def _entry(self, item: Item, token: str, atom_url: str) -> Entry:
        return entry_of(item, token, self.registry, token_url=atom_url)
