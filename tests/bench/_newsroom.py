"""Agencies to measure with: ten of them, each with one key, one stream, and signed feeds of 100 entries."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from registry_files import key_table

from syndicate.ceremony import Rehearsal, Repository
from syndicate.news import (
    Act,
    AgencyId,
    Entry,
    FederationId,
    Item,
    ItemId,
    KeyId,
    Kind,
    StreamName,
    TokenDigest,
    UnixTime,
    compose_token,
    digest_of,
    encode,
)
from syndicate.papers import load_registry
from syndicate.republish import compose_agency, entry_of
from syndicate.signing import ephemeral_signer
from syndicate.wire import Typesetter

from ._stories import Story, stories

NOON: Final = 1_795_435_200  # 2026-11-23T12:00:00Z
ENTRIES: Final = 100  # of one signed feed
_MEMBERS: Final = ("bn", "kh", "id", "la", "my", "mm", "ph", "sg", "th", "vn")
_FEDERATION: Final = FederationId("bench")
_MEMBER: Final = """\
member = "{member}"
names = {{ en = "{member}" }}
"""
_AGENCY: Final = """
[[agency]]
id = "{agency}"
names = {{ en = "Bench News of {agency}" }}
domains = ["{host}", "www.{host}"]
media_hosts = ["*.cdn.{host}"]
languages = ["en"]
timezone = "UTC"
status = [{{ state = "active", since = 2026-01-01 }}]
"""


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
    items: tuple[Item, ...]
    tokens: tuple[str, ...]


class Newsroom:
    """One agency; it publishes as many stories as it is asked for, and its stream goes on."""

    def __init__(self, member: str, seed: int, desk: int = 0, *, unlike: bool = False) -> None:
        self.id = AgencyId(f"{member}.bench{desk or ''}")
        self.host = f"news{desk or ''}.{member}.example"
        self.seed = seed + 1
        self._signer = ephemeral_signer(bytes([self.seed]) * 32)
        self._stories = stories(seed, self.host, unlike=unlike)
        self._seq = 0
        self._prev: TokenDigest | None = None

    def publish(self) -> tuple[Item, str]:
        """The next story as an item, and its token."""
        self._seq += 1
        item = self._item(next(self._stories))
        token = compose_token(encode(item), KeyId(self._signer.kid), self._signer.sign)
        self._prev = digest_of(token)
        return item, token

    def _item(self, story: Story) -> Item:
        return Item(
            aud=_FEDERATION,
            iss=self.id,
            sub=ItemId(f"{self.id}:{_local(self._seq)}"),
            ver=1,
            stream=StreamName("main"),
            seq=self._seq,
            prev=self._prev,
            iat=UnixTime(NOON - 60),
            act=Act.PUBLISH,
            kind=Kind.STORY,
            lang=story.lang,
            title=story.title,
            url=f"https://{self.host}/{story.lang}/2026/11/23/{self._seq}.html",
            published="2026-11-23T11:59:00Z",
            updated="2026-11-23T11:59:00Z",
            summary=story.summary,
            content=story.content,
            media=story.media,
            categories=("medtop:03000000",),
        )


def _local(number: int) -> str:
    """26 characters of base32 that name a story and, like real ones, come in no order."""
    scattered = number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128
    return "".join("abcdefghijklmnopqrstuvwxyz234567"[scattered >> 5 * place & 31] for place in range(26))


class Press:
    """So many agencies, ten in all if not told otherwise, under one registry laid into ``folder``.

    ``unlike``: their stories are no more alike than texts about different things.
    """

    def __init__(self, folder: Path, agencies: int = len(_MEMBERS), *, unlike: bool = False) -> None:
        self.rooms = tuple(
            Newsroom(_MEMBERS[seed % len(_MEMBERS)], seed, seed // len(_MEMBERS), unlike=unlike)
            for seed in range(agencies)
        )
        self.sources, self.keys = folder / "sources", folder / "keys"
        self._lay_out()
        self.registry = load_registry(self.sources, self.keys)
        self.repository, self.root = folder / "repository", folder / "root.json"
        self._sign()
        self._typesetter = Typesetter(cache_bytes=0)

    def _sign(self) -> None:
        published = Repository(self.repository)
        people = Rehearsal.begin(self.registry.members, ephemeral_signer)
        people.publish(self.registry, published, datetime.fromtimestamp(NOON, UTC))
        self.root.write_bytes(published.first_root())

    def _lay_out(self) -> None:
        self.sources.mkdir()
        self.keys.mkdir()
        members = ", ".join(f'"{member}"' for member in _MEMBERS)
        head = f'id = "{_FEDERATION}"\nname = "Bench"\nmembers = [{members}]\n\n[languages]\nen = "English"\n'
        (self.sources / "federation.toml").write_text(head, encoding="utf-8")
        for member in _MEMBERS:
            told = _MEMBER.format(member=member)
            told += "".join(
                _AGENCY.format(agency=room.id, host=room.host) for room in self.rooms if room.id[:2] == member
            )
            (self.sources / f"{member}.toml").write_text(told, encoding="utf-8")
        for room in self.rooms:
            key = f'agency = "{room.id}"\n' + key_table(room.id, room.seed)
            (self.keys / f"{room.id}.toml").write_text(key, encoding="utf-8")

    def tokens(self, count: int) -> Iterator[list[str]]:
        """``count`` tokens in lots of 100, of each agency in turn."""
        for number in range(count // ENTRIES):
            room = self.rooms[number % len(self.rooms)]
            yield [room.publish()[1] for _ in range(ENTRIES)]

    def issues(self, count: int) -> Iterator[Issue]:
        """``count`` signed feeds, of each agency in turn, as its tool writes them."""
        for number in range(count):
            yield self._issue(self.rooms[number % len(self.rooms)])

    def _issue(self, room: Newsroom) -> Issue:
        told = [room.publish() for _ in range(ENTRIES)]
        atom_url = f"https://{room.host}/signed.atom"
        entries = [self._entry(item, token, atom_url) for item, token in reversed(told)]
        feed = compose_agency(self.registry.agencies[room.id], entries, atom_url=atom_url, rss_url=None)
        items, tokens = zip(*told, strict=True)
        return Issue(room.id, self._typesetter.render(feed, "atom"), items, tokens)

    def _entry(self, item: Item, token: str, atom_url: str) -> Entry:
        return entry_of(item, token, self.registry, token_url=atom_url)
