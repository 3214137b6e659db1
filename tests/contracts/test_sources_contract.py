"""What every Storage must remember of its sources: what was refused or held, feeds, streams."""

from dataclasses import replace

import pytest
from kept import Opens, keep, published, verified
from press import NOON, PressRoom
from stored import MAIN

from syndicate.news import AgencyId, FeedId, Held, Reason, Refused, TokenDigest
from syndicate.ports import Backfill, Book, FeedError, FeedState, Storage, StreamKey, Validators


async def keep_feed(storage: Storage, state: FeedState) -> None:
    await storage.write(lambda book: book.keep_feed(state))


async def refuse(storage: Storage, rows: list[tuple[Refused, str, str]], at: int) -> None:
    await storage.write(lambda book: book.keep_refused(rows, at))


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
