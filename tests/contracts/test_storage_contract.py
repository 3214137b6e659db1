"""What every Storage must do."""

from dataclasses import replace

import pytest
from kept import Opens, keep, next_version, placed, published, put, verified
from press import NOON, PressRoom

from syndicate.dedupe import Related, RelatedAs, Rule
from syndicate.news import (
    Act,
    AgencyId,
    FeedId,
    Held,
    Index,
    ItemId,
    KeyId,
    Mark,
    MemberCode,
    Reason,
    Refused,
    Slice,
    StreamName,
    TokenDigest,
    facets_of,
    limits,
)
from syndicate.ports import (
    Backfill,
    Book,
    FeedError,
    FeedState,
    Logged,
    Storage,
    StreamKey,
    Validators,
    Window,
)
from syndicate.trust import ItemState, Neighbours, StreamState

ALL = Slice()
MAIN = StreamName("main")
WIDE = Window(seconds=10_000, least=1, most=1_000)


def names(logged: tuple[Logged, ...]) -> list[str]:
    """The items' readable names, without the padding."""
    return [each.sub.partition(":")[2].rstrip("a") for each in logged]


async def keep_stream(storage: Storage, key: StreamKey, state: StreamState) -> None:
    await storage.write(lambda book: book.keep_streams({key: state}))


async def keep_feed(storage: Storage, state: FeedState) -> None:
    await storage.write(lambda book: book.keep_feed(state))


async def refuse(storage: Storage, rows: list[tuple[Refused, str, str]], at: int) -> None:
    await storage.write(lambda book: book.keep_refused(rows, at))


# --- Keeping and looking up ---------------------------------------------------------------------------


async def test_a_new_storage_knows_nothing(storage: Storage) -> None:
    place = (AgencyId("vn.demo"), MAIN, 1)

    def look(book: Book) -> None:
        assert book.known([TokenDigest("none")]) == frozenset()
        assert book.items([ItemId("vn.demo:x")]) == {}
        assert book.versions([(ItemId("vn.demo:x"), 1)]) == {}
        assert book.streams([(AgencyId("vn.demo"), MAIN)]) == {}
        assert book.numbered([place]) == {}
        assert book.held(AgencyId("vn.demo")) == ()

    await storage.write(look)
    assert await storage.size() == 0
    assert await storage.newest(ALL) == -1
    assert await storage.page(ALL, -1, 10) == ()
    assert await storage.window(ALL, WIDE) == ()
    assert await storage.version(ItemId("vn.demo:x"), 1) is None
    assert await storage.relations(ItemId("vn.demo:x")) == ()
    assert await storage.feed_states() == {}
    assert await storage.refusals() == ()
    assert await storage.refusal_counts() == {}
    assert await storage.stream_states(AgencyId("vn.demo")) == {}
    assert await storage.last_received() == {}


async def test_what_was_kept_is_known_by_its_digest(storage: Storage, vn: PressRoom) -> None:
    one, two = published(vn, "one", "two")
    await keep(storage, one)
    assert await storage.known([one.digest, two.digest]) == {one.digest}
    assert await storage.write(lambda book: book.known([one.digest, two.digest])) == {one.digest}


async def test_an_item_has_the_state_it_was_placed_with(storage: Storage, vn: PressRoom) -> None:
    (one,) = published(vn, "one")
    first = ItemState(highest=1, act=Act.PUBLISH)
    then = ItemState(highest=2, act=Act.RETRACT, retracted_at=2)
    later = next_version(vn, one.item, Act.RETRACT)
    await storage.write(lambda book: book.keep([(one, placed(one, first))]))
    assert await storage.write(lambda book: book.items([one.item.sub])) == {one.item.sub: first}
    await storage.write(lambda book: book.keep([(later, placed(later, then))]))
    assert await storage.write(lambda book: book.items([one.item.sub])) == {one.item.sub: then}


def tag(number: int) -> str:
    """One of many languages that nobody speaks."""
    return f"q{chr(97 + number // 26)}{chr(97 + number % 26)}"


async def test_attack_ever_new_languages_open_so_many_slices_and_nothing_is_lost_from_the_others(
    storage: Storage, vn: PressRoom, th: PressRoom
) -> None:
    most = limits.AGENCY_LANGUAGES
    minted = [verified(vn, vn.publish(f"m{tag(n)}", lang=tag(n))) for n in range(most + 20)]
    for start in range(0, len(minted), 20):
        await keep(storage, *minted[start : start + 20])
    later = next_version(vn, minted[-1].item)
    (declared,) = [verified(vn, vn.publish("declared", lang="tet"))]
    (others,) = [verified(th, th.publish("others", lang=tag(most + 5)))]
    await storage.write(
        lambda book: book.keep([(one, placed(one)) for one in (later, declared, others)], ("tet", "vi"))
    )
    await storage.seal(NOON + 2)
    opened = [n for n in range(most + 20) if await storage.newest(Slice(lang=tag(n), agency=vn.id)) >= 0]
    assert opened == list(range(most)), "its first ones, and no more"
    assert await storage.newest(Slice(lang="tet")) >= 0, "what the registry names always opens its slice"
    assert await storage.newest(Slice(lang=tag(most + 5))) >= 0, "another agency's are its own"
    everything = await storage.page(Slice(), -1, 1_000)
    assert len(everything) == most + 20 + 3
    assert len(await storage.page(Slice(member=MemberCode(vn.id[:2])), -1, 1_000)) == most + 20 + 2
    assert {each.facets.lang for each in everything if each.sub == later.item.sub} == {""}


async def test_two_versions_of_one_item_may_come_in_one_batch(storage: Storage, vn: PressRoom) -> None:
    (one,) = published(vn, "one")
    later = next_version(vn, one.item)
    await keep(storage, one, later)
    state = await storage.write(lambda book: book.items([one.item.sub]))
    assert state == {one.item.sub: ItemState(highest=2, act=Act.UPDATE)}
    asked = [(one.item.sub, 1), (one.item.sub, 2), (one.item.sub, 3)]
    found = await storage.write(lambda book: book.versions(asked))
    assert found == {(one.item.sub, 1): one.digest, (one.item.sub, 2): later.digest}


async def test_neighbours_are_the_tokens_around_a_place(storage: Storage, vn: PressRoom) -> None:
    one, _, three, four = published(vn, "one", "two", "three", "four")
    vn.seq += 500
    (far,) = published(vn, "far")
    await keep(storage, one, three, four, far)
    places = [(vn.id, MAIN, seq) for seq in (1, 2, 3, 4, 5, far.item.seq, 2_000)]
    tokens = await storage.write(lambda book: book.numbered(places))
    assert {place: Neighbours.among(tokens, place) for place in places} == {
        (vn.id, MAIN, 1): Neighbours(here=one.digest),
        (vn.id, MAIN, 2): Neighbours(before=one.digest, after=True, after_prev=three.item.prev),
        (vn.id, MAIN, 3): Neighbours(here=three.digest, after=True, after_prev=three.digest),
        (vn.id, MAIN, 4): Neighbours(here=four.digest, before=three.digest),
        (vn.id, MAIN, 5): Neighbours(before=four.digest),
        (vn.id, MAIN, far.item.seq): Neighbours(here=far.digest),
        (vn.id, MAIN, 2_000): Neighbours(),
    }


async def test_neighbours_belong_to_one_stream_of_one_agency(
    storage: Storage, vn: PressRoom, th: PressRoom
) -> None:
    await keep(storage, *published(vn, "one"), *published(th, "one"))
    elsewhere = [(vn.id, StreamName("alerts"), 1), (AgencyId("my.demo"), MAIN, 1)]
    found = await storage.write(lambda book: book.numbered(elsewhere))
    assert found == {}


async def test_a_stream_has_the_state_last_kept(storage: Storage, vn: PressRoom) -> None:
    key, other = (vn.id, MAIN), (vn.id, StreamName("other"))
    first = StreamState(seq=7, digest=TokenDigest("d"), kids=(KeyId("a"), KeyId("b")), starts=(1, 5))
    forked = replace(first, forked=True)
    for state in (first, forked, StreamState()):
        await keep_stream(storage, key, state)
        assert await storage.write(lambda book: book.streams([key, other])) == {key: state}
        assert await storage.stream_states(vn.id) == {key: state}
        assert (await storage.stream_state(key), await storage.stream_state(other)) == (state, None)
    await keep_stream(storage, other, first)
    await keep_stream(storage, (AgencyId("th.demo"), MAIN), first)
    assert set(await storage.stream_states(vn.id)) == {key, other}
    assert len(await storage.stream_states(vn.id, limit=1)) == 1


async def test_an_exception_of_the_work_undoes_all_of_it(storage: Storage, vn: PressRoom) -> None:
    (one,) = published(vn, "one")

    def breaks(book: Book) -> None:
        put(book, one)
        book.keep_streams({(vn.id, MAIN): StreamState(seq=1)})
        raise LookupError("in the middle")

    with pytest.raises(LookupError, match="in the middle"):
        await storage.write(breaks)
    assert await storage.known([one.digest]) == frozenset()
    assert await storage.stream_states(AgencyId("vn.demo")) == {}
    await keep(storage, one)
    assert await storage.known([one.digest]) == {one.digest}


async def test_one_agencys_newest_receipt_is_remembered(
    storage: Storage, vn: PressRoom, th: PressRoom
) -> None:
    early = verified(vn, vn.publish("one"), NOON + 5)
    late = verified(vn, vn.publish("two"), NOON + 9)
    await keep(storage, late)
    await keep(storage, early, *published(th, "one"))
    assert await storage.last_received() == {vn.id: NOON + 9, th.id: NOON + 1}


# --- The one order ------------------------------------------------------------------------------------


async def test_indices_begin_at_0_and_follow_the_order_of_keeping(
    storage: Storage, vn: PressRoom, th: PressRoom
) -> None:
    first, second = published(vn, "one", "two")
    await keep(storage, second, *published(th, "three"))
    await keep(storage, first)
    assert await storage.seal(NOON + 2.5) == 3
    page = await storage.page(ALL, -1, 10)
    assert [each.index for each in page] == [0, 1, 2]
    assert names(page) == ["two", "three", "one"]
    assert await storage.size() == 3


async def test_a_sealed_version_carries_its_token_byte_for_byte(storage: Storage, vn: PressRoom) -> None:
    token = vn.publish("one", iat=NOON - 7_000)
    late = verified(vn, token)
    await keep(storage, late)
    await storage.seal(NOON + 2.5)
    expected = Logged(
        index=Index(0),
        token=token,
        digest=late.digest,
        sub=late.item.sub,
        ver=1,
        agency=vn.id,
        received_at=NOON + 1,
        sealed_at=NOON + 2.5,
        marks=frozenset({Mark.LATE}),
        facets=facets_of(late.item),
    )
    assert await storage.version(late.item.sub, 1) == expected
    assert await storage.page(ALL, -1, 1) == (expected,)
    assert await storage.window(ALL, WIDE) == (expected,)


async def test_what_has_no_index_is_not_to_be_read(storage: Storage, vn: PressRoom) -> None:
    (one,) = published(vn, "one")
    await keep(storage, one)
    assert await storage.page(ALL, -1, 10) == ()
    assert await storage.window(ALL, WIDE) == ()
    assert await storage.version(one.item.sub, 1) is None
    assert await storage.size() == 0


async def test_sealing_takes_at_most_so_many_and_again_finds_nothing(storage: Storage, vn: PressRoom) -> None:
    await keep(storage, *published(vn, "one", "two", "three"))
    assert [await storage.seal(NOON + 2.0, most=2) for _ in range(3)] == [2, 1, 0]
    assert [each.index for each in await storage.page(ALL, -1, 10)] == [0, 1, 2]


async def test_times_of_sealing_never_run_backwards(storage: Storage, vn: PressRoom) -> None:
    await keep(storage, *published(vn, "one"))
    await storage.seal(NOON + 50.0)
    await keep(storage, *published(vn, "two"))
    await storage.seal(NOON + 2.0)
    assert [each.sealed_at for each in await storage.page(ALL, -1, 10)] == [NOON + 50.0, NOON + 50.0]


async def test_a_page_continues_where_the_last_one_ended(storage: Storage, vn: PressRoom) -> None:
    await keep(storage, *published(vn, *"bcdefgh"))
    await storage.seal(NOON + 2.0)
    assert names(await storage.page(ALL, -1, 3)) == ["b", "c", "d"]
    assert names(await storage.page(ALL, 2, 3)) == ["e", "f", "g"]
    assert names(await storage.page(ALL, 5, 3)) == ["h"]
    assert await storage.page(ALL, 6, 3) == ()


async def test_slices_are_by_member_agency_and_language(
    storage: Storage, vn: PressRoom, th: PressRoom
) -> None:
    gov = PressRoom("vn.gov", seed=3)
    await keep(storage, *published(vn, "one"), *published(th, "two", lang="th"))
    await keep(storage, *published(gov, "three"))
    await storage.seal(NOON + 2.0)
    for slice_, expected in (
        (ALL, ["one", "two", "three"]),
        (Slice(member=MemberCode("th")), ["two"]),
        (Slice(member=MemberCode("vn")), ["one", "three"]),
        (Slice(agency=th.id), ["two"]),
        (Slice(agency=vn.id), ["one"]),
        (Slice(agency=gov.id), ["three"]),
        (Slice(lang="th"), ["two"]),
        (Slice(lang="vi"), ["one", "three"]),
    ):
        assert names(await storage.page(slice_, -1, 9)) == expected, slice_.path
    assert await storage.newest(Slice(member=MemberCode("vn"))) == 2
    assert await storage.newest(Slice(agency=th.id)) == 1
    assert await storage.newest(Slice(lang="my")) == -1
    assert await storage.page(Slice(lang="my"), -1, 9) == ()


async def test_everything_is_still_there_when_opened_again(opens: Opens, vn: PressRoom) -> None:
    async with opens() as storage:
        await keep(storage, *published(vn, "one", "two"))
        await storage.seal(NOON + 2.0, most=1)
    async with opens() as storage:
        assert names(await storage.page(ALL, -1, 9)) == ["one"]
        assert await storage.size() == 1
        assert await storage.newest(Slice(lang="vi")) == 0
        assert await storage.newest(Slice(agency=vn.id)) == 0
        assert await storage.seal(NOON + 3.0) == 1
        assert [each.index for each in await storage.page(ALL, 0, 9)] == [1]


# --- Windows ------------------------------------------------------------------------------------------


async def sealed_at(storage: Storage, room: PressRoom, *, times: str, first: float) -> None:
    """One item a letter, sealed a hundred seconds apart."""
    for step, letter in enumerate(times):
        await keep(storage, *published(room, letter))
        await storage.seal(first + 100.0 * step)


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        pytest.param(Window(seconds=200, least=1, most=9), "fed", id="as long as the newest is fresh"),
        pytest.param(Window(seconds=199, least=1, most=9), "fe", id="one second less"),
        pytest.param(Window(seconds=0, least=4, most=9), "fedc", id="never fewer than the least"),
        pytest.param(Window(seconds=9_999, least=1, most=2), "fe", id="never more than the most"),
        pytest.param(Window(seconds=9_999, least=9, most=99), "fedcb", id="all there is"),
    ],
)
async def test_a_window_goes_back_from_the_newest_index(
    storage: Storage, vn: PressRoom, window: Window, expected: str
) -> None:
    await sealed_at(storage, vn, times="bcdef", first=NOON)
    assert names(await storage.window(ALL, window)) == list(expected)
    assert names(await storage.window(Slice(lang="vi"), window)) == list(expected)


async def test_attack_26_a_window_holds_no_more_of_tokens_than_fits(storage: Storage, vn: PressRoom) -> None:
    await sealed_at(storage, vn, times="bcd", first=NOON)
    sizes = [len(each.token) for each in await storage.window(ALL, WIDE)]
    for characters, expected in ((sum(sizes), "dcb"), (sum(sizes) - 1, "dc"), (sizes[0], "d"), (1, "d")):
        window = Window(seconds=9_999, least=9, most=9, characters=characters)
        assert names(await storage.window(ALL, window)) == list(expected)


async def test_a_window_can_be_had_without_its_tokens_and_versions_by_their_indices(
    storage: Storage, vn: PressRoom
) -> None:
    await sealed_at(storage, vn, times="bcdef", first=NOON)
    for window in (Window(seconds=200, least=1, most=9), Window(seconds=0, least=2, most=2, before=Index(3))):
        shown = await storage.window(ALL, window)
        placed = await storage.placed(ALL, replace(window, characters=1))
        assert placed == tuple(each.index for each in shown)
        assert await storage.these(placed) == shown[::-1]
    assert await storage.placed(Slice(lang="xx"), window) == ()
    assert await storage.these([Index(99)]) == ()


async def test_who_has_read_as_far_as_an_index_goes_on_with_what_is_older(
    storage: Storage, vn: PressRoom
) -> None:
    await sealed_at(storage, vn, times="bcdef", first=NOON)
    two = Window(seconds=0, least=2, most=2)
    for slice_ in (ALL, Slice(lang="vi")):
        assert names(await storage.window(slice_, replace(two, before=Index(3)))) == ["d", "c"]
        assert names(await storage.window(slice_, replace(two, before=Index(1)))) == ["b"]
        assert await storage.window(slice_, replace(two, before=Index(0))) == ()
        assert names(await storage.window(slice_, replace(two, before=Index(99)))) == ["f", "e"]


async def test_a_quiet_slice_keeps_its_own_window(storage: Storage, vn: PressRoom, th: PressRoom) -> None:
    await sealed_at(storage, th, times="bc", first=NOON)
    await sealed_at(storage, vn, times="d", first=NOON + 5_000)
    window = Window(seconds=150, least=1, most=9)
    assert names(await storage.window(Slice(agency=th.id), window)) == ["c", "b"]
    assert names(await storage.window(ALL, window)) == ["d"]


async def test_a_window_shows_each_item_once_in_its_newest_version(storage: Storage, vn: PressRoom) -> None:
    one, two = published(vn, "one", "two")
    later = next_version(vn, one.item)
    await keep(storage, one, two)
    await storage.seal(NOON + 2.0)
    await keep(storage, later)
    assert [(*names((each,)), each.ver) for each in await storage.window(ALL, WIDE)] == [
        ("two", 1),
        ("one", 1),
    ]
    await storage.seal(NOON + 3.0)
    assert [(*names((each,)), each.ver) for each in await storage.window(ALL, WIDE)] == [
        ("one", 2),
        ("two", 1),
    ]


async def test_an_older_version_that_comes_late_is_not_shown(storage: Storage, vn: PressRoom) -> None:
    (one,) = published(vn, "one")
    later = next_version(vn, one.item)
    await keep(storage, later)
    await storage.seal(NOON + 2.0)
    await keep(storage, one)
    await storage.seal(NOON + 3.0)
    assert [each.ver for each in await storage.window(ALL, WIDE)] == [2]
    assert [each.ver for each in await storage.page(ALL, -1, 9)] == [2, 1]
    assert await storage.newest(ALL) == 1


async def test_versions_sealed_together_leave_one_to_show(storage: Storage, vn: PressRoom) -> None:
    (one,) = published(vn, "one")
    two = next_version(vn, one.item)
    three = next_version(vn, two.item)
    await keep(storage, two, three, one)
    await storage.seal(NOON + 2.0)
    assert [(each.index, each.ver) for each in await storage.window(ALL, WIDE)] == [(1, 3)]


@pytest.mark.parametrize("order", ["by number", "retraction first", "retraction last"])
async def test_a_retraction_is_shown_whatever_came_after_it(
    storage: Storage, vn: PressRoom, order: str
) -> None:
    (one,) = published(vn, "one")
    two = next_version(vn, one.item, Act.RETRACT)
    three = next_version(vn, replace(one.item, ver=2))
    batches = {
        "by number": (one, two, three),
        "retraction first": (two, one, three),
        "retraction last": (one, three, two),
    }
    for each in batches[order]:
        await keep(storage, each)
        await storage.seal(NOON + 2.0)
    assert [each.ver for each in await storage.window(ALL, WIDE)] == [2]


async def test_of_two_retractions_the_lower_one_is_shown(storage: Storage, vn: PressRoom) -> None:
    (one,) = published(vn, "one")
    two = next_version(vn, one.item, Act.RETRACT)
    three = next_version(vn, replace(one.item, ver=2), Act.RETRACT)
    for each in (one, three, two):
        await keep(storage, each)
        await storage.seal(NOON + 2.0)
    assert [each.ver for each in await storage.window(ALL, WIDE)] == [2]


@pytest.mark.parametrize("together", [True, False])
async def test_a_version_in_another_language_stays_in_the_slice_of_the_first(
    storage: Storage, vn: PressRoom, *, together: bool
) -> None:
    (one,) = published(vn, "one")
    two = next_version(vn, one.item, Act.RETRACT, lang="en")
    for each in ([one, two],) if together else ([one], [two]):
        await keep(storage, *each)
        await storage.seal(NOON + 2.0)
    assert [each.ver for each in await storage.window(Slice(lang="vi"), WIDE)] == [2]
    assert [each.ver for each in await storage.page(Slice(lang="vi"), -1, 9)] == [1, 2]
    assert await storage.newest(Slice(lang="vi")) == 1
    assert await storage.window(Slice(lang="en"), WIDE) == ()


async def test_an_items_history_is_all_its_versions_and_one_of_them_stands(
    storage: Storage, vn: PressRoom
) -> None:
    one, other = published(vn, "one", "other")
    two = next_version(vn, one.item, Act.RETRACT)
    three = next_version(vn, replace(one.item, ver=2))
    await keep(storage, one, other, two)
    await storage.seal(NOON + 2.0)
    await keep(storage, three)
    await storage.seal(NOON + 3.0, show=False)
    sub = one.item.sub
    assert [each.ver for each in await storage.history(sub)] == [2, 1], "what is not shown yet is not there"
    await storage.log.show(storage.log.edge.size)
    assert [each.ver for each in await storage.history(sub)] == [3, 2, 1]
    assert [each.ver for each in await storage.history(sub, 1)] == [3]
    assert await storage.history(ItemId("vn.demo:nothing")) == ()
    stands = await storage.standing([sub, other.item.sub, ItemId("vn.demo:nothing")])
    assert {name: each.ver for name, each in stands.items()} == {sub: 2, other.item.sub: 1}


async def test_an_erased_version_stays_in_its_items_history(storage: Storage, vn: PressRoom) -> None:
    (one,) = published(vn, "one")
    await keep(storage, one)
    await storage.seal(NOON + 2.0)
    await storage.write(lambda book: book.erase([one.digest], b"{}"))
    [kept] = await storage.history(one.item.sub)
    assert (kept.ver, kept.erased) == (1, True)
    assert (await storage.standing([one.item.sub]))[one.item.sub].erased


# --- Relations, refusals, held tokens, feeds ----------------------------------------------------------


async def test_relations_are_found_from_both_ends(storage: Storage) -> None:
    mine, other = ItemId("vn.demo:mine"), ItemId("th.demo:other")
    told = Related(
        sub=mine, ver=2, type=RelatedAs.TRANSLATES, to_sub=other, rule=Rule.DECLARED, evidence="declared"
    )
    linked = Related(
        sub=mine, ver=2, type=RelatedAs.CITES, to_url="https://a.example/", rule=Rule.DECLARED, evidence="x"
    )
    revised = Related(
        sub=mine, ver=2, type=RelatedAs.REVISION, to_sub=mine, to_ver=1, rule=Rule.SAME_SUB, evidence="y"
    )
    await storage.write(lambda book: book.keep_relations([told, linked, revised]))
    assert await storage.relations(mine) == (told, linked, revised)
    assert await storage.relations(other) == (told,)


def refusal(digest: str | None = "d", reason: Reason = Reason.SIGNATURE_BAD) -> Refused:
    return Refused(
        reason=reason,
        detail="said why",
        agency=AgencyId("vn.demo"),
        digest=None if digest is None else TokenDigest(digest),
    )


async def test_the_same_refusal_again_is_counted(storage: Storage) -> None:
    rows = [(refusal(), "vn.demo/main", "the token"), (refusal("e"), "vn.demo/main", "another")]
    await storage.write(lambda book: book.keep_refused(rows, NOON))
    await storage.write(lambda book: book.keep_refused(rows[:1], NOON + 60))
    counted, newest = await storage.refusals()
    assert (newest.digest, newest.count, newest.first_at, newest.last_at) == ("e", 1, NOON, NOON)
    assert (counted.digest, counted.count, counted.first_at, counted.last_at) == ("d", 2, NOON, NOON + 60)
    assert (counted.source, counted.evidence, counted.detail) == ("vn.demo/main", "the token", "said why")
    assert await storage.refusal_counts() == {(AgencyId("vn.demo"), Reason.SIGNATURE_BAD): 3}


async def test_a_document_that_is_no_token_is_counted_too(storage: Storage) -> None:
    broken = Refused(reason=Reason.WIRE_MALFORMED, detail="not XML")
    rows = [(broken, "vn.demo/main", "<rss"), (broken, "vn.demo/main", "<rss")]
    await storage.write(lambda book: book.keep_refused(rows, NOON))
    (record,) = await storage.refusals()
    assert (record.count, record.digest, record.agency) == (2, None, None)
    assert await storage.refusal_counts() == {(None, Reason.WIRE_MALFORMED): 2}


async def test_evidence_is_cut_at_the_largest_token(storage: Storage) -> None:
    await storage.write(lambda book: book.keep_refused([(refusal(), "submit", "x" * 200_000)], NOON))
    (record,) = await storage.refusals()
    assert record.evidence == "x" * 98_304


async def test_evidence_that_is_no_text_is_kept_as_escapes(storage: Storage) -> None:
    await storage.write(lambda book: book.keep_refused([(refusal(), "submit", "a\ud800\x00b")], NOON))
    (record,) = await storage.refusals()
    assert record.evidence == "a\\ud800\x00b"


async def test_a_source_keeps_its_newest_thousand_refusals_and_all_its_counts(storage: Storage) -> None:
    await storage.write(lambda book: book.keep_refused([(refusal("other"), "quiet", "token")], NOON - 9))
    for start in (0, 600):
        rows = [(refusal(f"{number}"), "loud", "token") for number in range(start, start + 600)]
        await refuse(storage, rows, NOON + start)
    kept = await storage.refusals(limit=2_000)
    loud = {record.digest for record in kept if record.source == "loud"}
    assert loud == {f"{number}" for number in range(200, 1_200)}
    assert [record.digest for record in kept if record.source == "quiet"] == ["other"]
    assert await storage.refusal_counts() == {(AgencyId("vn.demo"), Reason.SIGNATURE_BAD): 1_201}


async def test_attack_34_unsigned_junk_does_not_push_out_the_evidence_of_what_was_signed(
    storage: Storage,
) -> None:
    signed = Refused(
        reason=Reason.VERSION_TAKEN, detail="?", agency=AgencyId("vn.demo"), digest=TokenDigest("signed")
    )
    await refuse(storage, [(signed, "submit", "evidence")], NOON)
    await refuse(storage, [(refusal(f"{number}"), "submit", "junk") for number in range(1_100)], NOON + 1)
    kept = await storage.refusals(limit=2_000)
    assert [record.evidence for record in kept if record.digest == "signed"] == ["evidence"]
    assert len(kept) == 1_001


async def test_refusals_are_listed_by_agency_and_by_who_can_make_them_the_last_first(
    storage: Storage,
) -> None:
    mine = [(refusal(f"{number}"), "submit", "t") for number in range(5)]
    nobodys = [(Refused(reason=Reason.KEY_UNKNOWN, detail="?"), "submit", "t")]
    signed = [(refusal("signed", Reason.VERSION_TAKEN), "submit", "t")]
    await refuse(storage, mine + nobodys, NOON)
    await refuse(storage, signed, NOON - 1)
    await refuse(storage, mine[:1], NOON + 1)
    vn = AgencyId("vn.demo")
    assert [record.digest for record in await storage.refusals(agency=vn, limit=3)] == ["0", "4", "3"]
    assert [record.digest for record in await storage.refusals(agency=vn, proved=True)] == ["signed"]
    assert len(await storage.refusals(agency=vn, proved=False)) == 5
    assert len(await storage.refusals()) == 7
    assert len(await storage.refusals(proved=False)) == 6


def held(digest: str, agency: str = "vn.demo") -> Held:
    return Held(
        reason=Reason.STREAM_FORKED, detail="forked", agency=AgencyId(agency), digest=TokenDigest(digest)
    )


async def test_held_tokens_wait_once_each_oldest_first(storage: Storage) -> None:
    vn, th = AgencyId("vn.demo"), AgencyId("th.demo")
    await storage.write(lambda book: book.hold([(held("a"), "feed", "A"), (held("b"), "feed", "B")], NOON))
    await storage.write(
        lambda book: book.hold([(held("a"), "submit", "A"), (held("c", "th.demo"), "submit", "C")], NOON + 9)
    )
    assert await storage.write(lambda book: book.held(vn)) == (("A", "feed", NOON), ("B", "feed", NOON))
    assert await storage.write(lambda book: book.held(th)) == (("C", "submit", NOON + 9),)
    await storage.write(lambda book: book.release([TokenDigest("a"), TokenDigest("never held")]))
    assert await storage.write(lambda book: book.held(vn)) == (("B", "feed", NOON),)


async def test_an_agency_keeps_its_newest_thousand_held_tokens(storage: Storage) -> None:
    rows = [(held(f"{number}"), "submit", f"T{number}") for number in range(1_003)]
    await storage.write(lambda book: book.hold([(held("c", "th.demo"), "submit", "C"), *rows], NOON))
    kept = await storage.write(lambda book: book.held(AgencyId("vn.demo")))
    assert [token for token, _, _ in kept] == [f"T{number}" for number in range(3, 1_003)]
    assert len(await storage.write(lambda book: book.held(AgencyId("th.demo")))) == 1


FEED = FeedState(
    feed=FeedId("vn.demo/main"),
    validators=Validators(etag='"x"', last_modified="Mon, 23 Nov 2026 12:00:00 GMT"),
    basis="version https://news.vn-demo.example/signed.atom",
    due_at=NOON + 60.5,
    last_try=NOON,
    last_success=NOON,
    last_new=NOON - 5,
    last_heartbeat=NOON - 3,
    failures=2,
    mismatches=1,
    errors=(FeedError(at=NOON, code="fetch-dns", detail="no such host"),),
)


async def test_a_feeds_state_comes_back_as_it_was_kept(storage: Storage) -> None:
    bare = FeedState(feed=FeedId("th.demo/main"))
    for state in (bare, FEED):
        await keep_feed(storage, state)
    assert await storage.feed_states() == {FEED.feed: FEED, bare.feed: bare}
    await storage.write(lambda book: book.keep_feed(replace(FEED, failures=0, errors=())))
    assert (await storage.feed_states())[FEED.feed] == replace(FEED, failures=0, errors=())


async def test_a_feed_remembers_its_newest_25_errors(storage: Storage) -> None:
    errors = tuple(FeedError(at=NOON - number, code="fetch-dns", detail="?") for number in range(30))
    await storage.write(lambda book: book.keep_feed(replace(FEED, errors=errors)))
    assert (await storage.feed_states())[FEED.feed].errors == errors[:25]


@pytest.mark.parametrize(
    ("noted", "kept", "expected"),
    [
        pytest.param(NOON + 5, None, NOON + 5, id="a poll that saw none forgets none"),
        pytest.param(NOON + 5, NOON + 3, NOON + 5, id="an older one does not replace a newer"),
        pytest.param(NOON + 5, NOON + 8, NOON + 8, id="a newer one does"),
    ],
)
async def test_a_heartbeat_once_heard_is_never_unheard(
    storage: Storage, noted: int, kept: int | None, expected: int
) -> None:
    await storage.write(lambda book: book.note_heartbeat(FEED.feed, noted))
    assert (await storage.feed_states())[FEED.feed] == FeedState(feed=FEED.feed, last_heartbeat=noted)
    await storage.write(lambda book: book.keep_feed(replace(FEED, last_heartbeat=kept)))
    assert (await storage.feed_states())[FEED.feed] == replace(FEED, last_heartbeat=expected)
    await storage.write(lambda book: book.note_heartbeat(FEED.feed, NOON))
    assert (await storage.feed_states())[FEED.feed].last_heartbeat == expected


async def test_a_feed_that_never_had_a_heartbeat_says_so(storage: Storage) -> None:
    await storage.write(lambda book: book.keep_feed(replace(FEED, last_heartbeat=None)))
    await storage.write(lambda book: book.keep_feed(replace(FEED, last_heartbeat=None)))
    assert (await storage.feed_states())[FEED.feed].last_heartbeat is None


async def test_the_numbers_of_a_stream_are_counted_above_a_number(storage: Storage, vn: PressRoom) -> None:
    key: StreamKey = (vn.id, MAIN)
    assert await storage.numbers(key, 0) == 0
    await keep(storage, *published(vn, "na", "nb", "nc", "nd"))
    assert [await storage.numbers(key, after) for after in (0, 1, 4)] == [4, 3, 0]


async def test_the_search_for_missing_numbers_is_remembered(opens: Opens) -> None:
    first = Backfill(agency=AgencyId("vn.demo"), stream=MAIN, sought=4, target=9, url="https://x/1", pages=2)
    then = replace(first, sought=9, url=None)
    async with opens() as storage:
        for state in (first, then):
            await storage.write(lambda book, state=state: book.keep_backfill(state))  # type: ignore[misc]
    async with opens() as storage:
        assert await storage.backfills() == {(first.agency, MAIN): then}


async def test_late_tokens_of_a_stream_are_counted_above_a_number(storage: Storage, vn: PressRoom) -> None:
    late = verified(vn, vn.publish("late", iat=NOON - 7_200))
    await keep(storage, late, *published(vn, "timely"))
    assert [await storage.late((vn.id, MAIN), after) for after in (0, 1)] == [1, 0]


async def test_held_tokens_are_counted_by_their_reason(storage: Storage, vn: PressRoom) -> None:
    def hold(book: Book) -> None:
        for each in ("a", "b"):
            held = Held(
                reason=Reason.STREAM_FORKED, detail="why", agency=vn.id, digest=TokenDigest(f"digest-{each}")
            )
            book.hold([(held, "test", f"token-{each}")], NOON)

    await storage.write(hold)
    assert await storage.held_reasons(vn.id) == {Reason.STREAM_FORKED: 2}
    assert await storage.held_reasons(AgencyId("th.demo")) == {}


# --- The archive: pages by count ----------------------------------------------------------------------


async def test_the_pages_of_an_archive_follow_each_other_without_gap_or_overlap(
    storage: Storage, vn: PressRoom, th: PressRoom
) -> None:
    for name in "bcdefgh":
        await keep(storage, *published(vn, name), *published(th, f"th{name}", lang="th"))
    await storage.seal(NOON + 2.0)
    thai = Slice(lang="th")
    assert [await storage.archived(thai, 3, upto=upto) for upto in (4, 5, 10, 11, 13)] == [-1, 5, 5, 11, 11]
    assert await storage.archived(thai, 3, upto=13, after=5) == 11
    assert await storage.archived(ALL, 3, upto=13) == 11
    assert await storage.archived(Slice(lang="km"), 3, upto=13) == -1
    newest = await storage.stretch(thai, 3, 11)
    assert newest is not None
    assert (newest.first, newest.last, newest.before) == (7, 11, 5)
    assert names(newest.logged) == ["thg", "thf", "the"]
    oldest = await storage.stretch(thai, 3, 5)
    assert oldest is not None
    assert (oldest.first, oldest.before, names(oldest.logged)) == (1, None, ["thd", "thc", "thb"])
    for last in (-1, 0, 4, 9, 13, 14, 99):
        assert await storage.stretch(thai, 3, last) is None


async def test_what_a_law_takes_back_leaves_its_page_and_every_other_page_as_it_is(
    storage: Storage, vn: PressRoom
) -> None:
    kept = published(vn, *"bcdefg")
    await keep(storage, *kept)
    await storage.seal(NOON + 2.0)
    await storage.write(lambda book: book.erase([kept[1].digest], b'{"act":"erase"}'))
    page, next_page = await storage.stretch(ALL, 3, 2), await storage.stretch(ALL, 3, 5)
    assert page is not None
    assert next_page is not None
    assert (page.first, page.last, names(page.logged)) == (0, 2, ["d", "b"])
    assert (next_page.before, names(next_page.logged)) == (2, ["g", "f", "e"])
    assert await storage.archived(ALL, 3, upto=5) == 5


async def test_a_page_is_there_only_once_all_of_it_is_shown(storage: Storage, vn: PressRoom) -> None:
    await keep(storage, *published(vn, *"bcd"))
    await storage.seal(NOON + 2.0, show=False)
    assert await storage.stretch(ALL, 3, 2) is None
