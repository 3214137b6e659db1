"""What a subscriber to a feed has not got yet, as a document of that feed."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from io import BytesIO
from pathlib import Path

import feedparser
import pytest
from press import ALERT
from sealed import Clock, Hub, Newsroom, federation

from syndicate.client import verify_feed
from syndicate.journey import PressLimits, Supplement, SupplementLimits, Supplements
from syndicate.journey._layout import Editor
from syndicate.news import Act, Feed, Kind, Slice
from syndicate.storage import open_storage
from syndicate.wire import MEDIA_TYPES, Typesetter

ALL = Slice()
HUB = "https://hub.example"


class Typist:
    """The real typesetter, counted."""

    def __init__(self) -> None:
        self.rendered = 0
        self._typesetter = Typesetter()

    def render(self, feed: Feed, format_: str) -> bytes:
        self.rendered += 1
        return self._typesetter.render(feed, format_)


@pytest.fixture
def room() -> Newsroom:
    return Newsroom()


@pytest.fixture
async def hub(tmp_path: Path, room: Newsroom) -> AsyncIterator[Hub]:
    async with open_storage(tmp_path / "hub.sqlite3") as storage:
        yield Hub(storage=storage, registry=federation(room), clock=Clock())


@pytest.fixture
def typist() -> Typist:
    return Typist()


def made(hub: Hub, typist: Typist, *, seconds: float = 0.0, **limits: int) -> Supplements:
    editor = Editor(
        hub.storage,
        lambda: hub.registry,
        base_url=HUB,
        limits=PressLimits(window_seconds=3_600, window_least=2, window_most=3),
        pushes=True,
    )
    return Supplements(
        hub.storage,
        editor,
        lambda: hub.registry,
        typist.render,
        media_types=MEDIA_TYPES,
        whole_seconds=seconds,
        ticks=hub.clock.now,
        limits=SupplementLimits(**limits),
    )


@pytest.fixture
def supplements(hub: Hub, typist: Typist) -> Iterator[Supplements]:
    opened = made(hub, typist)
    yield opened
    opened.close()


async def since(supplements: Supplements, format_: str, after: int, slice_: Slice = ALL) -> Supplement:
    found = await supplements.since(slice_, format_, after)
    assert found is not None
    return found


def titles(supplement: Supplement) -> list[str]:
    assert supplement.body is not None
    return [entry.title for entry in feedparser.parse(BytesIO(supplement.body)).entries]


@pytest.mark.parametrize("format_", ["atom", "rss"])
async def test_atom_and_rss_hold_what_is_new_and_nothing_else(
    hub: Hub, room: Newsroom, supplements: Supplements, format_: str
) -> None:
    await hub.take(room.sign("a"), room.sign("b"))
    first = await since(supplements, format_, -1)
    assert (titles(first), first.upto, first.media_type) == (["Tin b", "Tin a"], 1, MEDIA_TYPES[format_])
    await hub.take(room.sign("c"))
    second = await since(supplements, format_, first.upto)
    assert (titles(second), second.upto) == (["Tin c"], 2)
    assert await supplements.since(ALL, format_, second.upto) is None


async def test_what_is_sent_says_what_was_signed_and_where_to_subscribe(
    hub: Hub, room: Newsroom, supplements: Supplements
) -> None:
    await hub.take(room.sign("a"), room.sign("b"))
    for format_ in ("atom", "json"):
        body = (await since(supplements, format_, 0)).body or b""
        report = verify_feed(body, format_, hub.registry, now=int(hub.clock.now()))
        assert (report.ok, report.edition) == (True, "hub feed all")
        assert f"{HUB}/websub".encode() in body


async def test_a_json_feed_is_whole_with_what_is_new_in_it(
    hub: Hub, room: Newsroom, supplements: Supplements
) -> None:
    await hub.take(*(room.sign(name) for name in "abcd"))
    whole = await since(supplements, "json", 1)
    told = json.loads(whole.body or b"")
    assert [item["title"] for item in told["items"]] == ["Tin d", "Tin c", "Tin b"]
    assert (whole.upto, told["_syndicate"]["window"]["first"]) == (3, 1)


async def test_what_stands_in_the_whole_feed_no_more_comes_before_it(
    hub: Hub, room: Newsroom, typist: Typist
) -> None:
    supplements = made(hub, typist, entries=2)
    await hub.take(*(room.sign(name) for name in "abcde"))
    reached, seen = -1, []
    while (part := await supplements.since(ALL, "json", reached)) is not None:
        seen.append([item["title"][-1] for item in json.loads(part.body or b"")["items"]])
        reached = part.upto
    assert seen == [["b", "a"], ["d", "c"], ["e", "d", "c"]]
    supplements.close()


async def test_more_that_is_new_than_stands_in_the_whole_feed_comes_without_it(
    hub: Hub, room: Newsroom, supplements: Supplements
) -> None:
    await hub.take(*(room.sign(name) for name in "abcde"))
    part = await since(supplements, "json", 0)
    told = json.loads(part.body or b"")
    assert ([item["title"][-1] for item in told["items"]], part.upto) == (["e", "d", "c", "b"], 4)


async def test_a_whole_feed_is_made_as_rarely_as_its_readers_get_it_anew_and_for_an_alert_at_once(
    hub: Hub, room: Newsroom, typist: Typist
) -> None:
    supplements = made(hub, typist, seconds=5.0)
    await hub.take(room.sign("a"), room.sign("b"))
    first = await since(supplements, "json", -1)
    assert await since(supplements, "json", 0) is first  # who has the first item gets the same
    await hub.take(room.sign("c"))
    assert await since(supplements, "json", 0) is first
    hub.clock.time += 2
    waits = await since(supplements, "json", first.upto)
    assert (waits.body, waits.upto, waits.wait) == (None, first.upto, 3.0)
    await hub.take(room.sign("alarm", kind=Kind.ALERT, alert=ALERT))
    second = await since(supplements, "json", first.upto)
    assert (second.upto, second.wait) == (3, 0.0)
    await hub.take(room.sign("d"))
    assert (await since(supplements, "json", 3)).wait == 5.0
    hub.clock.time += 5
    assert (await since(supplements, "json", 3)).upto == 4
    assert typist.rendered == 3
    supplements.close()


async def test_a_large_backlog_comes_in_parts_in_order(hub: Hub, room: Newsroom, typist: Typist) -> None:
    supplements = made(hub, typist, entries=2)
    await hub.take(*(room.sign(name) for name in "abcde"))
    reached, seen = -1, []
    while (part := await supplements.since(ALL, "atom", reached)) is not None:
        seen.append(titles(part))
        reached = part.upto
    assert seen == [["Tin b", "Tin a"], ["Tin d", "Tin c"], ["Tin e"]]
    supplements.close()


async def test_it_is_made_once_for_all_who_stand_at_the_same_place(
    hub: Hub, room: Newsroom, supplements: Supplements, typist: Typist
) -> None:
    await hub.take(room.sign("a"), room.sign("b"))
    together = await asyncio.gather(*(since(supplements, "atom", 0) for _ in range(5)))
    assert len({id(each) for each in (*together, await since(supplements, "atom", 0))}) == 1
    assert typist.rendered == 1
    await since(supplements, "atom", -1)
    assert typist.rendered == 2


async def test_no_more_is_kept_than_there_is_room_for(hub: Hub, room: Newsroom, typist: Typist) -> None:
    supplements = made(hub, typist, kept_bytes=10)
    await hub.take(room.sign("a"))
    for _ in range(2):
        assert titles(await since(supplements, "atom", -1)) == ["Tin a"]
    assert typist.rendered == 2
    supplements.close()


async def test_a_correction_and_a_withdrawal_are_new_and_no_old_text_comes_again(
    hub: Hub, room: Newsroom, supplements: Supplements
) -> None:
    await hub.take(room.sign("lie", title="A LIE"))
    await hub.take(room.sign("lie", ver=2, act=Act.CORRECT, title="Less of it", note="Not so."))
    corrected = await since(supplements, "atom", 0)
    assert titles(corrected) == ["Less of it"]
    await hub.take(room.sign("lie", ver=3, act=Act.RETRACT, title="A LIE", note="No.", content=None))
    gone = ["[WITHDRAWN] A LIE"] * 2  # in its place, and as a notice of its own
    assert titles(await since(supplements, "atom", corrected.upto)) == gone
    assert titles(await since(supplements, "atom", -1)) == gone


async def test_where_nothing_of_what_is_new_is_to_be_seen_nothing_is_sent(
    hub: Hub, room: Newsroom, supplements: Supplements
) -> None:
    await hub.take(room.sign("a"), room.sign("b"))
    (_, gone) = await hub.storage.page(ALL, -1, 9)
    await hub.storage.write(lambda book: book.erase([gone.digest], b"by law"))
    nothing = await since(supplements, "atom", 0)
    assert (nothing.body, nothing.upto) == (None, 1)


async def test_attack_many_who_fell_behind_at_different_places_keep_up_nobody_who_did_not(
    hub: Hub, room: Newsroom, supplements: Supplements, typist: Typist
) -> None:
    await hub.take(*(room.sign(name) for name in "abcdefgh"))
    assert (await since(supplements, "atom", 6)).upto == 7  # who keeps up
    await hub.take(room.sign("i"))
    order: list[int] = []

    async def ask(after: int) -> None:
        await since(supplements, "atom", after)
        order.append(after)

    async with asyncio.TaskGroup() as tasks:
        for after in range(-1, 6):
            tasks.create_task(ask(after))
        await asyncio.sleep(0)
        tasks.create_task(ask(7))
    assert order.index(7) <= 2
    assert typist.rendered == 9
