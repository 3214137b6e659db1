import asyncio
import gc
import gzip
import re
import threading
from dataclasses import replace
from pathlib import Path

import brotli  # type: ignore[import-untyped] # it comes without stubs
import pytest
from patience import PATIENCE
from press import ALERT
from sealed import Clock, Hub, Newsroom, federation

from syndicate.journey import LocalWakeup, Press, PressLimits
from syndicate.news import (
    CORRECTIONS,
    Act,
    AgencyId,
    Content,
    Entry,
    Feed,
    Kind,
    MemberCode,
    Slice,
    digest_of,
)
from syndicate.storage import open_storage
from syndicate.web import CODINGS
from syndicate.wire import MEDIA_TYPES, RSS_BODIES, Frame, Plain, Typesetter, Wholes

ALL = Slice()
LARGE = Content(type="text/html", body="<p><br></p>" * 4_000)


class Typist(Typesetter):
    """The real typesetter, counted."""

    def __init__(self) -> None:
        super().__init__()
        self.rendered: list[str] = []
        self.threads: set[int] = set()

    def frame(self, feed: Feed, format: str) -> Frame:  # noqa: A002 - the base class's word
        self.rendered.append(feed.id)
        self.threads.add(threading.get_ident())
        return super().frame(feed, format)


def press_of(hub: Hub, typist: Typist, bell: LocalWakeup, limits: PressLimits | None = None) -> Press:
    return Press(
        hub.storage,
        lambda: hub.registry,
        hub.clock,
        bell,
        typist,
        media_types=MEDIA_TYPES,
        codings=CODINGS,
        base_url="https://hub.example",
        limits=limits,
    )


@pytest.fixture
def typist() -> Typist:
    return Typist()


@pytest.fixture
def bell() -> LocalWakeup:
    return LocalWakeup()


@pytest.fixture
def press(hub: Hub, typist: Typist, bell: LocalWakeup) -> Press:
    return press_of(hub, typist, bell)


async def test_what_was_sealed_departs_in_every_format_with_its_token(
    hub: Hub, room: Newsroom, press: Press
) -> None:
    token = room.sign("bao")
    await hub.take(token)

    for format_, kept in (("atom", token), ("json", token), ("rss", "bao")):
        document = await press.document(ALL, format_)
        assert kept.encode() in document.body
        assert document.media_type == MEDIA_TYPES[format_]
        assert document.last_modified == int(hub.clock.now())


async def test_a_story_withdrawn_in_another_language_is_withdrawn_where_it_was_read(
    hub: Hub, room: Newsroom, press: Press, bell: LocalWakeup
) -> None:
    vietnamese, english = Slice(lang="vi"), Slice(lang="en")
    await hub.take(room.sign("lie", title="A LIE"))
    assert b"A LIE" in (await press.document(vietnamese, "rss")).body
    said = room.sign(
        "lie", ver=2, act=Act.RETRACT, lang="en", title="A LIE", note="We were deceived.", content=None
    )
    await hub.take(said)
    bell.ring()
    hub.clock.time += 10
    body = (await press.document(vietnamese, "rss")).body
    assert b"[WITHDRAWN] A LIE" in body
    assert b"We were deceived." in body
    assert b"A LIE" not in (await press.document(english, "rss")).body


async def test_an_empty_slice_is_an_empty_feed_without_a_date(press: Press) -> None:
    document = await press.document(ALL, "atom")
    assert b"<entry" not in document.body
    assert document.last_modified is None


async def test_many_who_ask_at_once_wait_for_one_rendering_off_the_event_loop(
    hub: Hub, room: Newsroom, press: Press, typist: Typist
) -> None:
    await hub.take(room.sign())

    documents = await asyncio.gather(*(press.document(ALL, "atom") for _ in range(50)))

    assert len(typist.rendered) == 1
    assert len(set(map(id, documents))) == 1
    assert threading.get_ident() not in typist.threads


async def test_nothing_is_rendered_again_until_the_slice_moves(
    hub: Hub, room: Newsroom, press: Press, typist: Typist, bell: LocalWakeup
) -> None:
    await hub.take(room.sign("one"))
    first = await press.document(ALL, "atom")
    hub.clock.time += 3_600
    bell.ring()
    assert await press.document(ALL, "atom") is first

    await hub.take(room.sign("two"))
    bell.ring()
    assert await press.document(ALL, "atom") is not first
    assert len(typist.rendered) == 2


async def test_a_move_in_another_slice_renders_nothing_here(tmp_path: Path, typist: Typist) -> None:
    vn, la = Newsroom(), Newsroom(agency="la.demo", languages=("lo",))
    async with open_storage(tmp_path / "two.sqlite3") as storage:
        hub, bell = Hub(storage=storage, registry=federation(vn, la)), LocalWakeup()
        press = press_of(hub, typist, bell)
        await hub.take(vn.sign())
        first = await press.document(Slice(member=MemberCode("vn")), "rss")
        hub.clock.time += 60
        await hub.take(la.sign())
        bell.ring()
        assert await press.document(Slice(member=MemberCode("vn")), "rss") is first
        assert b"vn-demo" not in (await press.document(Slice(member=MemberCode("la")), "rss")).body


async def test_under_load_a_document_is_made_again_every_five_seconds_at_most(
    hub: Hub, room: Newsroom, press: Press, bell: LocalWakeup
) -> None:
    await hub.take(room.sign("one"))
    first = await press.document(ALL, "atom")
    for seconds, name in ((1, "two"), (2, "three"), (1.9, "four")):
        hub.clock.time += seconds
        await hub.take(room.sign(name))
        bell.ring()
        assert await press.document(ALL, "atom") is first
    hub.clock.time += 0.1
    bell.ring()
    assert b"four" in (await press.document(ALL, "atom")).body


async def test_an_alert_departs_at_once_in_the_midst_of_it(
    hub: Hub, room: Newsroom, press: Press, bell: LocalWakeup
) -> None:
    await hub.take(room.sign("one"))
    await press.document(ALL, "atom")
    await hub.take(room.sign("two"), room.sign("storm", kind=Kind.ALERT, alert=ALERT))
    bell.ring()
    assert b"storm" in (await press.document(ALL, "atom")).body


async def test_an_alert_whose_document_could_not_be_written_departs_with_the_next(
    hub: Hub, room: Newsroom, press: Press, typist: Typist, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hub.take(room.sign("one"))
    await press.document(ALL, "atom")
    await hub.take(room.sign("storm", kind=Kind.ALERT, alert=ALERT))
    hub.clock.time += 1
    with monkeypatch.context() as once:
        once.setattr(typist, "frame", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await press.document(ALL, "atom")
    assert b"storm" in (await press.document(ALL, "atom")).body


async def test_a_lost_ring_delays_by_a_second_only(hub: Hub, room: Newsroom, press: Press) -> None:
    await hub.take(room.sign("one"))
    await press.document(ALL, "atom")
    hub.clock.time += 5
    await press.document(ALL, "atom")
    await hub.take(room.sign("two"))
    hub.clock.time += 0.9
    assert b"two" not in (await press.document(ALL, "atom")).body
    hub.clock.time += 0.1
    assert b"two" in (await press.document(ALL, "atom")).body


async def test_a_clock_set_back_holds_nothing_up(
    hub: Hub, room: Newsroom, press: Press, bell: LocalWakeup
) -> None:
    await hub.take(room.sign("one"))
    await press.document(ALL, "atom")
    hub.clock.time -= 100
    await hub.take(room.sign("two"))
    assert b"two" in (await press.document(ALL, "atom")).body


async def test_the_same_log_gives_the_same_bytes_whenever_it_is_asked(
    hub: Hub, room: Newsroom, press: Press
) -> None:
    await hub.take(room.sign("one"), room.sign("two"))
    first = [await press.document(ALL, format_) for format_ in MEDIA_TYPES]
    hub.clock.time += 86_400 * 40
    again = press_of(hub, Typist(), LocalWakeup())
    assert [one.bodies for one in first] == [(await again.document(ALL, f)).bodies for f in MEDIA_TYPES]


async def test_a_registry_of_another_version_is_another_document(
    hub: Hub, room: Newsroom, press: Press, bell: LocalWakeup
) -> None:
    await hub.take(room.sign())
    first = await press.document(ALL, "atom")
    room.name = "Tên mới"
    hub.registry = federation(room, version="2")
    hub.clock.time += 5
    second = await press.document(ALL, "atom")
    assert "Tên mới" in second.body.decode()
    # Nothing was sealed since: a date could not tell the two apart.
    assert (first.last_modified, second.last_modified) == (int(hub.clock.now()) - 5, None)


async def test_two_versions_within_one_second_are_not_told_apart_by_a_date(
    hub: Hub, room: Newsroom, press: Press, bell: LocalWakeup
) -> None:
    await hub.take(room.sign("one"))
    first = await press.document(ALL, "atom")
    await hub.take(room.sign("storm", kind=Kind.ALERT, alert=ALERT))
    bell.ring()
    second = await press.document(ALL, "atom")
    assert (first.last_modified, second.last_modified) == (int(hub.clock.now()), None)
    assert first.digest != second.digest


async def test_who_polls_every_hour_misses_nothing_at_one_item_a_second(
    hub: Hub, room: Newsroom, typist: Typist, bell: LocalWakeup
) -> None:
    press = press_of(hub, typist, bell, PressLimits(window_least=2, rebuild_seconds=0))
    names = [f"n{number:02}" for number in range(30)]
    for name in names:
        await hub.take(room.sign(name))
        hub.clock.time += 240  # two hours in all
    body = (await press.document(ALL, "rss")).body.decode()
    within = {name for name in names if f"Tin {name}" in body}
    assert within == set(names[-17:])  # those of the last 65 minutes before the newest
    atom = (await press.document(ALL, "atom")).body.decode()
    assert "https://hub.example/v1/items?after=" in atom


async def test_withdrawals_are_told_for_thirty_days_in_feeds_of_corrections(
    hub: Hub, room: Newsroom, typist: Typist, bell: LocalWakeup
) -> None:
    press = press_of(hub, typist, bell, PressLimits(window_least=1, rebuild_seconds=0))
    gone = [room.sign("gone"), room.sign("gone", ver=2, act=Act.RETRACT, note="Sai", content=None)]
    await hub.take(*gone)
    hub.clock.time += 29 * 86_400
    await hub.take(room.sign("late"), room.sign("late", ver=2, act=Act.RETRACT, note="Sai nữa", content=None))
    bell.ring()
    corrections = Slice(kind=CORRECTIONS)
    for slice_, format_ in ((corrections, "atom"), (corrections, "rss"), (ALL, "tombstones")):
        body = (await press.document(slice_, format_)).body
        assert b"Sai<" in body, format_
        assert "Sai nữa<".encode() in body
    assert b"Sai<" not in (await press.document(ALL, "atom")).body
    hub.clock.time += 2 * 86_400
    await hub.take(room.sign("x"), room.sign("x", ver=2, act=Act.CORRECT, note="Sai sót"))
    bell.ring()
    assert b"Sai<" not in (await press.document(ALL, "tombstones")).body


async def test_a_window_never_holds_more_than_its_most(
    hub: Hub, room: Newsroom, typist: Typist, bell: LocalWakeup
) -> None:
    limits = PressLimits(window_least=1, window_most=5, window_complete=3)
    press = press_of(hub, typist, bell, limits)
    await hub.take(*(room.sign(f"n{number}") for number in range(8)))
    assert (await press.document(ALL, "atom")).body.count(b"<entry") == 3
    assert (await press.document(ALL, "rss")).body.count(b"<item>") == 5


async def test_a_withdrawn_item_is_replaced_in_place(
    hub: Hub, room: Newsroom, press: Press, bell: LocalWakeup
) -> None:
    await hub.take(room.sign("one"))
    await press.document(ALL, "atom")
    hub.clock.time += 5
    await hub.take(room.sign("one", ver=2, act=Act.RETRACT, note="Sai", content=None, title="Tin one"))
    body = (await press.document(ALL, "atom")).body
    ids = re.findall(rb"<id>urn:syndicate:[a-z.]+:[a-z2-7]{26}([^<]*)</id>", body)
    assert ids == [b":withdrawal:2", b""]  # the notice of it, and the item itself
    assert b"[WITHDRAWN]" in body
    assert b"&lt;p&gt;one" not in body


async def test_what_is_kept_is_bounded_and_the_oldest_asked_for_goes(
    hub: Hub, room: Newsroom, typist: Typist, bell: LocalWakeup
) -> None:
    await hub.take(room.sign())
    size = (await press_of(hub, Typist(), LocalWakeup()).document(ALL, "atom")).size
    press = press_of(hub, typist, bell, PressLimits(kept_bytes=size + 1))
    await press.document(ALL, "atom")
    await press.document(Slice(member=MemberCode("vn")), "atom")
    assert press.standing("vn.atom") is not None
    assert press.standing("all.atom") is None


async def test_a_document_larger_than_the_bound_is_kept_alone(
    hub: Hub, typist: Typist, bell: LocalWakeup
) -> None:
    press = press_of(hub, typist, bell, PressLimits(kept_bytes=1))
    await press.document(ALL, "atom")
    await press.document(ALL, "atom")
    assert len(typist.rendered) == 1


async def test_who_gives_up_waiting_spoils_nothing_for_the_others(
    hub: Hub, room: Newsroom, press: Press
) -> None:
    await hub.take(room.sign("one"))
    first = asyncio.ensure_future(press.document(ALL, "atom"))
    second = asyncio.ensure_future(press.document(ALL, "atom"))
    await asyncio.sleep(0)
    first.cancel()
    assert b"one" in (await second).body


async def test_a_ring_wakes_everybody_and_waiting_has_an_end() -> None:
    bell = LocalWakeup()
    waiting = [asyncio.ensure_future(bell.wait(60)) for _ in range(3)]
    await asyncio.sleep(0)
    bell.ring()
    await asyncio.wait_for(asyncio.gather(*waiting), PATIENCE)
    await asyncio.wait_for(bell.wait(0.01), PATIENCE)
    assert bell.rings == 1


def test_the_clock_of_the_tests_is_a_clock() -> None:
    assert Clock().now() > 0


async def test_attack_26_maximal_tokens_shorten_a_document_and_never_burst_it(
    hub: Hub, room: Newsroom, typist: Typist, bell: LocalWakeup
) -> None:
    tokens = [
        room.sign(f"large{n}", content=Content(type="text/html", body="<p><br></p>" * 5_000))
        for n in range(5)
    ]
    await hub.take(*tokens)
    three = 3 * len(tokens[-1])
    press = press_of(hub, typist, bell, PressLimits(window_complete_characters=three))
    atom = await press.document(ALL, "atom")
    assert [token.encode() in atom.body for token in tokens] == [False, False, True, True, True]
    assert atom.body.count(b"<syn:token ") == 2, "those are told without what makes them large"

    press = press_of(hub, typist, bell, PressLimits(window_characters=three, window_complete_characters=1))
    atom = await press.document(ALL, "atom")
    assert b'first="2" last="4"' in atom.body
    assert [token.encode() in atom.body for token in tokens[2:]] == [False, False, True]
    assert (await press.document(ALL, "rss")).body.count(b"<item>") == 3


async def test_a_large_document_gets_its_densest_coding_when_it_has_stood_for_a_minute(
    hub: Hub, room: Newsroom, press: Press, typist: Typist
) -> None:
    await hub.take(*(room.sign(f"n{n}", content=LARGE) for n in range(2)))
    first = await press.document(ALL, "atom")
    assert sorted(first.bodies) == ["gzip", "identity"]
    hub.clock.time += 59
    assert await press.document(ALL, "atom") is first
    hub.clock.time += 2
    settled = await press.document(ALL, "atom")
    assert sorted(settled.bodies) == ["br", "gzip", "identity"]
    assert (settled.digest, settled.last_modified) == (first.digest, first.last_modified)
    assert brotli.decompress(settled.bodies["br"]) == first.body
    hub.clock.time += 2
    assert await press.document(ALL, "atom") is settled
    assert len(typist.rendered) == 1


async def test_a_small_document_has_every_coding_at_once(hub: Hub, room: Newsroom, press: Press) -> None:
    await hub.take(room.sign("one"))
    assert sorted((await press.document(ALL, "atom")).bodies) == ["br", "gzip", "identity"]


async def test_a_document_of_pieces_is_byte_for_byte_what_is_written_in_one_go(
    hub: Hub, room: Newsroom, typist: Typist, bell: LocalWakeup
) -> None:
    # Enough for an RSS document to end its bodies between the notice of a withdrawal and what was withdrawn.
    await hub.take(*(room.sign(f"n{n}") for n in range(RSS_BODIES + 5)))
    gone = [f"n{n}" for n in (3, 1, 200)]
    await hub.take(*(room.sign(name, ver=2, act=Act.RETRACT, note="Sai", content=None) for name in gone))
    await hub.take(*(room.sign(f"late{n}") for n in range(RSS_BODIES - 5)))
    limits = PressLimits(window_least=1_000, window_complete=150)
    press = press_of(hub, typist, bell, limits)
    for format_ in ("rss", "atom", "json", "ninjs"):
        document = await press.document(ALL, format_)
        layout = await press.editor.feed(ALL, format_)
        assert document.body == Typesetter().render(layout().feed, format_), format_
        assert document.last_modified == layout().modified
        zipped = bytes(document.bodies["gzip"])
        assert gzip.decompress(zipped) == document.body
        again = await press_of(hub, Typist(), LocalWakeup(), limits).document(ALL, format_)
        assert (again.digest, bytes(again.bodies["gzip"])) == (document.digest, zipped)


async def test_what_several_documents_show_is_set_once_and_weighs_once(
    hub: Hub, room: Newsroom, press: Press, typist: Typist, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hub.take(*(room.sign(f"n{n}", content=LARGE) for n in range(3)))
    entry, entries = typist.entry, []

    def counted(shown: Entry, format_: str, *, complete: bool = True) -> bytes:
        entries.append(shown.id)
        return entry(shown, format_, complete=complete)

    monkeypatch.setattr(typist, "entry", counted)
    first = await press.document(ALL, "atom")
    one = press._shelf.bytes
    second = await press.document(Slice(lang="vi"), "atom")
    assert len(entries) == 3
    assert first.digest != second.digest
    assert press._shelf.bytes - one < one / 3
    hub.clock.time += 5
    await hub.take(room.sign("n3"), room.sign("n1", ver=2, act=Act.CORRECT, note="Sai sót"))
    third = await press.document(ALL, "atom")
    assert len(entries) == 5
    assert b"n3" in third.body
    assert third.body == Typesetter().render((await press.editor.feed(ALL, "atom"))().feed, "atom")


async def test_what_a_law_took_back_leaves_documents_and_memory_at_once(
    hub: Hub, room: Newsroom, press: Press
) -> None:
    tokens = [room.sign(f"n{n}", content=LARGE) for n in range(3)]
    await hub.take(*tokens)
    assert tokens[1].encode() in (await press.document(ALL, "atom")).body
    await hub.storage.write(lambda book: book.erase([digest_of(tokens[1])], b'{"act":"erase"}'))
    vars(hub.storage)["_log"].erased += 1  # as when a mirror follows; a hub stops for it
    hub.clock.time += 1
    body = (await press.document(ALL, "atom")).body
    assert [token.encode() in body for token in tokens] == [True, False, True]
    assert len(press._galley._known) == 2
    gc.collect()
    assert sum(map(len, press._galley._pieces.values())) == 2


async def test_a_registry_that_changes_an_entry_changes_its_piece(
    hub: Hub, room: Newsroom, press: Press, typist: Typist
) -> None:
    await hub.take(room.sign("one", content=LARGE))
    assert b"Ten moi" not in (await press.document(ALL, "atom")).body
    known = hub.registry.agencies[AgencyId("vn.demo")]
    hub.registry = replace(
        hub.registry, version="2", agencies={known.id: replace(known, names={"vi": "Ten moi"})}
    )
    hub.clock.time += 5
    assert b"Ten moi" in (await press.document(ALL, "atom")).body


async def test_what_a_law_takes_back_while_a_document_is_written_is_left_out_of_it(
    hub: Hub, room: Newsroom, press: Press
) -> None:
    tokens = [room.sign(f"n{n}") for n in range(3)]
    await hub.take(*tokens)
    draft = await press.editor.draft(ALL, "atom")
    known = await press._galley.known(draft.indices, hub.registry)
    _, places = press.editor.fitting(draft, known)
    await hub.storage.write(lambda book: book.erase([digest_of(tokens[1])], b'{"act":"erase"}'))
    pieces = await press._galley.pieces(places, "atom", hub.registry)
    shown = bytes(Plain(pieces, Wholes(0)))
    assert [token.encode() in shown for token in tokens] == [True, False, True]
