"""Whoever polls once an hour misses nothing, in any format; in a crisis the document says where to go on.

Time runs here in steps of six minutes, with three items in each: one item a second, but 1/120 as often. What
a document may hold is as much less.
"""

import json
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from lxml import etree
from sealed import Hub, Newsroom, federation

from syndicate.client import verify_feed
from syndicate.journey import LocalWakeup, Press, PressLimits
from syndicate.news import digest_of
from syndicate.republish import parse_slice, slice_of
from syndicate.storage import open_storage
from syndicate.trust import recall
from syndicate.wire import MEDIA_TYPES, Typesetter

SCALE = 120
AT_ONCE = 3
AN_HOUR = 3_600 // SCALE
LIMITS = PressLimits(
    window_least=2, window_most=4_000 // SCALE, window_complete=500 // SCALE, rebuild_seconds=0
)
SLICES = (
    *("all", "vn", "th", "agency/th.demo", "lang/vi", "topic/04000000", "urgency/3"),
    "vn/lang/vi/topic/04000000",
)
FORMATS = ("rss", "atom", "json")


class Wire:
    """Two agencies whose items come one a step, each with what puts it into slices."""

    def __init__(self, hub: Hub, rooms: tuple[Newsroom, Newsroom]) -> None:
        self.hub, self.rooms = hub, rooms
        self.tokens: list[str] = []
        self.press = Press(
            hub.storage, lambda: hub.registry, hub.clock, LocalWakeup(), Typesetter(),
            media_types=MEDIA_TYPES, codings={}, base_url="https://hub.example", limits=LIMITS,
        )  # fmt: skip

    async def run(self, items: int, *, a_second: int = 1) -> None:
        for _ in range(items // AT_ONCE):
            written = [self.write() for _ in range(AT_ONCE)]
            self.hub.clock.time += AT_ONCE * SCALE / a_second
            await self.hub.take(*written)

    def write(self) -> str:
        number = len(self.tokens)
        room = self.rooms[0 if number % 5 else 1]  # most of it is one member's
        topics = ("medtop:04000000",) if number % 4 else ()
        self.tokens.append(room.sign(f"n{number}", categories=topics, urgency=3 if number % 7 else None))
        return self.tokens[-1]

    async def document(self, path: str, format_: str) -> bytes:
        slice_ = parse_slice(path)
        assert slice_ is not None
        return (await self.press.document(slice_, format_)).body

    def tokens_of(self, member: str) -> list[str]:
        return [token for token in self.tokens if recall(token).member == member]

    async def of(self, path: str) -> list[str]:
        slice_ = parse_slice(path)
        assert slice_ is not None
        return [each.sub for each in await self.hub.storage.page(slice_, -1, 100_000)]


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    rooms = Newsroom("vn.demo"), Newsroom("th.demo", languages=("th",))
    async with open_storage(tmp_path / "hub.sqlite3") as storage:
        yield Wire(Hub(storage=storage, registry=federation(*rooms)), rooms)


def entries(body: bytes, format_: str) -> Iterator[str]:
    """The items that a document tells of, by ``sub``."""
    if format_ == "json":
        found = [each["id"] for each in json.loads(body)["items"]]
    else:
        tag = "guid" if format_ == "rss" else "{http://www.w3.org/2005/Atom}id"
        one = "item" if format_ == "rss" else "{http://www.w3.org/2005/Atom}entry"
        found = [entry.findtext(tag) for entry in etree.fromstring(body).iter(one)]
    yield from (each.removeprefix("urn:syndicate:") for each in found)


def goes_on(body: bytes, format_: str) -> str:
    """Where a document says that one goes on."""
    if format_ == "json":
        return str(json.loads(body)["_syndicate"]["window"]["continue"])
    found = re.search(rb'continue="([^"]+)"', body)
    assert found is not None
    return found[1].decode().replace("&amp;", "&")


async def test_who_polls_any_slice_once_an_hour_misses_nothing_at_an_item_a_second(wire: Wire) -> None:
    got: dict[tuple[str, str], list[str]] = defaultdict(list)
    for _ in range(3):
        await wire.run(AN_HOUR)
        for path in SLICES:
            for format_ in FORMATS:
                got[path, format_] += entries(await wire.document(path, format_), format_)
    for (path, format_), found in got.items():
        if path == "all" and format_ != "rss":  # it only says where to go on: see below
            assert len(found) == 3 * LIMITS.window_complete
            continue
        assert set(found) == set(await wire.of(path)), f"{path}.{format_}"
        assert len(found) > LIMITS.window_complete


async def test_behind_the_newest_each_entry_names_its_token_by_digest_and_address(wire: Wire) -> None:
    await wire.run(AN_HOUR)
    complete, newest_first = LIMITS.window_complete, wire.tokens_of("vn")[::-1]
    atom, feed = await wire.document("vn", "atom"), json.loads(await wire.document("vn", "json"))
    assert [token.encode() in atom for token in newest_first] == [
        place < complete for place in range(len(newest_first))
    ]
    assert all(digest_of(token).encode() in atom for token in newest_first[complete:])
    for place, (token, item) in enumerate(zip(newest_first, feed["items"], strict=True)):
        ours = item["_syndicate"]
        assert (ours.get("jws") == token, ours["sha256"]) == (place < complete, digest_of(token))
        assert ours["token_url"].endswith("/1.jws")
        assert ("content_html" in item) == (place < complete)


@pytest.mark.parametrize("format_", ["atom", "json"])
async def test_a_long_document_can_be_checked_with_the_tokens_that_it_names(wire: Wire, format_: str) -> None:
    await wire.run(4 * AT_ONCE)
    body = await wire.document("vn", format_)
    alone = verify_feed(body, format_, wire.hub.registry, now=int(wire.hub.clock.now()))
    assert [each.token is not None for each in alone.entries].count(True) == LIMITS.window_complete
    assert (alone.ok, alone.found) == (False, ())
    told = verify_feed(body, format_, wire.hub.registry, now=int(wire.hub.clock.now()), tokens=wire.tokens)
    assert told.ok, told.found
    last = body.rindex(b'"title":"Tin n' if format_ == "json" else b"title>Tin n")
    forged = body[:last] + body[last:].replace(b"Tin n", b"Ton n", 1)
    told = verify_feed(forged, format_, wire.hub.registry, now=int(wire.hub.clock.now()), tokens=wire.tokens)
    assert {each.field for each in told.found} == {"title"}


async def test_in_a_crisis_the_document_of_an_hour_ago_says_where_all_that_came_since_is(wire: Wire) -> None:
    await wire.run(AN_HOUR)
    asked = [(path, format_) for path in ("all", "vn/topic/04000000") for format_ in FORMATS]
    before = {each: await wire.document(*each) for each in asked}
    old = {recall(token).sub for token in wire.tokens}
    await wire.run(4 * AN_HOUR, a_second=4)
    for (path, format_), body in before.items():
        held = list(entries(await wire.document(path, format_), format_))
        assert not set(held) & set(entries(body, format_)), "it is not a bit of what came"
        assert len(held) == (LIMITS.window_most if format_ == "rss" else LIMITS.window_complete)
        address = urlsplit(goes_on(body, format_))
        query = dict(parse_qsl(address.query))
        since = await wire.hub.storage.page(slice_of(query), int(query["after"]), 100_000)
        assert address.path == "/v1/items"
        assert [each.sub for each in since] == [sub for sub in await wire.of(path) if sub not in old]
