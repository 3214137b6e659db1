"""What every StreamBook must do."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import pytest
from press import NOON

from syndicate.errors import StorageError
from syndicate.news import (
    Act,
    AgencyId,
    FederationId,
    Item,
    ItemId,
    KeyId,
    Kind,
    StreamName,
    TokenDigest,
    UnixTime,
)
from syndicate.ports import Reading, Signed, StreamBook, Waiting, Why
from syndicate.storage import open_streambook

AGENCY, STREAM = AgencyId("vn.demo"), StreamName("main")


class Opens(Protocol):
    def __call__(self) -> AbstractContextManager[StreamBook]: ...


IMPLEMENTATIONS = [pytest.param(open_streambook, id="SQLite")]


@pytest.fixture(params=IMPLEMENTATIONS)
def opens(request: pytest.FixtureRequest, tmp_path: Path) -> Opens:
    """Opens the same book each time it is called."""
    return lambda: request.param(tmp_path / "stream.db", AGENCY, STREAM)


@pytest.fixture
def book(opens: Opens) -> Iterator[StreamBook]:
    with opens() as opened:
        yield opened


def signed(seq: int, name: str = "", ver: int = 1) -> Signed:
    return Signed(
        seq=seq,
        sub=ItemId(f"vn.demo:{name or seq}"),
        ver=ver,
        act=Act.PUBLISH if ver == 1 else Act.UPDATE,
        token=f"token-{seq}",
        digest=TokenDigest(f"digest-{seq}"),
        kid=KeyId("k" * 43),
        iat=NOON + seq,
        fingerprint=f"print-{seq}",
        published="2026-11-23T12:00:00Z",
        cms_id=f"https://cms.example/?p={seq}",
    )


def test_a_new_book_has_no_head(book: StreamBook) -> None:
    assert book.head() == (0, None)
    assert book.latest([ItemId("vn.demo:1")]) == {}
    assert book.newest(10) == ()
    assert book.page(0, 10) == ()


def test_what_was_appended_comes_back_whole(book: StreamBook) -> None:
    book.append([signed(1), signed(2)])
    assert book.head() == (2, "digest-2")
    assert book.page(0, 10) == (signed(1), signed(2))
    assert book.page(1, 10) == (signed(2),)
    assert book.page(0, 1) == (signed(1),)
    assert book.page(2, 10) == ()


def test_nothing_appended_changes_nothing(book: StreamBook) -> None:
    book.append([])
    assert book.head() == (0, None)


def test_it_is_still_there_when_opened_again(opens: Opens) -> None:
    with opens() as book:
        book.append([signed(1)])
        book.close()
    with opens() as book:
        book.append([signed(2)])
        assert book.page(0, 10) == (signed(1), signed(2))


def test_latest_is_the_highest_version_of_each(book: StreamBook) -> None:
    book.append([signed(1, "a"), signed(2, "b"), signed(3, "a", ver=2), signed(4, "c")])
    asked = [ItemId("vn.demo:a"), ItemId("vn.demo:b"), ItemId("vn.demo:never")]
    assert book.latest(asked) == {asked[0]: signed(3, "a", ver=2), asked[1]: signed(2, "b")}


def test_latest_takes_as_many_as_a_cms_may_show(book: StreamBook) -> None:
    book.append([signed(1, "a")])
    asked = [ItemId(f"vn.demo:{number}") for number in range(50_000)]
    assert book.latest([*asked, ItemId("vn.demo:a")]) == {ItemId("vn.demo:a"): signed(1, "a")}


def test_newest_is_by_number_the_latest_version_of_each_item(book: StreamBook) -> None:
    book.append([signed(1, "a"), signed(2, "b"), signed(3, "a", ver=2), signed(4, "c")])
    assert [each.seq for each in book.newest(10)] == [4, 3, 2]
    assert [each.seq for each in book.newest(2)] == [4, 3]


@pytest.mark.parametrize(
    ("batch", "says"),
    [
        pytest.param([signed(1, "x")], "number 1 does not follow 2", id="a number that is taken"),
        pytest.param([signed(4)], "number 4 does not follow 2", id="a number that leaves a gap"),
        pytest.param([signed(3), signed(5)], "number 5 does not follow 3", id="a gap inside the batch"),
        pytest.param([signed(3), signed(4, "1")], "version 1 of vn.demo:1 is signed", id="a taken version"),
        pytest.param([signed(3, "x"), signed(4, "x")], "UNIQUE", id="a version twice in the batch"),
    ],
)
def test_a_batch_that_does_not_fit_is_refused_whole(book: StreamBook, batch: list[Signed], says: str) -> None:
    book.append([signed(1), signed(2)])
    with pytest.raises(StorageError, match=says):
        book.append(batch)
    assert book.page(0, 10) == (signed(1), signed(2))
    book.append([signed(3)])
    assert book.head() == (3, "digest-3")


def test_the_number_before_a_number_is_found(book: StreamBook) -> None:
    assert book.before(1) == 0
    book.append([signed(1), signed(2), signed(3)])
    assert [book.before(number) for number in (1, 2, 3, 4, 100)] == [0, 1, 2, 3, 3]


def test_the_history_of_an_item_is_every_version_by_number(book: StreamBook) -> None:
    book.append([signed(1, "a"), signed(2, "b"), signed(3, "a", ver=2)])
    history = book.history([ItemId("vn.demo:a"), ItemId("vn.demo:c")])
    assert history == {ItemId("vn.demo:a"): (signed(1, "a"), signed(3, "a", ver=2))}


def test_how_far_the_stream_was_brought_is_remembered_for_each_goal(opens: Opens) -> None:
    with opens() as book:
        assert book.reached("archive") == 0
        book.reach("archive", 7)
        book.reach("https://hub.example", 3)
        book.reach("archive", 5)
        book.close()
    with opens() as book:
        assert (book.reached("archive"), book.reached("https://hub.example")) == (5, 3)


def waits(book: StreamBook, why: Why = Why.DELAY, due: int | None = None) -> Waiting:
    item = Item(
        aud=FederationId("demo"), iss=AGENCY, sub=ItemId("vn.demo:" + "a" * 26), ver=1, stream=STREAM, seq=1,
        prev=None, iat=UnixTime(NOON), act=Act.PUBLISH, kind=Kind.STORY, lang="vi", title="Tin",
        url="https://news.demo.example/1", published="2026-11-23T12:00:00Z", updated="2026-11-23T12:00:00Z",
    )  # fmt: skip
    book.hold([Waiting(item=item, cms_id="1", fingerprint="f", why=why, arrived=NOON, due=due)])
    return book.waiting()[-1]


def test_what_waits_is_kept_word_for_word_and_survives_reopening(opens: Opens) -> None:
    with opens() as book:
        kept = waits(book, due=NOON + 120)
    with opens() as book:
        assert book.waiting() == (kept,)
        book.hold([replace(kept, why=Why.BURST, due=None)])
        assert [(each.id, each.why, each.due) for each in book.waiting()] == [(kept.id, Why.BURST, None)]
        book.drop([kept.id])
        assert waits(book).id > kept.id  # a number is never given twice


def test_signing_what_waited_takes_it_off_the_list_or_does_neither(book: StreamBook) -> None:
    kept = waits(book)
    with pytest.raises(StorageError):
        book.append([signed(7)], settled=[kept.id])
    assert book.waiting() == (kept,)
    book.append([signed(1)], settled=[kept.id])
    assert book.waiting() == ()


def test_marks_and_notes_are_remembered_until_they_are_taken_away(opens: Opens) -> None:
    with opens() as book:
        book.bar({"a", "b"})
        book.bar({"a", "c"})
        book.jot("halted", "why")
    with opens() as book:
        assert book.barred(["a", "c", "d"]) == {"a", "c"}
        book.unbar(["a"])
        assert book.barred(["a"]) == frozenset()
        assert book.jotted("halted") == "why"
        book.jot("halted", None)
        assert book.jotted("halted") is None


def test_a_restored_stream_goes_on_after_its_gap(book: StreamBook) -> None:
    book.append([signed(1), signed(2)])
    book.restore([signed(5)], goes_on_after=1_004, prev=TokenDigest("digest-5"))
    assert book.head() == (1_004, "digest-5")
    with pytest.raises(StorageError):
        book.append([signed(6)])
    book.append([signed(1_005)])
    assert book.head() == (1_005, "digest-1005")
    assert book.signings(NOON + 2) == (NOON + 2, NOON + 5, NOON + 1_005)
    for wrong in ([signed(5, "other")], [signed(9, "5")]):
        with pytest.raises(StorageError):
            book.restore(wrong, goes_on_after=2_000, prev=None)
    with pytest.raises(StorageError):
        book.restore([], goes_on_after=1_000, prev=None)
    assert book.head() == (1_005, "digest-1005")


def test_a_displaced_token_leaves_its_place_and_its_words_wait(book: StreamBook) -> None:
    kept = waits(book)
    book.drop([kept.id])
    book.append([signed(1), signed(2, "mine")])
    book.restore(
        [signed(2, "theirs")], goes_on_after=1_001, prev=None,
        displaced=[TokenDigest("digest-2")], waiting=[replace(kept, id=0)],
    )  # fmt: skip
    assert [each.sub for each in book.page(0, 10)] == ["vn.demo:1", "vn.demo:theirs"]
    assert len(book.waiting()) == 1


def reading(name: str, content: str = "c", stands_for: str | None = None, raw: str = "r") -> Reading:
    item = None if stands_for is None else ItemId(f"vn.demo:{stands_for}")
    return Reading(
        sub=ItemId(f"vn.demo:{name}"), raw=raw, fingerprint=f"1.{name}", content=content, stands_for=item
    )


def test_how_entries_were_found_is_remembered_and_replaced(opens: Opens) -> None:
    with opens() as book:
        book.note([reading("a"), reading("b", stands_for="a")])
        book.note([])
        book.note([reading("a", raw="other")])
    with opens() as book:
        asked = [ItemId("vn.demo:a"), ItemId("vn.demo:b"), ItemId("vn.demo:never")]
        assert book.readings(asked) == {
            asked[0]: reading("a", raw="other"),
            asked[1]: reading("b", stands_for="a"),
        }


def test_items_are_found_again_by_their_title_and_text(book: StreamBook) -> None:
    book.note([reading("a", "x"), reading("b", "x"), reading("c", "y"), reading("d", "z", stands_for="c")])
    assert book.read_before(["x", "z", "never"]) == {
        "x": {ItemId("vn.demo:a"), ItemId("vn.demo:b")},
        "z": {ItemId("vn.demo:c")},
    }
