"""What every Storage must do: keep what was placed, and find it again."""

from dataclasses import replace

import pytest
from kept import keep, next_version, placed, published, put, verified
from press import NOON, PressRoom
from stored import ALL, MAIN, WIDE, keep_stream

from syndicate.dedupe import Related, RelatedAs, Rule
from syndicate.news import Act, AgencyId, ItemId, KeyId, MemberCode, Slice, StreamName, TokenDigest, limits
from syndicate.ports import Book, Storage
from syndicate.trust import ItemState, Neighbours, StreamState


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
